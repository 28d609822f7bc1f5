/**
 * Two pages that talk: one RTCPeerConnection, whose signals somebody else carries. The agent's page offers, the
 * visitor's answers. A page that was reloaded, or lost the other, begins anew with a fresh connection: `hello` asks
 * who is there, `ready` answers it.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

import { newClientId } from "./wire.ts";

export interface Description {
  type: "offer" | "answer";
  sdp: string;
}

/** docs/guides/sockets.md, `call.signal`. */
export interface Signal {
  interaction: string;
  tab: string;
  to?: string | null;
  kind: "hello" | "ready" | "description" | "candidate" | "held" | "resumed";
  description?: Description | null;
  candidate?: { candidate: string; mid?: string | null; line?: number | null } | null;
}

/** connecting: nobody is heard yet. talking: media flows. lost: it did, and is being sought. closed: over. */
export type PeerState = "connecting" | "talking" | "lost" | "closed";

export interface PeerOptions {
  interaction: string;
  side: "agent" | "visitor";
  /** One's own voice; its tracks are muted and resumed here and stopped by whoever asked for it. */
  voice: MediaStream;
  servers: RTCIceServer[];
  send: (signal: Signal) => void;
}

/** So long a connection may be interrupted before a fresh one is tried; the agent's page speaks first. */
const PATIENCE_MS = { agent: 3000, visitor: 5000 };
/** So long a fresh connection may take before another one is tried. */
const ATTEMPT_MS = 6000;

export class Peer {
  readonly #state = signal<PeerState>("connecting");
  readonly #other = signal<MediaStream | null>(null);
  readonly #held = signal(false);
  readonly #muted = signal(false);
  readonly #options: PeerOptions;
  /** Names this page; an offer goes out under a new name, so that an answer to an earlier one is known as late. */
  #tab = newClientId();
  #connection: RTCPeerConnection | null = null;
  #partner: string | null = null;
  /** What the visitor hears on hold. */
  #instead: MediaStreamTrack | null = null;
  /** Candidates that came before the description they belong to. */
  #early: RTCIceCandidateInit[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One signal after another, in the order they came. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: PeerOptions) {
    this.#options = options;
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

  get muted(): ReadonlySignal<boolean> {
    return this.#muted;
  }

