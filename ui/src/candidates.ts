/** Ways to reach the other page, as it finds them: those that come before the description they belong to wait for it. */
import type { Signal } from "./signal.ts";

export class Candidates {
  #early: RTCIceCandidateInit[] = [];

  async add(connection: RTCPeerConnection | null, said: NonNullable<Signal["candidate"]>): Promise<void> {
    const candidate = { candidate: said.candidate, sdpMid: said.mid ?? null, sdpMLineIndex: said.line ?? null };
    if (connection?.remoteDescription) await connection.addIceCandidate(candidate).catch(() => undefined);
    else this.#early.push(candidate);
  }

  /** The other page is described. */
  async ready(connection: RTCPeerConnection | null): Promise<void> {
    const early = this.#early;
    this.#early = [];
    for (const candidate of early) await connection?.addIceCandidate(candidate).catch(() => undefined);
  }

  forget(): void {
    this.#early = [];
  }
}
