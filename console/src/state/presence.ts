/** What an agent's presence amounts to, over the channels their departments have. */
import { known, t } from "./words.ts";
import type { Availability, Channel, ChannelPresence, Presence } from "./wire.ts";

export const REASONS = ["break", "lunch", "training"] as const;

const ORDER: readonly Channel[] = ["chat", "call", "ticket"];

/** The channels this agent could be reached on: those with a queue, and a place for it. */
export function channelsOf(presence: Presence): Channel[] {
  return ORDER.filter((channel) => (presence.channels[channel]?.max ?? 0) > 0);
}

/** Those whose places are shown: wherever one is held, else the first. */
export function metered(presence: Presence, channels: readonly Channel[]): readonly Channel[] {
  const held = channels.filter((channel) => (presence.channels[channel]?.count ?? 0) > 0);
  return held.length > 0 ? held : channels.slice(0, 1);
}

export interface Summary {
  availability: Availability | "finishing";
  /** Available on some channels only. */
  partly: boolean;
  reason: string;
  text: string;
}

export function summarise(presence: Presence, channels: readonly Channel[]): Summary {
  const states = channels.map((channel) => presence.channels[channel]).filter((state) => state !== undefined);
  const available = states.filter((state) => state.availability === "available").length;
  const first = states[0];
  if (available > 0) {
    const partly = available < states.length;
    return { availability: "available", partly, reason: "", text: t(partly ? "presence.partly" : "presence.available") };
  }
  const finishing = states.find((state) => state.availability === "finishing");
  if (finishing) {
    const after = finishing.after === "offline" ? t("presence.offline") : reasonText(finishing);
    return { availability: "finishing", partly: false, reason: finishing.reason, text: t("presence.finishing", { after }) };
  }
  if (!first || first.availability === "offline") return { availability: "offline", partly: false, reason: "", text: t("presence.offline") };
  return { availability: "away", partly: false, reason: first.reason, text: reasonText(first) };
}

function reasonText({ reason }: ChannelPresence): string {
  return reason ? known("reason", reason) : t("presence.away");
}

/** Those on which their availability is this one. */
export function those(presence: Presence, channels: readonly Channel[], availability: Availability): Channel[] {
  return channels.filter((channel) => presence.channels[channel]?.availability === availability);
}

/** Channels within a sentence: what comes on them. */
export function channelNames(channels: readonly Channel[]): string {
  return channels.map((channel) => t(`channel.${channel}s_lower`)).join(", ");
}

/**
 * Whether one more could ring on a channel, as far as the desk is told: there is a place, and the agent is not
 * taken up whole by what they have, over which a call comes still.
 */
export function hasRoom({ channels, used, total }: Presence, channel: Channel): boolean {
  const state = channels[channel];
  return state?.availability === "available" && state.count < state.max && (channel === "call" || used < total);
}

/** Whether they were not available on a channel and now are: what they missed there is behind them. */
export function cameBack(before: Presence, now: Presence, channel: Channel): boolean {
  const [then, since] = [before, now].map(({ channels }) => channels[channel]?.availability === "available");
  return !then && since === true;
}

/** The channels that stopped ringing by themselves because rings went unanswered. */
export function missed(presence: Presence): Channel[] {
  return ORDER.filter((channel) => {
    const state = presence.channels[channel];
    return state?.availability === "away" && (presence.missed[channel] === true || state.reason === "missed");
  });
}
