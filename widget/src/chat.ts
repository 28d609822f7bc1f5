/** A visitor's chat as this browser knows it: one connection, the messages by their sequence number, what waits to leave. */
import { Outbox, type Outgoing } from "@acd/ui/outbox.ts";
import { Connection } from "@acd/ui/socket.ts";
import { ServerClock } from "@acd/ui/time.ts";
import { newClientId, WireError } from "@acd/ui/wire.ts";
import { batch, computed, signal } from "@preact/signals";

import type { Memory } from "./memory.ts";
import type { Chat, Message, Start, VisitorEvents, VisitorRequests } from "./wire.ts";

/** The server forgets a typing mark after 6 s; so do we, and say it again in time. */
const TYPING_LASTS_MS = 6000;
const TYPING_AGAIN_MS = 3000;
/** A chat that ended longer ago is the past: the form comes instead. */
const RECENT_MS = 600_000;

export interface ChatOptions {
  base: string;
  site: string;
  locale: string;
  memory: Memory;
}

export class ChatSession {
  readonly clock = new ServerClock();
  readonly connection: Connection<VisitorRequests, VisitorEvents>;
  readonly outbox: Outbox<string>;
  /** The chat under way or just over; null before the first. */
  readonly chat = signal<Chat | null>(null);
  readonly messages = signal<readonly Message[]>([]);
  /** Name of the agent who types. */
  readonly typing = signal<string | null>(null);
  /** True until it is known whether an earlier chat goes on. */
  readonly resuming = signal(false);
  /** Messages of an agent that nobody has seen. */
  readonly unread = computed(() => {
    const seen = this.chat.value?.read.visitor ?? 0;
    return this.messages.value.filter((message) => message.from === "agent" && message.seq > seen).length;
  });
  /** Refused by the server for good; shown until something new is tried. */
  readonly refusal = signal<WireError | null>(null);

  readonly #memory: Memory;
  #token: string | undefined;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #saidTypingMs = 0;
  #asking = false;