  /** What the other page said. */
  hear(said: Signal): void {
    if (said.interaction !== this.#options.interaction) return;
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
    await this.#connection?.getSenders()[0]?.replaceTrack(this.#sent());
  }

  /** A digit for whoever listens for tones. */
  press(digit: string): void {
    this.#connection?.getSenders()[0]?.dtmf?.insertDTMF(digit);
  }

  /** How good the line is, 0 to 1, or null while nothing is known: what was lost and how long it takes. */
  async quality(): Promise<number | null> {
    const report = await this.#connection?.getStats();
    let quality: number | null = null;
    report?.forEach((one: { type: string; fractionLost?: number; roundTripTime?: number }) => {
      if (one.type !== "remote-inbound-rtp") return;
      const lost = one.fractionLost ?? 0;
      const late = Math.max(0, (one.roundTripTime ?? 0) - 0.15);
      quality = Math.max(0, 1 - 5 * lost - 2 * late);
    });
    return quality;
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
        if (this.#options.side === "visitor") this.#say("ready", { to: said.tab });
        break;
      case "ready":
        if (this.#options.side === "agent") await this.#offer(said.tab);
        break;
      case "description":
        if (said.description) await this.#described(said.tab, said.description);
        break;
      case "candidate":
        if (said.candidate && said.tab === this.#partner) await this.#candidate(said.candidate);
        break;
      case "held":
      case "resumed":
        this.#held.value = said.kind === "held";
        this.#speak();
        break;
    }
  }

  async #offer(partner: string): Promise<void> {
    this.#tab = newClientId();
    const connection = this.#open(partner);
    await connection.setLocalDescription(await connection.createOffer());
    this.#describe(connection, "offer");
  }

  async #described(partner: string, description: Description): Promise<void> {
    if (description.type === "answer") {
      if (partner !== this.#partner || this.#connection?.signalingState !== "have-local-offer") return;
      await this.#connection.setRemoteDescription(description);
    } else {
      const connection = this.#open(partner);
      await connection.setRemoteDescription(description);
      await connection.setLocalDescription(await connection.createAnswer());
      this.#describe(connection, "answer");
    }
    const early = this.#early;
    this.#early = [];
    for (const candidate of early) await this.#connection?.addIceCandidate(candidate).catch(() => undefined);
  }

  async #candidate(said: NonNullable<Signal["candidate"]>): Promise<void> {
    const candidate = { candidate: said.candidate, sdpMid: said.mid ?? null, sdpMLineIndex: said.line ?? null };
    if (this.#connection?.remoteDescription) await this.#connection.addIceCandidate(candidate).catch(() => undefined);
    else this.#early.push(candidate);
  }

  #open(partner: string): RTCPeerConnection {
    this.#drop();
    const { voice, servers } = this.#options;
    const connection = new RTCPeerConnection({ iceServers: servers });
    this.#connection = connection;
    this.#partner = partner;
    const sent = this.#sent();
    if (sent) connection.addTrack(sent, voice);
    connection.onicecandidate = ({ candidate }) => {
      if (!candidate) return;
      const { candidate: text, sdpMid: mid, sdpMLineIndex: line } = candidate;
      this.#say("candidate", { to: partner, candidate: { candidate: text, mid, line } });
    };
    connection.ontrack = ({ streams }) => {
      this.#other.value = streams[0] ?? null;
      this.#listen();
    };
    connection.onconnectionstatechange = () => { this.#moved(connection); };
    this.#timer = setTimeout(() => { this.#lose(); }, ATTEMPT_MS);
    return connection;
  }

  #moved(connection: RTCPeerConnection): void {
    if (connection !== this.#connection || this.#state.value === "closed") return;
    if (connection.connectionState === "connected") {
      clearTimeout(this.#timer);
      this.#state.value = "talking";
      if (this.#held.value && this.#options.side === "agent") this.#say("held");
    } else if (connection.connectionState === "failed") {
      this.#lose();
    } else if (connection.connectionState === "disconnected") {
      if (this.#state.value === "talking") this.#state.value = "lost";
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => { this.#lose(); }, PATIENCE_MS[this.#options.side]);
    }
  }

  /** The other is not heard any more. */
  #lose(): void {
    if (this.#state.value === "closed") return;
    if (this.#state.value === "talking") this.#state.value = "lost";
    this.#seek();
  }

  /** Ask for the other page until a connection stands, or somebody ends the call. */
  #seek(): void {
    const { side } = this.#options;
    clearTimeout(this.#timer);
    this.#say(side === "agent" ? "hello" : "ready");
    this.#timer = setTimeout(() => { this.#lose(); }, PATIENCE_MS[side]);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#early = [];
    this.#connection?.close();
    this.#connection = null;
    this.#partner = null;
    this.#other.value = null;
  }

  /** One's own voice goes out unless muted or on hold; what is played instead of it always does. */
  #speak(): void {
    const silent = this.#muted.value || this.#held.value;
    for (const track of this.#options.voice.getAudioTracks()) track.enabled = !silent;
  }

  #sent(): MediaStreamTrack | null {
    return this.#instead ?? this.#options.voice.getAudioTracks()[0] ?? null;
  }

  /** The agent does not hear whom they put on hold; the visitor hears what is played. */
  #listen(): void {
    const silent = this.#held.value && this.#options.side === "agent";
    for (const track of this.#other.value?.getAudioTracks() ?? []) track.enabled = !silent;
  }

  #describe(connection: RTCPeerConnection, type: Description["type"]): void {
    const sdp = connection.localDescription?.sdp ?? "";
    this.#say("description", { to: this.#partner, description: { type, sdp } });
  }

  #say(kind: Signal["kind"], more: Partial<Signal> = {}): void {
    this.#options.send({ interaction: this.#options.interaction, tab: this.#tab, kind, ...more });
  }
}
