const TONES = /^a=rtpmap:\d+ telephone-event\//im;

/**
 * Whether both sides agreed on digits as events (RFC 4733). `canInsertDTMF` does not tell: Chromium answers no until some
 * time after the connection stands, without an event when that changes, and Firefox does not have it.
 */
export function agreed(connection: RTCPeerConnection | null): boolean {
  const sides = [connection?.currentLocalDescription, connection?.currentRemoteDescription];
  return sides.every((side) => TONES.test(side?.sdp ?? ""));
}

/** Digits for whoever listens for tones: each follows those that are not played yet, which `insertDTMF` would replace. */
export function press(dtmf: RTCDTMFSender | null | undefined, digit: string): void {
  try {
    dtmf?.insertDTMF(dtmf.toneBuffer + digit);
  } catch (error) {
    // the connection is going: nobody listens
    if (!(error instanceof Error && error.name === "InvalidStateError")) throw error;
  }
}