  constructor({ base, site, locale, memory }: ChatOptions) {
    this.#memory = memory;
    this.#token = memory.note?.token;
    this.outbox = new Outbox((entry) => this.#deliver(entry), memory.outbox());
    this.connection = new Connection({
      base,
      namespace: "/visitor",
      auth: () => ({ site, locale, ...(this.#token ? { token: this.#token } : {}) }),
    });
    this.connection.onOpen(() => void this.#resume());
    this.connection.on("chat", (chat) => { this.#told(chat); });
    this.connection.on("message", (message) => { this.#arrived([message]); });
    this.connection.on("read", ({ seq }) => { this.#agentRead(seq); });
    this.connection.on("typing", ({ name, on }) => { this.#typed(on ? name : null); });
    this.connection.refusal.subscribe((refusal) => { this.#turnedAway(refusal); });
    this.connection.service.subscribe(({ ok }) => {
      if (ok && this.connection.state.peek() === "open") void this.outbox.flush();
    });
    memory.watch(() => { this.#otherTab(); });
  }

  /** Take up what an earlier page left: a chat under way, or one asked for and not answered. */
  takeUp(): void {
    if (this.#token) {
      this.resuming.value = true;
      this.connection.open();
    } else if (this.#memory.start) {
      this.resuming.value = true;
      void this.#ask(this.#memory.start).catch((error: unknown) => {
        this.refusal.value = WireError.of(error);
      });
    }
  }

  /** Ask for a chat; resolves when the server has it, throws WireError. Asked again, it is the same chat. */
  async start(start: Omit<Start, "client_id">): Promise<void> {
    this.refusal.value = null;
    const pending = this.#memory.start;
    await this.#ask({ ...start, client_id: pending?.client_id ?? newClientId() });
  }

  send(text: string): void {
    this.say(false);
    this.outbox.push(text);
  }

  /** Leave the line, or end the conversation. Throws WireError. */
  async leave(): Promise<void> {
    const { chat } = await this.connection.request("chat.leave", {});
    if (chat) this.#told(chat);
  }

  /** Keep the place, and be called at that number in their turn. Throws WireError. */
  async callBack(number: string): Promise<void> {
    const { chat } = await this.connection.request("callback.ask", { number });
    if (chat) this.#told(chat);
  }

  /** Whether the visitor types. */
  say(typing: boolean): void {
    const now = Date.now();
    if (typing ? now - this.#saidTypingMs < TYPING_AGAIN_MS : !this.#saidTypingMs) return;
    this.#saidTypingMs = typing ? now : 0;
    this.connection.tell("typing", { on: typing });
  }

  /** The visitor has seen everything there is. */
  markRead(): void {
    const chat = this.chat.peek();
    const seq = this.messages.peek().at(-1)?.seq ?? 0;
    if (!chat || !this.unread.peek() || this.connection.state.value !== "open") return;
    this.chat.value = { ...chat, read: { ...chat.read, visitor: seq } };
    this.connection.tell("messages.read", { seq });
  }

  /** Back to the form, after the end. */
  forgetChat(): void {
    batch(() => {
      this.chat.value = null;
      this.refusal.value = null;
      this.outbox.clear();
    });
    this.#memory.draft = "";
  }

  async #ask(start: Start): Promise<void> {
    this.#memory.start = start;
    this.connection.open();
    this.#asking = true;
    try {
      const { token, chat, messages } = await this.connection.request("chat.start", start, 15_000);
      this.#token = token;
      this.#memory.start = null;
      this.#memory.note = { token, live: true, open: this.#memory.note?.open ?? true };
      batch(() => {
        this.#changed(chat);
        this.#arrived(messages);
      });
    } catch (thrown) {
      const error = WireError.of(thrown);
      // a refusal changes nothing: the next attempt is another one
      if (!error.retryable) this.#memory.start = null;
      throw error;
    } finally {
      this.#asking = false;
      this.resuming.value = false;
    }
  }

  async #resume(): Promise<void> {
    if (!this.#token || this.#asking) return;
    try {
      const { chat, messages } = await this.connection.request("chat.resume", { after_seq: this.#firstMissing() - 1 });
      const past = chat?.state === "ended" && !this.chat.value && chat.now - chat.since_ms > RECENT_MS;
      batch(() => {
        if (chat && !past) this.#changed(chat);
        this.#arrived(messages);
        this.resuming.value = false;
      });
      if (!chat) this.#live(false);
      else if (chat.last_seq > this.#lastSeq() && messages.length > 0) void this.#resume();
      void this.outbox.flush();
    } catch (thrown) {
      const error = WireError.of(thrown);
      // while a store is away the server says when it is back by `service`; otherwise ask again
      if (error.retryable) setTimeout(() => void this.#resume(), 1000 * (error.retryAfterS ?? 3));
      else this.resuming.value = false;
    }
  }

  async #deliver({ client_id, payload }: Outgoing<string>): Promise<void> {
    if (this.connection.state.value !== "open" || !this.#token) throw WireError.from({ code: "no_answer" });
    const { message } = await this.connection.request("message.send", { client_id, text: payload });
    this.#arrived([message]);
  }

  /** The end is told twice, as an event and as an answer: the second may come when the visitor has put the chat away. */
  #told(chat: Chat): void {
    if (chat.state !== "ended" || this.chat.value) this.#changed(chat);
  }

  #changed(chat: Chat): void {
    this.clock.sync(chat.now);
    const before = this.chat.value;
    // an answer may overtake an event: the marks never go back
    const same = before?.conversation === chat.conversation ? before : null;
    this.chat.value = {
      ...chat,
      read: {
        agent: Math.max(chat.read.agent, same?.read.agent ?? 0),
        visitor: Math.max(chat.read.visitor, same?.read.visitor ?? 0),
      },
    };
    if (chat.state === "ended") this.typing.value = null;
    this.#live(chat.state !== "ended");
    if (chat.last_seq > this.#lastSeq() && before && this.#lastSeq() > 0) this.#fillGap();
  }

  #arrived(arrived: readonly Message[]): void {
    const known = this.messages.value;
    const fresh = arrived.filter((message) => !known.some((each) => each.id === message.id));
    for (const message of arrived) this.outbox.settle(message.client_id);
    if (fresh.length === 0) return;
    const gap = known.length > 0 && Math.min(...fresh.map(({ seq }) => seq)) > this.#lastSeq() + 1;
    this.messages.value = [...known, ...fresh].sort((a, b) => a.seq - b.seq);
    if (fresh.some(({ from }) => from === "agent")) this.typing.value = null;
    if (gap) this.#fillGap();
  }

  #fillGap(): void {
    clearTimeout(this.#gapTimer);
    // the missing message is most often the next one to arrive
    this.#gapTimer = setTimeout(() => {
      const chat = this.chat.value;
      if (chat && this.#firstMissing() <= Math.max(chat.last_seq, this.#lastSeq())) void this.#resume();
    }, 500);
  }

  #firstMissing(): number {
    let expected = this.messages.value[0]?.seq ?? 1;
    for (const { seq } of this.messages.value) if (seq === expected) expected++;
    return expected;
  }

  #lastSeq(): number {
    return this.messages.value.at(-1)?.seq ?? 0;
  }

  #agentRead(seq: number): void {
    const chat = this.chat.value;
    if (chat && seq > chat.read.agent) this.chat.value = { ...chat, read: { ...chat.read, agent: seq } };
  }

  #typed(name: string | null): void {
    clearTimeout(this.#typingTimer);
    this.typing.value = name;
    if (name !== null) this.#typingTimer = setTimeout(() => (this.typing.value = null), TYPING_LASTS_MS);
  }

  #live(live: boolean): void {
    const note = this.#memory.note;
    if (note && note.live !== live) this.#memory.note = { ...note, live };
  }

  /** Refused at the door: a token nobody knows is thrown away, anything else is shown. */
  #turnedAway(refusal: WireError | null): void {
    if (!refusal || refusal.retryable) return;
    this.resuming.value = false;
    if (this.#token && refusal.code === "not_signed_in") {
      this.#token = undefined;
      this.#memory.note = null;
      this.chat.value = null;
      this.messages.value = [];
      this.connection.close();
    }
    this.refusal.value = refusal;
  }

  /** Another tab began a chat or lost its token. */
  #otherTab(): void {
    const token = this.#memory.note?.token;
    if (token === this.#token) return;
    this.#token = token;
    if (token) this.connection.reopen();
  }
}
