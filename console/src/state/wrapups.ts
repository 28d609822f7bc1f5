/** The work after the end: what came of it and a note, for as long as the slot is held. */
import { newClientId, WireError } from "@acd/ui/wire.ts";

import type { Desk } from "./desk.ts";
import { Closings } from "./kept.ts";

/** A note is sent this long before its wrap-up lapses, so that it is not lost with it. */
const NOTE_MARGIN_MS = 1500;

export class WrapUps {
  readonly #desk: Desk;
  readonly closings = new Closings();
  /** Those whose end is on its way. */
  readonly #ending = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** A little more time, once. */
  async extend(interaction: string): Promise<void> {
    const { connection } = this.#desk;
    const answer = await this.#desk.attempt(() => connection.request("wrap_up.extend", { interaction }));
    if (answer?.chat) this.#desk.hearChat(answer.chat);
  }

  async end(interaction: string): Promise<void> {
    if (this.#ending.has(interaction)) return;
    this.#ending.add(interaction);
    await this.#end(interaction);
    this.#ending.delete(interaction);
  }

  async #end(interaction: string): Promise<void> {
    const desk = this.#desk;
    const answer = await desk.attempt(() => desk.connection.request("wrap_up.end", this.#asked(interaction)));
    if (!answer) return;
    this.closings.forget(interaction);
    if (answer.chat) desk.hearChat(answer.chat);
    else desk.chats.value = desk.chats.value.filter((chat) => chat.interaction !== interaction);
    desk.leaveIfEnded(interaction);
  }

  /** Called often: sends what was noted where the time is nearly over, and where it was over while nobody could. */
  sendNotesInTime(): void {
    const { me, chats, clock, connection } = this.#desk;
    if (!me.value || connection.state.value !== "open") return; // nor is it known what is over
    for (const interaction of Object.keys(this.closings.all.value)) {
      const chat = chats.value.find((each) => each.interaction === interaction);
      if (!chat) void this.#sendLate(interaction);
      else if (chat.wrap_up_until_ms !== null && clock.leftMs(chat.wrap_up_until_ms) < NOTE_MARGIN_MS) void this.end(interaction);
    }
  }

  /** What is refused for good is given up: nobody can do anything about it. */
  async #sendLate(interaction: string): Promise<void> {
    if (this.#ending.has(interaction)) return;
    this.#ending.add(interaction);
    try {
      await this.#desk.connection.request("wrap_up.end", this.#asked(interaction));
      this.closings.forget(interaction);
    } catch (thrown) {
      if (!WireError.of(thrown).retryable) this.closings.forget(interaction);
    }
    this.#ending.delete(interaction);
  }

  #asked(interaction: string): { interaction: string; command: string; disposition?: string; note?: string } {
    const { disposition, note } = this.closings.of(interaction);
    return { interaction, command: newClientId(), ...(disposition ? { disposition } : {}), ...(note.trim() ? { note: note.trim() } : {}) };
  }
}
