/** The agent's conversations: pure steps from one list to the next, and what a row shows of them. */
import type { Message } from "@acd/ui/wire.ts";

import type { AgentChat, Contact, ConversationOpened, PastInteraction, ReadMarks } from "./wire.ts";

export interface Thread {
  messages: readonly Message[];
  read: ReadMarks;
  /** Null until the server answered for the first time. */
  contact: Contact | null;
  history: readonly PastInteraction[];
}

export type Threads = ReadonlyMap<string, Thread>;
export type Chats = readonly AgentChat[];

/** A visitor who waits this long for a reply is shown as late. */
export const LATE_MS = 120_000;

const EMPTY: Thread = { messages: [], read: { agent: 0, visitor: 0 }, contact: null, history: [] };

/** Whether the contact would read what the agent writes now. */
export function canWrite(chat: AgentChat): boolean {
  return (chat.state === "active" || chat.state === "idle") && chat.role !== "consult" && !chat.from_telephone;
}

/** The list with this chat as it is now; an ended one leaves. Places in the list do not move. */
export function changed(chats: Chats, chat: AgentChat): Chats {
  if (chat.state === "ended") return chats.filter((each) => each.interaction !== chat.interaction);
  const known = chats.some((each) => each.interaction === chat.interaction);
  return known ? chats.map((each) => (each.interaction === chat.interaction ? newer(each, chat) : each)) : [...chats, chat];
}

/** Messages overtake states on their way: what is known of the conversation never goes back. */
function newer(before: AgentChat, now: AgentChat): AgentChat {
  if (now.last_seq >= before.last_seq) return { ...now, read: furthest(before.read, now.read) };
  return { ...now, last_message: before.last_message, last_seq: before.last_seq, read: furthest(before.read, now.read) };
}

/** The lists after a message: the thread has it, and so has the chat's row. */
export function heard(chats: Chats, message: Message): Chats {
  return chats.map((chat) =>
    chat.conversation === message.conversation && message.seq > chat.last_seq
      ? { ...chat, last_message: message, last_seq: message.seq }
      : chat,
  );
}

export function readUpTo(chats: Chats, conversation: string, marks: ReadMarks): Chats {
  return chats.map((chat) => (chat.conversation === conversation ? { ...chat, read: furthest(chat.read, marks) } : chat));
}

export function withMessages(threads: Threads, conversation: string, more: readonly Message[]): Threads {
  const thread = threads.get(conversation) ?? EMPTY;
  const bySeq = new Map(thread.messages.map((message) => [message.seq, message]));
  for (const message of more) bySeq.set(message.seq, message);
  const messages = [...bySeq.values()].sort((one, other) => one.seq - other.seq);
  return new Map(threads).set(conversation, { ...thread, messages });
}

export function opened(threads: Threads, conversation: string, answer: ConversationOpened): Threads {
  const grown = withMessages(threads, conversation, answer.messages);
  const thread = grown.get(conversation) ?? EMPTY;
  const { contact, history } = answer;
  return new Map(grown).set(conversation, { ...thread, contact, history, read: furthest(thread.read, answer.read) });
}

export function marked(threads: Threads, conversation: string, marks: ReadMarks): Threads {
  const thread = threads.get(conversation);
  if (!thread) return threads;
  return new Map(threads).set(conversation, { ...thread, read: furthest(thread.read, marks) });
}

/** The sequence number up to which nothing is missing: where to resume from. */
export function lastWithoutGap(thread: Thread | undefined): number {
  let last = 0;
  if (!thread?.contact) return last; // not read from its beginning yet
  for (const { seq } of thread.messages) {
    if (last !== 0 && seq !== last + 1) break;
    last = seq;
  }
  return last;
}

/** Whether something is to be fetched: it never came, or the server has more. */
export function lacks(thread: Thread, lastSeq: number): boolean {
  return thread.contact === null || lastWithoutGap(thread) < lastSeq;
}

/** Messages of the contact the agent has not had in sight. */
export function unread(chat: AgentChat, thread: Thread | undefined): number {
  const read = Math.max(chat.read.agent, thread?.read.agent ?? 0);
  if (chat.last_seq <= read) return 0;
  const known = thread?.messages.filter((message) => message.from === "visitor" && message.seq > read).length ?? 0;
  // the thread may not have been fetched: the row's last message is at least one
  return known || (chat.last_message?.from === "visitor" ? 1 : 0);
}

/** The last words in this chat; what the system noted in between says nothing about who waits for whom. */
export function lastSaid(chat: AgentChat, thread: Thread | undefined): Message | null {
  const said = thread?.messages.filter((message) => message.from !== "system").at(-1);
  if (said) return said;
  return chat.last_message?.from === "system" ? null : chat.last_message;
}

/** Since when something stands still in this chat: the last words, or its beginning. */
export function quietSinceMs(chat: AgentChat, thread: Thread | undefined): number {
  return lastSaid(chat, thread)?.at_ms ?? chat.since_ms;
}

/** The contact spoke last and has waited too long for a reply. */
export function isLate(chat: AgentChat, thread: Thread | undefined, nowMs: number): boolean {
  const last = lastSaid(chat, thread);
  return chat.state === "active" && last?.from === "visitor" && nowMs - last.at_ms >= LATE_MS;
}

function furthest(one: ReadMarks, other: ReadMarks): ReadMarks {
  return { agent: Math.max(one.agent, other.agent), visitor: Math.max(one.visitor, other.visitor) };
}
