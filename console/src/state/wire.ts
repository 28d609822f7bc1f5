/** What the agent's side of the Socket.IO face speaks of, as docs/guides/sockets.md describes it. */
import type { Estimate } from "@acd/ui/wait.ts";
import type { Message } from "@acd/ui/wire.ts";

export type Channel = "chat" | "call" | "ticket";
export type Availability = "available" | "away" | "offline";

export interface Named {
  id: string;
  name: string;
}

/** A department by its name in each language. */
export interface OwnDepartment extends Named {
  names: Record<string, string>;
}

export interface Me extends Named {
  role: string;
  departments: OwnDepartment[];
  locale: string;
}

export interface ChannelPresence {
  availability: Availability | "finishing";
  reason: string;
  /** What somebody who is finishing will be. */
  after: "away" | "offline" | null;
  count: number;
  max: number;
}

export interface Presence {
  channels: Partial<Record<Channel, ChannelPresence>>;
  used: number;
  total: number;
  missed: Partial<Record<Channel, boolean>>;
  seq: number;
  now: number;
}

/** Why this agent: what the router recorded with the offer. */
export interface Why {
  strategy?: string | readonly string[];
  priority?: number;
  eligible?: number;
  /** Whoever served this contact last was asked first, or waited for. */
  sticky?: "prefer" | "wait";
  skills?: readonly SkillNeed[];
}

export interface SkillNeed extends Named {
  level: number;
}

export interface Offer {
  offer: string;
  interaction: string;
  conversation: string;
  channel: Channel;
  queue: string;
  department: Named;
  contact: { name: string };
  preview: string;
  /** From which the contact calls, where their name does not say it. */
  number: string | null;
  page: string;
  waited_ms: number;
  deadline_ms: number;
  ring_ms: number;
  why: Why;
  /** Who hands it over. */
  transfer: Named | null;
  /** Accepting it calls the contact back: the agent is put through, or dials by hand. */
  callback: { by_hand: boolean; number: string | null } | null;
  /** The contact has not left the page. */
  contact_here: boolean;
  now: number;
}

export interface OfferEnded {
  offer: string;
  outcome: "accepted" | "declined" | "expired" | "failed" | "withdrawn";
  reason: string;
  by?: Named | null;
}

export interface ReadMarks {
  agent: number;
  visitor: number;
}

export interface AgentChat {
  interaction: string;
  conversation: string;
  channel: Channel;
  contact: Named;
  department: Named;
  state: "connecting" | "active" | "idle" | "wrap_up" | "ended";
  since_ms: number;
  /** What it is to the agent: whoever is consulted only reads along, a giver concludes what is somebody else's. */
  role: "owner" | "guest" | "consult" | "giver";
  transfer_to: Named | null;
  /** They are busy, and asked once they are free. */
  transfer_waits: boolean;
  consulted: Named | null;
  /** Whose it is. */
  owner: Named | null;
  guests: Named[];
  /** Whether a call can be given to a number. */
  to_number: boolean;
  /** Whether the contact calls from a telephone, and has no page to read on. */
  from_telephone: boolean;
  /** Whether the agent has the call on a telephone of theirs. */
  on_phone: boolean;
  wrap_up_until_ms: number | null;
  wrap_up_extended: boolean;
  /** By which it is connected, while it connects. */
  offer: string | null;
  /** A supervisor gave the agent this call, which rings until then: whoever answers takes it up. */
  given: { by: Named | null; until_ms: number } | null;
  callback: CallBack | null;
  last_message: Message | null;
  last_seq: number;
  read: ReadMarks;
  contact_here: boolean;
  now: number;
}

/** The contact is called back. */
export interface CallBack {
  /** How often in vain. */
  tries: number;
  answered: boolean;
  /** Whether the agent dials, on whatever telephone they have. */
  by_hand: boolean;
}

export interface Line {
  queue: string;
  department: Named;
  channel: Channel;
  waiting: number;
  oldest_enqueued_ms: number | null;
  available: number;
  /** Whether the agent may pick from it. */
  pull: boolean;
  /** What the last of those who wait are told. */
  estimate: Estimate | null;
  /** The first who waits and does not ring here for a while, and when they do at the latest. */
  held_back: { interaction: string; contact: { name: string }; at_ms: number; by_hand: boolean } | null;
}

/** Somebody in a line. */
export interface WaitingContact {
  interaction: string;
  position: number;
  contact: { name: string };
  preview: string;
  level: number;
  enqueued_ms: number;
  /** Nobody waits there: they are called in their turn. */
  callback: boolean;
  /** Whether the agent dials. */
  by_hand: boolean;
  skills: SkillNeed[];
}

export interface Colleague extends Named {
  /** "never": nothing of this channel. */
  state: "free" | "full" | "away" | "offline" | "never";
  reason: string;
  count: number;
  max: number;
  /** Whether a page of theirs can talk, which it takes to be asked about a call. */
  talks: boolean;
}

export interface TargetQueue {
  queue: string;
  department: Named;
  waiting: number;
  available: number;
  estimate: Estimate | null;
}

export interface Targets {
  agents: Colleague[];
  departments: TargetQueue[];
}

/** What came of moving work: a word for what was done, or for why nothing was. */
export interface Steered {
  outcome: string;
  chat: AgentChat | null;
}

export interface Contact {
  id: string;
  name: string;
  verified: boolean;
  email: string | null;
  /** The one they are known by first. */
  phones: string[];
  page: string | null;
  locale: string | null;
}

export interface PastInteraction {
  interaction: string;
  channel: Channel;
  at_ms: number;
  outcome: string | null;
  agent: string | null;
  department: Named;
  ended_ms: number | null;
  /** Until the first answer, or the end. */
  waited_ms: number | null;
  /** What agents had with the contact; null where nobody talked, or it goes on. */
  talked_ms: number | null;
  /** The contact was called back. */
  callback: boolean;
  disposition: string | null;
  note: string | null;
}

export interface ConsoleOpened {
  now: number;
  seq: number;
  session: string;
  me: Me;
  presence: Presence;
  offers: Offer[];
  chats: AgentChat[];
  lines: Line[];
}

export interface OfferAnswered {
  outcome: "accepted" | "taken" | "expired" | "withdrawn" | "unknown" | "declined";
  winner?: Named | null;
  chat?: AgentChat | null;
}

export interface ConversationOpened {
  messages: Message[];
  read: ReadMarks;
  contact: Contact;
  history: PastInteraction[];
}
