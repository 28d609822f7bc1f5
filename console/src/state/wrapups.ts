/** The work after the end: what came of it and a note, for as long as the slot is held. */
import { newClientId } from "@acd/ui/wire.ts";

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
    const { disposition, note } = this.closings.of(interaction);
    const ask = { interaction, command: newClientId(), ...(disposition ? { disposition } : {}), ...(note.trim() ? { note: note.trim() } : {}) };
    const answer = await desk.attempt(() => desk.connection.request("wrap_up.end", ask));
    if (!answer) return;
    this.closings.forget(interaction);
    if (answer.chat) desk.hearChat(answer.chat);
    else desk.chats.value = desk.chats.value.filter((chat) => chat.interaction !== interaction);
    desk.leaveIfEnded(interaction);
  }

  /** Called often: sends what was noted where the time is nearly over. */
  sendNotesInTime(): void {
    for (const chat of this.#desk.chats.value) {
      const { disposition, note } = this.closings.of(chat.interaction);
      if (chat.wrap_up_until_ms === null || !(disposition || note.trim())) continue;
      if (this.#desk.clock.leftMs(chat.wrap_up_until_ms) < NOTE_MARGIN_MS) void this.end(chat.interaction);
    }
  }
}
