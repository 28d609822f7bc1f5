/**
 * The browser's connections without a network, for a test's whole file.
 *
 * @param state what each has from the beginning, other than one that looks for its addresses
 * @returns those that were opened; empty it before each scene
 */
export function connections(state = {}) {
  const opened = [];
  globalThis.RTCPeerConnection = class {
    connectionState = "connecting";
    iceGatheringState = "gathering";
    localDescription = { sdp: "mine" };
    constructor() {
      Object.assign(this, state);
      opened.push(this);
    }
    setRemoteDescription = async () => undefined;
    createAnswer = async () => ({});
    setLocalDescription = async () => undefined;
    getTransceivers = () => [];
    getSenders = () => [];
    close() {
      this.connectionState = "closed";
    }
    gathered() {
      this.iceGatheringState = "complete";
      this.onicegatheringstatechange?.();
    }
  };
  return opened;
}
