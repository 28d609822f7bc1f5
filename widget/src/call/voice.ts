/** The visitor's half of a call: their microphone from the click on, and the other page once somebody has answered. */
import { takeHere } from "@acd/ui/onepage.ts";
import { Peer } from "@acd/ui/peer.ts";
import { isAllowed, loudness, microphone, silence, Speaker, type NoVoice } from "@acd/ui/voice.ts";
import { effect, signal, untracked, type ReadonlySignal } from "@preact/signals";

import type { ChatSession } from "../chat.ts";
import type { Chat } from "../wire.ts";

/** Names the call that is heard in this tab, so that a reload takes it up again. */
const HERE = "acd:call";

export class Voice {
  readonly peer = signal<Peer | null>(null);
  /** How loud the visitor is; null without a microphone. */
  readonly level = signal<ReadonlySignal<number> | null>(null);
  /** Why there is no microphone. */
  readonly none = signal<NoVoice | null>(null);
  readonly asking = signal(false);
  /** Who hears the visitor too, while their agent has put all three together. */
  readonly third = signal("");

  readonly #chat: ChatSession;
  readonly #speaker = new Speaker();
  readonly #voice = signal<MediaStream | null>(null);
  #interaction = "";
  #anchored = false;
  #stops: (() => void)[] = [];

  constructor(chat: ChatSession) {
    this.#chat = chat;
    chat.connection.on("call.signal", (said) => {
      if (said.kind === "together") this.third.value = said.third ?? "";
      this.peer.peek()?.hear(said);
    });
    effect(() => {
      const now = chat.chat.value;
      const voice = this.#voice.value;
      untracked(() => {
        this.#follow(now, voice);
      });
    });
    if (under(chat.chat.peek())?.interaction === here()) void isAllowed().then((allowed) => allowed && this.ask());
  }

  /** Asks for the microphone; says whether it is there. */
  async ask(): Promise<boolean> {
    if (this.#voice.value) return true;
    if (this.asking.value) return false;
    const of = this.#interaction;
    this.asking.value = true;
    const voice = await microphone();
    this.asking.value = false;
    const refused = typeof voice === "string";
    this.none.value = refused ? voice : null;
    if (refused) return false;
    if (of && of !== this.#interaction) {
      silence(voice); // the call ended while the visitor was asked
      return false;
    }
    this.level.value = loudness(voice);
    this.#voice.value = voice;
    return true;
  }

  /** No call came of it, or it is over. */
  drop(): void {
    this.#hangUp();
    if (this.#voice.value) silence(this.#voice.value);
    this.#voice.value = null;
    this.level.value = null;
  }

  #follow(now: Chat | null, voice: MediaStream | null): void {
    const call = under(now);
    if (!call) {
      if (this.#interaction) this.drop(); // before the first call there is only the microphone
      this.#interaction = "";
      return;
    }
    this.#interaction = call.interaction;
    if (voice) keep(call.interaction);
    const talks = call.anchored || call.state === "connecting" || call.state === "active";
    // whoever answered could not be heard: it rings on; or the server carries it now, or no longer
    if (!talks || call.anchored !== this.#anchored) this.#hangUp();
    if (talks && voice && this.#stops.length === 0) void this.#begin(call, voice);
  }

  async #begin({ interaction, anchored }: Chat, voice: MediaStream): Promise<void> {
    const { connection } = this.#chat;
    let over = false;
    this.#stops = [() => (over = true)];
    this.#anchored = anchored;
    const { servers } = await connection.request("call.servers", { interaction }).catch(() => ({ servers: [] }));
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- hung up while the server answered
    if (over) return;
    const peer = new Peer({
      interaction,
      side: "visitor",
      anchored,
      voice,
      servers,
      send: (said) => {
        connection.tell("call.signal", said);
      },
    });
    this.peer.value = peer;
    this.#stops = [
      takeHere("visitor", interaction, () => {
        this.drop();
        keep("");
      }),
      effect(() => {
        this.#speaker.play(peer.other.value);
      }),
      () => {
        peer.close();
      },
    ];
  }

  #hangUp(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#speaker.play(null);
    this.peer.value = null;
  }
}

/** The call that is heard here: whoever is called back is heard on a telephone. */
function under(chat: Chat | null): Chat | null {
  const back = chat?.callback && chat.callback.state !== "offered";
  return chat?.channel === "call" && chat.state !== "ended" && !back ? chat : null;
}

function here(): string {
  try {
    return sessionStorage.getItem(HERE) ?? "";
  } catch {
    return "";
  }
}

function keep(interaction: string): void {
  try {
    sessionStorage.setItem(HERE, interaction);
  } catch {
    // forbidden: after a reload the visitor is asked
  }
}
