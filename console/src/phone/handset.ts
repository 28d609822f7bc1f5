/** The way to the telephone, which comes in a file of its own where its agent takes calls. */
import { WireError } from "@acd/ui/wire.ts";
import { effect, signal } from "@preact/signals";

import type { Desk } from "../state/desk.ts";
import { channelsOf } from "../state/presence.ts";
import type { Channel, Offer, WaitingContact } from "../state/wire.ts";
import type * as Parts from "./parts.ts";

export class Handset {
  readonly parts = signal<typeof Parts | null>(null);
  readonly phone = signal<Parts.Phone | null>(null);

  readonly #desk: Desk;
  #loading: Promise<Parts.Phone> | undefined;
  #stop: () => void = () => undefined;
  #over = false;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  start(): () => void {
    const stop = effect(() => {
      const presence = this.#desk.presence.value;
      const calls = presence !== null && channelsOf(presence).includes("call");
      if (calls || this.#desk.chats.value.some(({ channel }) => channel === "call")) void this.#load().catch(() => undefined);
    });
    return () => {
      stop();
      this.#over = true;
      this.#stop();
    };
  }

  /** Take what rings, by whatever it takes for its channel. */
  async answer(offer: Offer): Promise<void> {
    if (offer.channel !== "call" || offer.callback?.by_hand) {
      await this.#desk.accept(offer.offer);
      return;
    }
    const phone = await this.#desk.attempt(() => this.#load());
    await phone?.answer(offer.offer);
  }

  /** Take what waits out of its line, by whatever it takes for its channel. */
  async pick({ interaction, by_hand }: Pick<WaitingContact, "interaction" | "by_hand">, channel: Channel): Promise<void> {
    if (channel !== "call" || by_hand) {
      await this.#desk.steering.pull(interaction);
      return;
    }
    const phone = await this.#desk.attempt(() => this.#load());
    if (phone?.mine.peek()) this.#desk.trouble.value = WireError.from({ code: "full" });
    else await phone?.pick(interaction);
  }

  /** Talk with whoever waits for that without an offer: a call that was given, a colleague who asks. */
  async takeUp(): Promise<void> {
    const phone = this.phone.peek();
    if (phone && this.parts.peek()?.unanswered(phone)) await phone.takeUp();
  }

  #load(): Promise<Parts.Phone> {
    return (this.#loading ??= this.#fetch());
  }

  async #fetch(): Promise<Parts.Phone> {
    try {
      const parts = await import("./parts.ts");
      const phone = new parts.Phone(this.#desk);
      if (!this.#over) this.#stop = phone.start();
      this.parts.value = parts;
      this.phone.value = phone;
      return phone;
    } catch (error) {
      this.#loading = undefined; // the next ring tries again
      throw error;
    }
  }
}
