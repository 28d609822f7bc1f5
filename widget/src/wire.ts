/** The /visitor namespace, as docs/guides/sockets.md describes it. */
import type { Signal } from "@acd/ui/signal.ts";
import type { Estimate } from "@acd/ui/wait.ts";
import type { Message } from "@acd/ui/wire.ts";

export type { Message };

/** Ends of a chat's life in the widget: everything else is on the way. */
export type State = "starting" | "waiting" | "ringing" | "parked" | "connecting" | "active" | "idle" | "ended";

export interface Chat {
  conversation: string;
  interaction: string;
  channel: "chat" | "call" | "ticket";
  state: State;
  department: { id: string; name: string };
  /** 1 is next. */
  position: number | null;
  estimate: Estimate | null;
  agent: { name: string } | null;
  since_ms: number;
  outcome: string | null;
  /** What the department made of it where it could not keep it; after "form" messages are still taken. */
  diverted: "callback" | "voicemail" | "form" | "reject" | null;
  callback: CallBack | null;
  /** Whether the server carries the audio of a call, from its begin on. */
  anchored: boolean;
  last_seq: number;
  read: { agent: number; visitor: number };
  now: number;
}

/** A call back: on offer, asked for, being made, to be tried again, under way, or over. */
export interface CallBack {
  state: "offered" | "kept" | "calling" | "again" | "talking" | "done" | "unreached";
  /** Whether they left a number. */
  number: boolean;
  next_try_ms: number | null;
}

export interface Start {
  client_id: string;
  department: string;
  channel?: "call";
  name: string;
  email?: string;
  text?: string;
  page?: string;
}

/* eslint-disable @typescript-eslint/consistent-type-definitions -- an interface has no index signature */
export type VisitorRequests = {
  "chat.start": { ask: Start; answer: { token: string; chat: Chat; messages: Message[] } };
  "chat.resume": { ask: { after_seq: number }; answer: { chat: Chat | null; messages: Message[] } };
  "message.send": { ask: { client_id: string; text: string }; answer: { message: Message } };
  typing: { ask: { on: boolean }; answer: object };
  "messages.read": { ask: { seq: number }; answer: object };
  "call.servers": { ask: { interaction: string }; answer: { servers: RTCIceServer[] } };
  "call.signal": { ask: Signal; answer: object };
  "chat.leave": { ask: object; answer: { chat: Chat | null } };
  "callback.ask": { ask: { number: string }; answer: { chat: Chat | null } };
};

export type VisitorEvents = {
  chat: Chat;
  message: Message;
  typing: { by: "agent"; name: string; on: boolean };
  read: { by: "agent"; seq: number };
  "call.signal": Signal;
};
/* eslint-enable @typescript-eslint/consistent-type-definitions */
