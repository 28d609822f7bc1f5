/**
 * A page that talks to another, or to the server where that has the call: one RTCPeerConnection, whose signals somebody
 * else carries. The agent's page offers and the visitor's answers; the server's offer is answered by the agent's. A page
 * that was reloaded, or lost the other, begins anew with a fresh connection: `hello` asks who is there, `ready` or the
 * server's offer answers it.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

import { Candidates } from "./candidates.ts";
import { agreed, press } from "./digits.ts";
import { ATTEMPT_MS, PATIENCE_MS, PREPARED_MS, type PeerOptions, type PeerState } from "./peering.ts";
import { quality } from "./quality.ts";
import { gathered, isServer, LINE, narrow } from "./served.ts";
import type { Description, Signal } from "./signal.ts";
import { enable } from "./voice.ts";
import { newClientId } from "./wire.ts";

export class Peer {
  readonly #state = signal<PeerState>("connecting");
  readonly #other = signal<MediaStream | null>(null);
  readonly #held = signal(false);
  readonly #muted = signal(false);
  readonly #together = signal(false);
  readonly #options: PeerOptions;
  /** Names this page; an offer goes out under a new name, so that an answer to an earlier one is known as late. */
  #tab = newClientId();
  #connection: RTCPeerConnection | null = null;
  #partner: string | null = null;
  /** When the connection was begun. */
  #openedMs = 0;
  #voice: MediaStream | null;
  /** What the other hears instead: music on hold, or more voices than one. */
  #instead: MediaStreamTrack | null = null;
  readonly #candidates = new Candidates();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One signal after another, in the order they came. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#voice = options.voice;
    if (!this.#voice) return;
    this.#speak();
    this.#seek();
  }

  get state(): ReadonlySignal<PeerState> {
    return this.#state;
  }

  /** The other's voice, to be played. */
  get other(): ReadonlySignal<MediaStream | null> {
    return this.#other;
  }

  /** Whether the agent put the visitor on hold. */
  get held(): ReadonlySignal<boolean> {
    return this.#held;
  }

  /** Whether a third hears what is said here, and is heard. */
  get together(): ReadonlySignal<boolean> {
    return this.#together;
  }

  get muted(): ReadonlySignal<boolean> {
    return this.#muted;
  }

  /** Whether the server has the call, and says itself when both are heard. */
  get isServed(): boolean {
    return isServer(this.#partner);
  }

  /** Talk: what was answered while it rang carries this voice now. */
  async claim(voice: MediaStream): Promise<void> {
    await this.speakWith(voice);
    const state = this.#connection?.connectionState;
    if (state === "connected") this.#stands();
    else if (state !== "new" && state !== "connecting") this.#seek();
    else this.#timer = setTimeout(() => { this.#lose(); }, Math.max(0, this.#openedMs + PREPARED_MS - Date.now()));
  }

  /** With another microphone from now on. */
  async speakWith(voice: MediaStream): Promise<void> {
    this.#voice = voice;
    this.#speak();
    await this.#replace();
  }

  /** The other hears these voices instead of one's own alone, and is told that theirs is heard there; until told null. */
  async sendTogether(voices: MediaStreamTrack | null): Promise<void> {
    this.#instead = voices;
    this.#together.value = voices !== null;
    this.#say(voices ? "together" : "apart");
    await this.#replace();
  }

  /** What the other page said. */
  hear(said: Signal): void {
    const { interaction, line = "contact" } = this.#options;
    if (said.interaction !== interaction || (said.line ?? "contact") !== line) return;
    this.#work = this.#work.then(() => this.#heard(said)).catch(() => { this.#lose(); });
  }

  mute(on: boolean): void {
    this.#muted.value = on;
    this.#speak();
  }

  /** Put the visitor on hold: neither hears the other; `instead` is what the visitor hears. */
  async hold(on: boolean, instead: MediaStreamTrack | null = null): Promise<void> {
    this.#held.value = on;
    this.#instead = on ? instead : null;
    this.#speak();
    this.#listen();
    this.#say(on ? "held" : "resumed");
    await this.#replace();
  }

  /** Whether the other side hears digits: both agreed on telephone-event. */
  get hearsDigits(): boolean {
    return agreed(this.#connection);
  }

  press(digit: string): void {
    press(this.#sender?.dtmf, digit);
  }

  /** How good the line is, 0 to 1, or null while nothing is known. */
  async quality(): Promise<number | null> {
    return quality(await this.#connection?.getStats());
  }

  close(): void {
    if (this.#state.value === "closed") return;
    this.#state.value = "closed";
    this.#drop();
  }

  async #heard(said: Signal): Promise<void> {
    if (this.#state.value === "closed" || (said.to && said.to !== this.#tab)) return;
    switch (said.kind) {
      case "hello":
        if (this.#options.side === "visitor" && !this.#options.anchored) this.#say("ready", { to: said.tab });
        break;
      case "ready":
        if (this.#options.side === "agent") await this.#offer(said.tab);
        break;
      case "description":
        if (said.description) await this.#described(said.tab, said.description);
        break;
      case "candidate":
        if (said.candidate && said.tab === this.#partner) await this.#candidates.add(this.#connection, said.candidate);
        break;
      case "held":
      case "resumed":
        this.#held.value = said.kind === "held";
        this.#speak();
        break;
      case "together":
      case "apart":
        this.#together.value = said.kind === "together";
        break;
    }
  }

  async #offer(partner: string): Promise<void> {
    this.#tab = newClientId();
    const connection = this.#open(partner);
    if (this.isServed) narrow(connection);
    await connection.setLocalDescription(await connection.createOffer());
    if (this.isServed) await gathered(connection);
    this.#describe(connection, "offer");
  }

  async #described(partner: string, description: Description): Promise<void> {
    if (description.type === "answer") {
      if (partner !== this.#partner || this.#connection?.signalingState !== "have-local-offer") return;
      await this.#connection.setRemoteDescription(description);
    } else if (partner !== this.#partner || !this.isServed) {
      const connection = this.#open(partner);
      await connection.setRemoteDescription(description);
      // without a voice there is nothing to send yet, but there will be
      for (const transceiver of connection.getTransceivers()) transceiver.direction = "sendrecv";
      await connection.setLocalDescription(await connection.createAnswer());
      if (this.isServed) await gathered(connection);
      this.#describe(connection, "answer");
    }
    await this.#candidates.ready(this.#connection);
  }

  #open(partner: string): RTCPeerConnection {
    this.#drop();
    const connection = new RTCPeerConnection({ iceServers: this.#options.servers });
    this.#connection = connection;
    this.#partner = partner;
    this.#openedMs = Date.now();
    const sent = this.#sent();
    if (sent) connection.addTrack(sent, this.#voice ?? new MediaStream());
    connection.onicecandidate = ({ candidate }) => {
      if (!candidate || this.isServed) return;
      const { candidate: text, sdpMid: mid, sdpMLineIndex: line } = candidate;
      this.#say("candidate", { to: partner, candidate: { candidate: text, mid, line } });
    };
    connection.ontrack = ({ streams, track }) => {
      this.#other.value = streams[0] ?? new MediaStream([track]);
      this.#listen();
    };
    connection.onconnectionstatechange = () => { this.#moved(connection); };
    if (this.#voice) this.#timer = setTimeout(() => { this.#lose(); }, ATTEMPT_MS);
    return connection;
  }

  #moved(connection: RTCPeerConnection): void {
    if (connection !== this.#connection || this.#state.value === "closed" || !this.#voice) return;
    if (connection.connectionState === "connected") {
      this.#stands();
    } else if (connection.connectionState === "failed") {
      this.#lose();
    } else if (connection.connectionState === "disconnected") {
      if (this.#state.value === "talking") this.#state.value = "lost";
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => { this.#lose(); }, PATIENCE_MS[this.#options.side]);
    }
  }

  #stands(): void {
    clearTimeout(this.#timer);
    this.#state.value = "talking";
    // the other may have been left on hold by whoever had the call before
    if (this.#options.side !== "agent") return;
    this.#say(this.#held.value ? "held" : "resumed");
    this.#say(this.#together.value ? "together" : "apart");
  }

  /** The other is not heard any more. */
  #lose(): void {
    if (this.#state.value === "closed") return;
    if (this.#state.value === "talking") this.#state.value = "lost";
    if (this.isServed) this.#drop(); // the same offer, told again, is to be answered
    this.#seek();
  }

  /** Ask for the other page until a connection stands, or somebody ends the call. */
  #seek(): void {
    const { side, anchored } = this.#options;
    clearTimeout(this.#timer);
    if (anchored) {
      this.#work = this.#work.then(() => this.#offer(LINE)).catch(() => undefined); // its timer tries again
      return;
    }
    this.#say(side === "agent" ? "hello" : "ready");
    this.#timer = setTimeout(() => { this.#lose(); }, PATIENCE_MS[side]);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#candidates.forget();
    this.#connection?.close();
    this.#connection = null;
    this.#partner = null;
    this.#other.value = null;
  }

  /** One's own voice goes out unless muted or on hold; what is played instead of it always does. */
  #speak(): void {
    enable(this.#voice, !this.#muted.value && !this.#held.value);
  }

  #sent(): MediaStreamTrack | null {
    return this.#instead ?? this.#voice?.getAudioTracks()[0] ?? null;
  }

  get #sender(): RTCRtpSender | undefined {
    return this.#connection?.getSenders()[0];
  }

  async #replace(): Promise<void> {
    await this.#sender?.replaceTrack(this.#sent());
  }

  /** The agent does not hear whom they put on hold; the visitor hears what is played. */
  #listen(): void {
    enable(this.#other.value, !this.#held.value || this.#options.side !== "agent");
  }

  #describe(connection: RTCPeerConnection, type: Description["type"]): void {
    if (connection !== this.#connection) return; // given up meanwhile: nobody listens there
    const sdp = connection.localDescription?.sdp ?? "";
    this.#say("description", { to: this.#partner, description: { type, sdp } });
  }

  #say(kind: Signal["kind"], more: Partial<Signal> = {}): void {
    const { interaction, line, send } = this.#options;
    send({ interaction, tab: this.#tab, kind, ...(line ? { line } : {}), ...more });
  }
}
