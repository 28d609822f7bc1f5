/** What the agent writes: queued, sent once, resent until stored; and the marks that they are writing. */
import { Outbox, type Outgoing } from "@acd/ui/outbox.ts";
import { computed, type ReadonlySignal } from "@preact/signals";

import type { Desk } from "./desk.ts";
import { keepDraft, outboxStore } from "./kept.ts";

/** A message, and whether the interaction ends with it. */
export interface Written {
  conversation: string;
  text: string;
  finish?: string;
}

/** How often a mark is renewed; the other side forgets it after six seconds. */
const TYPING_EVERY_MS = 3000;
const TYPING_STOPS_MS = 5000;

export class Talk {
  readonly #desk: Desk;
  readonly #outbox: Outbox<Written>;
  #typingIn: string | null = null;
  #typedMs = 0;
  #stop: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: Desk, agent: string) {
    this.#desk = desk;
    this.#outbox = new Outbox((entry) => this.#send(entry), outboxStore<Written>(agent));
    desk.connection.onOpen(() => void this.#outbox.flush());
  }

  /** What is written in a conversation and not stored yet. */
  pending(conversation: string): ReadonlySignal<readonly Outgoing<Written>[]> {
    return computed(() => {
      const known = new Set(this.#desk.threads.value.get(conversation)?.messages.map((message) => message.client_id));
      return this.#outbox.entries.value.filter(
        ({ client_id, payload }) => payload.conversation === conversation && !known.has(client_id),
      );
    });
  }

  send(written: Written): void {
    this.#outbox.push(written);
    keepDraft(written.conversation, "");
    this.stopTyping();
  }

  retry(clientId: string): void {
    this.#outbox.retry(clientId);
  }

  /** Takes a refused message back out, to be changed. */
  takeBack(clientId: string): void {
    this.#outbox.settle(clientId);
  }

  typing(conversation: string): void {
    const now = Date.now();
    if (this.#typingIn !== conversation) this.stopTyping();
    if (this.#typingIn !== conversation || now - this.#typedMs >= TYPING_EVERY_MS) {
      this.#typingIn = conversation;
      this.#typedMs = now;
      this.#desk.connection.tell("typing", { conversation, on: true });
    }
    clearTimeout(this.#stop);
    this.#stop = setTimeout(() => {
      this.stopTyping();
    }, TYPING_STOPS_MS);
  }

  stopTyping(): void {
    clearTimeout(this.#stop);
    if (this.#typingIn !== null) this.#desk.connection.tell("typing", { conversation: this.#typingIn, on: false });
    this.#typingIn = null;
  }

  async #send({ client_id, payload }: Outgoing<Written>): Promise<void> {
    const { conversation, text, finish } = payload;
    const { message } = await this.#desk.connection.request("message.send", { conversation, client_id, text });
    this.#desk.conversations.hear(message);
    this.#desk.conversations.saw(conversation, message.seq);
    if (finish !== undefined) await this.#desk.finish(finish);
  }
}
