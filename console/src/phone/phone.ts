/** The agent's telephone: the one call they have, and whether this page is where it is heard. */
import { loudness, microphone, silence, type NoVoice } from "@acd/ui/voice.ts";
import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";

import type { Desk } from "../state/desk.ts";
import { heldCall } from "../state/kept.ts";
import type { AgentChat } from "../state/wire.ts";
import { ringForAdvice } from "./advice.ts";
import { sayConnected } from "./connected.ts";
import { Consult } from "./consult.ts";
import { Devices } from "./devices.ts";
import { Given } from "./given.ts";
import { Hold } from "./hold.ts";
import { Line } from "./line.ts";
import { Mic } from "./mic.ts";
import { callOf, hangUp, showOnPhone } from "./own.ts";
import { watchQuality } from "./quality.ts";
import { Tryout } from "./tryout.ts";
import { Warm } from "./warm.ts";

/** Why the telephone does not work, or what became of the last call. */
export type Trouble = NoVoice | "unconnected" | "unreached";

export class Phone {
  /** The call that is heard in this page. */
  readonly live = signal<Line | null>(null);
  readonly trouble = signal<Trouble | null>(null);
  /** 0 to 1; null while unknown. */
  readonly quality = signal<number | null>(null);
  /** The agent's voice, while somebody hears it. */
  readonly voice = signal<MediaStream | null>(null);
  readonly level = computed(() => this.voice.value && loudness(this.voice.value));
  /** The screen of the agent's devices is open. */
  readonly showsDevices = signal(false);
  /** The agent's own call, and the one a colleague asks them about. */
  readonly mine: ReadonlySignal<AgentChat | null>;
  readonly asked: ReadonlySignal<AgentChat | null>;
  readonly devices = new Devices();
  readonly tryout = new Tryout(this.devices);
  readonly mic: Mic;
  readonly consult: Consult;
  readonly given: Given;
  readonly held: Hold;

