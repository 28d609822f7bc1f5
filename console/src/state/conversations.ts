/** What is said in the agent's conversations: fetched, heard as it is said, and marked as read. */
import { WireError, type Message } from "@acd/ui/wire.ts";
import { batch } from "@preact/signals";

import * as lists from "./chats.ts";
import type { Desk } from "./desk.ts";
import { goesOn } from "./entries.ts";
import type { ReadMarks } from "./wire.ts";

const TYPING_MS = 6000;

export class Conversations {
  readonly #desk: Desk;
  /** Conversation → whether it is to be read again once the answer that is awaited is here. */
  readonly #reading = new Map<string, boolean>();
  /** Why a conversation could not be read at all, as it was shown. */
  #refused: WireError | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  listen(): void {
    const { connection, clock, typing } = this.#desk;
    connection.on("message", (message) => {
      this.hear(message);
    });
    connection.on("typing", ({ conversation, on }) => {
      if (on) typing.value = new Map(typing.value).set(conversation, clock.nowMs() + TYPING_MS);
      else this.#stopsTyping(conversation);
    });
    connection.on("history", ({ conversation }) => {
      if (this.#desk.threads.value.has(conversation)) void this.fetch(conversation);
    });
    connection.on("read", ({ conversation, seq }) => {
      this.#readUpTo(conversation, { agent: 0, visitor: seq });
    });
  }

  /** The messages of a conversation that are not here yet, its contact and their history; one read at a time. */
  async fetch(conversation: string): Promise<void> {
    if (this.#reading.has(conversation)) {
      this.#reading.set(conversation, true);
      return;
    }
    do {
      this.#reading.set(conversation, false);
      await this.#read(conversation);
    } while (this.#reading.get(conversation));
    this.#reading.delete(conversation);
  }

  /** The server tells nothing of what has left the desk: what was seen to begin there is read until it is over. */
  follow(conversation: string): void {
    const thread = this.#desk.threads.value.get(conversation);
    if (thread && goesOn(thread)) void this.fetch(conversation);
  }

  async #read(conversation: string): Promise<void> {
    const { chats, threads, connection, trouble } = this.#desk;
    threads.value = lists.withMessages(threads.value, conversation, []);
    const before = threads.value.get(conversation);
    const after_seq = lists.lastWithoutGap(before);
    try {
      const answer = await connection.request("conversation.open", { conversation, after_seq });
      threads.value = lists.opened(threads.value, conversation, answer);
      if (trouble.peek() === this.#refused) trouble.value = null; // what the agent's own verbs were refused stays
      // a long conversation comes in pages
      const known = chats.value.find((chat) => chat.conversation === conversation)?.last_seq ?? 0;
      const more = answer.messages.length > 0 && lists.lastWithoutGap(threads.value.get(conversation)) < known;
      if (more) this.#reading.set(conversation, true);
    } catch (thrown) {
      // a heartbeat shows what is missing; nobody asked for what was read before, and it may be theirs to see no longer
      if (!before?.contact) trouble.value = this.#refused = WireError.of(thrown);
    }
  }

  /** A stored message, ours or theirs: once in its thread, whichever way it came. */
  hear(message: Message): void {
    const { chats, threads } = this.#desk;
    const thread = threads.value.get(message.conversation);
    batch(() => {
      chats.value = lists.heard(chats.value, message);
      if (message.from === "visitor") this.#stopsTyping(message.conversation);
      if (!thread) return;
      threads.value = lists.withMessages(threads.value, message.conversation, [message]);
    });
    const last = thread?.messages.at(-1)?.seq;
    if (last !== undefined && message.seq > last + 1) void this.fetch(message.conversation);
  }

  /** What the agent has had in sight; while nobody can be told, it has not been told. */
  saw(conversation: string, seq: number): void {
    const { connection } = this.#desk;
    if (connection.state.peek() !== "open") return;
    this.#readUpTo(conversation, { agent: seq, visitor: 0 });
    connection.tell("messages.read", { conversation, seq });
  }

  #readUpTo(conversation: string, marks: ReadMarks): void {
    const { chats, threads } = this.#desk;
    batch(() => {
      threads.value = lists.marked(threads.value, conversation, marks);
      chats.value = lists.readUpTo(chats.value, conversation, marks);
    });
  }

  #stopsTyping(conversation: string): void {
    const { typing } = this.#desk;
    typing.value = new Map([...typing.value].filter(([id]) => id !== conversation));
  }
}
