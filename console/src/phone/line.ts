/** One connection of voices of this page, and what comes out of it. */
import { takeHere } from "@acd/ui/onepage.ts";
import { Peer } from "@acd/ui/peer.ts";
import { Speaker } from "@acd/ui/voice.ts";
import { effect, signal } from "@preact/signals";

import type { Desk } from "../state/desk.ts";
import type { Devices } from "./devices.ts";

export interface LineOptions {
  interaction: string;
  side: "agent" | "visitor";
  /** Null while it rings: see Peer. */
  voice: MediaStream | null;
  line?: "colleague";
}

export class Line {
  readonly interaction: string;
  readonly peer: Peer;
  readonly #speaker = new Speaker();
  readonly #claimed = signal(false);
  #stops: (() => void)[];

  /** What the peers need to find each other is asked of the server first; without an answer they try as they are. */
  static async open(desk: Desk, devices: Devices, options: LineOptions): Promise<Line> {
    const { connection } = desk;
    const { servers } = await connection.request("call.servers", { interaction: options.interaction }).catch(() => ({ servers: [] }));
    const send = (said: Parameters<Peer["hear"]>[0]): void => {
      connection.tell("call.signal", said);
    };
    return new Line(new Peer({ ...options, servers, send }), devices, options);
  }

  private constructor(peer: Peer, devices: Devices, { interaction, voice }: LineOptions) {
    this.peer = peer;
    this.interaction = interaction;
    this.#claimed.value = voice !== null;
    this.#stops = [
      effect(() => {
        this.#speaker.play(this.#claimed.value ? peer.other.value : null);
      }),
      effect(() => void this.#speaker.through(devices.chosen.speaker.value)),
    ];
  }

  /** Talk: until now nothing was sent, and nothing heard. */
  async claim(voice: MediaStream): Promise<void> {
    this.#claimed.value = true;
    await this.peer.claim(voice);
  }

  /** It is in this tab, until another tab of the browser takes it. */
  takeHere(lost: () => void): void {
    this.#stops.push(takeHere("agent", this.interaction, lost));
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#speaker.play(null);
    this.peer.close();
  }
}
