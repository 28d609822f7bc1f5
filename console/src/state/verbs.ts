/** What the agent asks, and what the server says: the Socket.IO face that docs/guides/sockets.md describes. */
import type { Signal } from "@acd/ui/signal.ts";
import type { Message } from "@acd/ui/wire.ts";

import type {
  AgentChat,
  Availability,
  Channel,
  ConsoleOpened,
  ConversationOpened,
  Line,
  Offer,
  OfferAnswered,
  OfferEnded,
  Presence,
  Steered,
  Targets,
  WaitingContact,
} from "./wire.ts";

interface ChatChanged {
  chat?: AgentChat | null;
}

interface Command {
  interaction: string;
  /** The same id sent again gives the first answer. */
  command: string;
}

type Table<Rows> = { [Row in keyof Rows]: Rows[Row] };
interface Ask<A extends object, B extends object = object> {
  ask: A;
  answer: B;
}

/** What the agent asks. Types, not interfaces: the connection wants an index signature. */
export type AgentRequests = Table<{
  "console.open": Ask<object, ConsoleOpened>;
  "presence.set": Ask<
    { channel: Channel | null; availability: Availability; reason?: string; when?: "now" | "finished" },
    { presence: Presence }
  >;
  "offer.delivered": Ask<{ offer: string }>;
  "offer.accept": Ask<{ offer: string }, OfferAnswered>;
  "offer.decline": Ask<{ offer: string; reason?: string }, OfferAnswered>;
  "conversation.open": Ask<{ conversation: string; after_seq: number }, ConversationOpened>;
  "conversation.begin": Ask<{ conversation: string; department: string; client_id: string }, Steered>;
  "message.send": Ask<{ conversation: string; client_id: string; text: string }, { message: Message }>;
  typing: Ask<{ conversation: string; on: boolean }>;
  "messages.read": Ask<{ conversation: string; seq: number }>;
  "interaction.finish": Ask<Command, ChatChanged>;
  "wrap_up.end": Ask<{ interaction: string; command: string; disposition?: string; note?: string }, ChatChanged>;
  "wrap_up.extend": Ask<{ interaction: string }, ChatChanged>;
  "transfer.targets": Ask<{ interaction: string; query?: string }, Targets>;
  "interaction.transfer": Ask<Command & { agent?: string; queue?: string; wait?: boolean }, Steered>;
  "interaction.transfer_cancel": Ask<Command, Steered>;
  "interaction.consult": Ask<Command & { agent: string }, Steered>;
  "interaction.consult_complete": Ask<Command, Steered>;
  "interaction.consult_cancel": Ask<Command, Steered>;
  "interaction.invite": Ask<Command & { agent: string }, Steered>;
  "interaction.leave": Ask<Command, Steered>;
  "line.open": Ask<{ queue: string }, { queue: string; waiting: WaitingContact[]; now: number }>;
  "interaction.pull": Ask<Command, Steered>;
  "call.servers": Ask<{ interaction: string }, { servers: RTCIceServer[] }>;
  "call.signal": Ask<Signal>;
  "call.connected": Ask<{ offer: string }>;
  "call.failed": Ask<{ offer: string }, OfferAnswered>;
  "call.transfer": Ask<Command & { number: string }>;
  "call.take_back": Ask<{ interaction: string }>;
  "callback.open": Ask<{ interaction: string }, { number: string | null }>;
  "callback.dialled": Ask<{ interaction: string; offer: string; answered: boolean }, Steered>;
  heartbeat: Ask<object, { now: number; last_seq: Record<string, number> }>;
}>;

/** What the server says. */
export type AgentEvents = Table<{
  offer: Offer;
  "offer.ended": OfferEnded;
  chat: AgentChat;
  presence: Presence;
  message: Message;
  typing: { conversation: string; by: "visitor"; on: boolean };
  read: { conversation: string; by: "visitor"; seq: number };
  lines: { lines: Line[]; now: number };
  history: { conversation: string };
  "call.signal": Signal;
  "call.transferred": { interaction: string; ok: boolean; code: number };
  resync: object;
}>;
