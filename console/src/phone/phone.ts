/** The agent's telephone: the one call they have, and whether this page is where it is heard. */
import { takeHere } from "@acd/ui/onepage.ts";
import { Peer } from "@acd/ui/peer.ts";
import { loudness, microphone, music, silence, Speaker, type NoVoice } from "@acd/ui/voice.ts";
import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";

import type { Desk } from "../state/desk.ts";
import { heldCall } from "../state/kept.ts";
import type { AgentChat } from "../state/wire.ts";

/** The call that is heard in this page. */
export interface Live {
  interaction: string;
  peer: Peer;
  /** How loud the agent is. */
  level: ReadonlySignal<number>;
  /** The server's time, while the other is on hold. */
  heldMs: ReadonlySignal<number | null>;
}

/** Why the telephone does not work, or what became of the last call. */
export type Trouble = NoVoice | "unconnected";

const QUALITY_EVERY_MS = 2000;
const TEST_MS = 15_000;
const AGAIN_MS = 700;

export class Phone {
  readonly live = signal<Live | null>(null);
  readonly trouble = signal<Trouble | null>(null);
  /** 0 to 1; null while unknown. */
  readonly quality = signal<number | null>(null);
  /** How loud the agent is, while they test their microphone. */
  readonly testing = signal<ReadonlySignal<number> | null>(null);
  /** The microphone is being asked for. */
  readonly asking = signal(false);
  readonly mine: ReadonlySignal<AgentChat | null>;

  readonly #desk: Desk;
  readonly #speaker = new Speaker();
  readonly #heldMs = signal<number | null>(null);
  #voice: MediaStream | null = null;
  #stops: (() => void)[] = [];
  #music: (() => void) | null = null;
  #stopTest: () => void = () => undefined;
  #beginning = false;
  #begun = false;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.mine = computed(() => desk.chats.value.find(({ channel, state }) => channel === "call" && (state === "connecting" || state === "active")) ?? null);
  }

  start(): () => void {
    const stops = [
      this.#desk.connection.on("call.signal", (said) => this.live.peek()?.peer.hear(said)),
      effect(() => {
        const mine = this.mine.value;
        untracked(() => {
          this.#follow(mine);
        });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      this.#stopTest();
      this.#close();
    };
  }

  /** Take a call that rings, but only once there is a microphone, so that nobody is connected to silence. */
  async answer(offer: string): Promise<void> {
    await this.#alone(async () => {
      const voice = await this.#ask();
      if (!voice) {
        await this.#desk.attempt(() => this.#desk.connection.request("call.failed", { offer }));
        return;
      }
      const chat = await this.#desk.accept(offer);
      if (chat?.channel === "call") await this.#begin(chat.interaction, voice, offer);
      else silence(voice);
    });
  }

  /** Have the call in this page, wherever it was. */
  async takeUp(): Promise<void> {
    const mine = this.mine.value;
    if (!mine) return;
    const offer = heldCall.read()?.split(" ")[1] ?? "";
    await this.#alone(async () => {
      const voice = await this.#ask();
      if (voice) await this.#begin(mine.interaction, voice, offer);
    });
  }

  mute(): void {
    const peer = this.live.value?.peer;
    peer?.mute(!peer.muted.value);
  }

  async hold(on: boolean): Promise<void> {
    const peer = this.live.value?.peer;
    if (!peer) return;
    this.#music?.();
    const played = on ? music() : null;
    this.#music = played?.stop ?? null;
    this.#heldMs.value = on ? this.#desk.clock.nowMs() : null;
    await peer.hold(on, played?.track ?? null);
  }

  /** The end for both; a call nobody was heard in rings on. */
  async hangUp(): Promise<void> {
    const mine = this.mine.value;
    const offer = heldCall.read()?.split(" ")[1];
    if (!mine) return;
    if (mine.state === "connecting" && offer) await this.#desk.attempt(() => this.#desk.connection.request("call.failed", { offer }));
    else await this.#desk.finish(mine.interaction);
  }

  /** Hear oneself in the bars of the meter; what was wrong is over where it succeeds. */
  async test(): Promise<void> {
    const again = this.trouble.value !== null;
    const voice = await this.#ask();
    if (!voice) return;
    this.#stopTest();
    this.testing.value = loudness(voice);
    const timer = setTimeout(() => {
      this.#stopTest();
    }, TEST_MS);
    this.#stopTest = () => {
      clearTimeout(timer);
      silence(voice);
      this.testing.value = null;
    };
    if (again) await this.#desk.setPresence("call", "available");
  }

  endTest(): void {
    this.#stopTest();
  }

  /** One call, begun once: what comes meanwhile finds it begun. */
  async #alone(begin: () => Promise<void>): Promise<void> {
    if (this.#beginning || this.live.value) return;
    this.#beginning = true;
    try {
      await begin();
    } finally {
      this.#beginning = false;
    }
  }

  async #ask(): Promise<MediaStream | null> {
    this.asking.value = true;
    const voice = await microphone();
    this.asking.value = false;
    if (typeof voice !== "string") {
      this.trouble.value = null;
      return voice;
    }
    this.trouble.value = voice;
    // rings that cannot be answered would only cost the visitors time
    await this.#desk.setPresence("call", "away", "no_microphone");
    return null;
  }

  async #begin(interaction: string, voice: MediaStream, offer: string): Promise<void> {
    heldCall.keep(`${interaction} ${offer}`);
    const { connection } = this.#desk;
    const { servers } = await connection.request("call.servers", { interaction }).catch(() => ({ servers: [] }));
    if (this.mine.peek()?.interaction !== interaction) {
      silence(voice);
      return;
    }
    this.#stopTest();
    const peer = new Peer({
      interaction,
      side: "agent",
      voice,
      servers,
      send: (said) => {
        connection.tell("call.signal", said);
      },
    });
    this.#voice = voice;
    this.#begun = this.mine.peek()?.state === "active";
    this.#heldMs.value = null;
    this.live.value = { interaction, peer, level: loudness(voice), heldMs: this.#heldMs };
    const timer = setInterval(() => void peer.quality().then((quality) => (this.quality.value = quality)), QUALITY_EVERY_MS);
    this.#stops = [
      takeHere(interaction, () => {
        this.#close();
      }),
      effect(() => {
        this.#speaker.play(peer.other.value);
      }),
      effect(() => {
        if (peer.state.value === "talking" && !this.#begun) void this.#talks(interaction, offer);
      }),
      () => {
        clearInterval(timer);
      },
    ];
  }

  /** Both are heard: from now on it is a call. Said until the server has it, or takes the call back. */
  async #talks(interaction: string, offer: string): Promise<void> {
    this.#begun = true;
    while (this.mine.peek()?.interaction === interaction && this.mine.peek()?.state === "connecting") {
      const done = await this.#desk.connection.request("call.connected", { offer }).catch(() => null);
      if (done) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  #follow(mine: AgentChat | null): void {
    const live = this.live.value;
    if (live && mine?.interaction !== live.interaction) {
      const heard = this.#begun;
      this.#close();
      heldCall.keep("");
      if (!heard) this.trouble.value = "unconnected";
    } else if (!live && mine && heldCall.read()?.startsWith(`${mine.interaction} `)) {
      void this.takeUp(); // this page was reloaded in the middle of it
    }
  }

  #close(): void {
    const live = this.live.value;
    if (!live) return;
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#music?.();
    this.#music = null;
    this.#speaker.play(null);
    live.peer.close();
    if (this.#voice) silence(this.#voice);
    this.#voice = null;
    this.quality.value = null;
    this.live.value = null;
  }
}
