/** Talking with a colleague about a call: its contact is on hold meanwhile, or all three hear each other. */
import type { Signal } from "@acd/ui/signal.ts";
import { loudness, silence } from "@acd/ui/voice.ts";
import { computed, effect, signal } from "@preact/signals";

import type { Desk } from "../state/desk.ts";
import type { Devices } from "./devices.ts";
import { Line } from "./line.ts";
import { Ringing } from "./ringing.ts";
import { mixed } from "./sounds.ts";

/** How soon the end is asked for again of a server that did not hear of it. */
const AGAIN_MS = 5000;

/** Who was asked and is gone: they did not answer in time, or did not want to, or were there and left. */
interface Left {
  why: "unanswered" | "left";
  name: string;
}

export class Consult {
  readonly line = signal<Line | null>(null);
  readonly #voice = signal<MediaStream | null>(null);
  readonly together = signal(false);
  /** Not by this agent's doing; until the contact is off hold. */
  readonly left = signal<Left | null>(null);
  /** Until when whoever is asked rings, at them and here. */
  readonly ringing: Ringing;
  /** How loud the agent is for the colleague. */
  readonly level = computed(() => this.#voice.value && loudness(this.#voice.value));

  readonly #desk: Desk;
  readonly #devices: Devices;
  #apart: () => void = () => undefined;
  /** Counts beginnings and ends: one that was under way meanwhile is void. */
  #attempt = 0;
  #begun = false;
  #asked = "";
  #why: Left["why"] = "left";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: Desk, devices: Devices) {
    this.#desk = desk;
    this.ringing = new Ringing(desk.clock);
    this.#devices = devices;
  }

  get isBegun(): boolean {
    return this.#begun;
  }

  /** Whoever asks (`asked`) offers; the colleague takes the visitor's part. With a voice of its own: the other one is on hold. */
  async begin(interaction: string, side: "agent" | "visitor", voice: MediaStream, asked = ""): Promise<void> {
    const attempt = ++this.#attempt;
    this.#asked = asked;
    this.#begun = true;
    if (asked) this.#end(interaction, this.#desk.clock.leftMs(this.ringing.begin(interaction)));
    const own = voice.clone();
    const line = await Line.open(this.#desk, this.#devices, { interaction, side, voice: own, line: "colleague" });
    if (attempt !== this.#attempt) {
      line.close();
      silence(own);
      return;
    }
    this.#voice.value = own;
    this.line.value = line;
  }

  /** Whoever was asked says nothing before they have answered. */
  hear(said: Signal): void {
    const line = this.line.peek();
    if (said.line === "colleague" && said.interaction === line?.interaction) this.#answered();
    line?.peer.hear(said);
  }

  /** With another microphone from now on. */
  async speakWith(voice: MediaStream): Promise<void> {
    const line = this.line.peek();
    if (!line) return;
    const before = this.#voice.peek();
    const own = (this.#voice.value = voice.clone());
    await line.peer.speakWith(own);
    if (before) silence(before);
  }

  /** All three: each of the others hears this agent and the other one. */
  join(call: Line, voice: MediaStream): void {
    const line = this.line.peek();
    if (!line || this.together.peek()) return;
    this.together.value = true;
    const stop = effect(() => {
      const contact = call.peer.other.value;
      const colleague = line.peer.other.value;
      const toContact = colleague && mixed(voice, colleague);
      const toColleague = contact && mixed(voice, contact);
      if (toContact) void call.peer.sendTogether(toContact.track);
      if (toColleague) void line.peer.sendTogether(toColleague.track);
      return () => {
        toContact?.stop();
        toColleague?.stop();
      };
    });
    this.#apart = () => {
      stop();
      void call.peer.sendTogether(null);
      void line.peer.sendTogether(null);
    };
  }

  /** The colleague alone again. */
  part(): void {
    this.#apart();
    this.#apart = () => undefined;
    this.together.value = false;
  }

  /** The agent is back at the contact. */
  forget(): void {
    this.#asked = "";
    this.left.value = null;
  }

  end(): void {
    if (this.#asked) this.left.value = { why: this.#why, name: this.#asked };
    this.#asked = "";
    this.#answered();
    this.#attempt++;
    this.#begun = false;
    this.part();
    this.line.peek()?.close();
    this.line.value = null;
    const voice = this.#voice.peek();
    if (voice) silence(voice);
    this.#voice.value = null;
  }

  /** Whoever does not answer is asked no longer. */
  #end(interaction: string, inMs: number): void {
    this.#timer = setTimeout(() => {
      this.#why = "unanswered";
      const attempt = this.#attempt;
      void this.#desk.steering.endConsultation(interaction).then((isOver) => {
        if (!isOver && attempt === this.#attempt) this.#end(interaction, AGAIN_MS);
      });
    }, inMs);
  }

  #answered(): void {
    clearTimeout(this.#timer);
    this.#why = "left";
    this.ringing.end();
  }
}
