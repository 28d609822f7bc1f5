/** Digits for whoever listens for tones: each follows those that are not played yet, which `insertDTMF` would replace. */
export function press(dtmf: RTCDTMFSender | null | undefined, digit: string): void {
  if (dtmf?.canInsertDTMF) dtmf.insertDTMF(dtmf.toneBuffer + digit);
}