  readonly #desk: Desk;
  #stops: (() => void)[] = [];
  readonly #warm: Warm;
  #beginning = false;
  #begun = false;
  /** The call is the return of one: the agent is there first. */
  #callsBack = false;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.mic = new Mic(desk, this.devices, (why) => (this.trouble.value = why));
    this.held = new Hold(desk.clock);
    this.consult = new Consult(desk, this.devices);
    this.#warm = new Warm(desk, this.devices);
    this.mine = callOf(desk, "owner");
    this.given = new Given(desk, this.mine);
    this.asked = callOf(desk, "consult");
  }

  start(): () => void {
    const stops = [
      this.devices.start(),
      this.#warm.start(),
      ringForAdvice(this.#desk, this),
      showOnPhone(this.#desk, this.mine),
      this.#desk.connection.on("call.signal", (said) => {
        this.live.peek()?.peer.hear(said);
        this.consult.hear(said);
        this.#warm.hear(said);
      }),
      this.given.start(),
      effect(() => {
        const [mine, asked] = [this.mine.value, this.asked.value];
        untracked(() => {
          this.#follow(mine, asked);
        });
      }),
      effect(() => {
        const device = this.devices.chosen.microphone.value;
        untracked(() => void this.#change(device));
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      this.tryout.end();
      this.#close();
    };
  }

  /** Take a call that rings, but only once there is a microphone, so that nobody is connected to silence. */
  async answer(offer: string): Promise<void> {
    await this.#alone(async () => {
      const voice = await this.mic.ask();
      if (!voice) {
        await this.#desk.attempt(() => this.#desk.connection.request("call.failed", { offer }));
        return;
      }
      const warm = this.#warm.take(offer);
      const chat = await this.#desk.accept(offer);
      if (chat?.channel === "call" && !chat.callback?.by_hand) {
        await this.#begin(chat.interaction, voice, warm);
        return;
      }
      silence(voice);
      (await warm)?.close();
    });
  }

  /** Take a call out of the line: likewise, and it is heard in this page. */
  async pick(interaction: string): Promise<void> {
    await this.#alone(async () => {
      const voice = await this.mic.ask();
      if (!voice) return;
      if ((await this.#desk.steering.pull(interaction)) && this.mine.peek()?.interaction === interaction) await this.#begin(interaction, voice);
      else silence(voice);
    });
  }

  /** Have the call in this page, wherever it was: one's own, or the colleague's who asks. */
  async takeUp(): Promise<void> {
    const [mine, asked] = [this.mine.value, this.asked.value];
    await this.#alone(async () => {
      const voice = mine ?? asked ? await this.mic.ask() : null;
      if (!voice) return;
      if (mine) await this.#begin(mine.interaction, voice);
      else if (asked) await this.#advise(asked.interaction, voice);
    });
  }

  mute(): void {
    const peers = [this.live.value?.peer, this.consult.line.value?.peer].filter((peer) => peer !== undefined);
    const on = !peers.every((peer) => peer.muted.value);
    for (const peer of peers) peer.mute(on);
  }

  async hold(on: boolean): Promise<void> {
    this.given.forget();
    if (!on) this.consult.left.value = null;
    if (this.live.value) await this.held.put(this.live.value.peer, on);
  }

  /** Whoever is consulted and the contact hear each other and this agent, or the contact is on hold again. */
  async joinAll(on: boolean): Promise<void> {
    const [live, voice] = [this.live.value, this.voice.value];
    if (!live || !voice) return;
    if (!on) this.consult.part();
    await this.hold(!on);
    if (on) this.consult.join(live, voice);
  }

  /** Back to the contact alone. */
  async endConsult(): Promise<void> {
    const mine = this.mine.value;
    this.consult.forget();
    if (mine && (await this.#desk.steering.endConsultation(mine.interaction))) await this.hold(false);
  }

  async hangUp(): Promise<void> {
    if (this.mine.value) await hangUp(this.#desk, this.mine.value);
  }

  /** Hear oneself; what was wrong is over where it succeeds. */
  async test(): Promise<void> {
    const again = this.trouble.value !== null;
    const voice = await this.mic.ask();
    if (!voice) return;
    this.tryout.begin(voice);
    if (again) await this.#desk.setPresence("call", "available");
  }

  /** One call, begun once: what comes meanwhile finds it begun. */
  async #alone(begin: () => Promise<void>): Promise<void> {
    if (this.#beginning || this.live.value || this.consult.line.value) return;
    this.#beginning = true;
    try {
      await begin();
    } finally {
      this.#beginning = false;
    }
  }

  /** Another microphone was chosen while the agent speaks. */
  async #change(device: string): Promise<void> {
    if (this.tryout.level.peek()) return this.test();
    const before = this.voice.peek();
    if (!before) return;
    const voice = await microphone(device);
    if (typeof voice === "string") return;
    if (this.voice.peek() !== before) {
      silence(voice);
      return;
    }
    const all = this.consult.together.peek();
    this.consult.part();
    this.voice.value = voice;
    silence(before);
    await Promise.all([this.live.peek()?.peer.speakWith(voice), this.consult.speakWith(voice)]);
    const live = this.live.peek();
    if (all && live) this.consult.join(live, voice);
  }

  async #begin(interaction: string, voice: MediaStream, warm?: Promise<Line>): Promise<void> {
    this.tryout.end();
    heldCall.keep(interaction);
    const line = await (warm ?? Line.open(this.#desk, this.devices, { interaction, side: "agent", voice }));
    if (this.mine.peek()?.interaction !== interaction) {
      line.close();
      silence(voice);
      return;
    }
    line.takeHere(this.#lost);
    const { peer } = line;
    this.#begun = this.mine.peek()?.state === "active";
    this.voice.value = voice;
    this.live.value = line;
    this.#stops = [
      effect(() => {
        if (peer.state.value !== "talking" || this.#begun || peer.isServed) return;
        this.#begun = true;
        const by = (): string | null => (this.mine.peek()?.interaction === interaction ? (this.mine.peek()?.offer ?? null) : null);
        void sayConnected(this.#desk, by);
      }),
      watchQuality(peer, this.quality),
    ];
    if (warm) void line.claim(voice);
    this.#follow(this.mine.peek(), this.asked.peek());
  }

  /** Talk with the colleague who asks. */
  async #advise(interaction: string, voice: MediaStream): Promise<void> {
    this.tryout.end();
    heldCall.keep(interaction);
    this.voice.value = voice;
    await this.consult.begin(interaction, "visitor", voice);
    this.consult.line.peek()?.takeHere(this.#lost);
    this.#follow(this.mine.peek(), this.asked.peek());
  }

  #follow(mine: AgentChat | null, asked: AgentChat | null): void {
    const live = this.live.value;
    const line = this.consult.line.value;
    if (live && mine?.interaction === live.interaction) this.#followMine(live, mine);
    else if (live) {
      const heard = this.#begun;
      this.#close();
      heldCall.keep("");
      if (!heard) this.trouble.value = this.#callsBack ? "unreached" : "unconnected";
    } else if (line && mine?.interaction === line.interaction) void this.#inherit(mine);
    else if (line && asked?.interaction !== line.interaction) this.#lost();
    else if (!line) {
      const call = mine ?? asked;
      // this page was reloaded in the middle of it
      if (call && !call.on_phone && heldCall.read() === call.interaction) void this.takeUp();
    }
  }

  /** A colleague is asked, or no longer: the contact stays on hold until the agent is back. */
  #followMine(live: Line, mine: AgentChat): void {
    if (mine.state === "active") this.#begun = true;
    this.#callsBack = mine.callback !== null;
    const voice = this.voice.peek();
    if (!mine.consulted) this.consult.end();
    else if (voice && !this.consult.isBegun) {
      void this.hold(true);
      void this.consult.begin(live.interaction, "agent", voice, mine.consulted.name);
    }
  }

  /** The call one was asked about is one's own now. */
  async #inherit(mine: AgentChat): Promise<void> {
    const voice = this.voice.peek();
    this.consult.end();
    await this.#alone(async () => {
      if (voice) await this.#begin(mine.interaction, voice);
    });
  }

  /** Another tab took the call. */
  readonly #lost = (): void => {
    this.#close();
    heldCall.keep("");
  };

  #close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.held.end();
    this.consult.forget();
    this.consult.end();
    this.live.value?.close();
    this.live.value = null;
    this.given.forget();
    if (this.voice.value) silence(this.voice.value);
    this.voice.value = null;
  }
}
