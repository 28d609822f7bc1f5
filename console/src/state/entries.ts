/** What a thread shows, in its order: what was said, what the system noted, and the calls that are over, in their words. */
import type { Message } from "@acd/ui/wire.ts";

import type { Thread } from "./chats.ts";
import type { Channel, PastInteraction } from "./wire.ts";

export type Entry =
  | { kind: "said"; at_ms: number; message: Message }
  | { kind: "noted"; at_ms: number; message: Message; channel: Channel | null; code: string; from: string }
  | { kind: "called"; at_ms: number; past: PastInteraction };

/** How the client id of a note begins: what happened, and to which interaction. */
const NOTE = /^(joined|given|guest|left|ended)\.([^.]+)/;

const OF_CALLS: Record<string, string> = { joined: "call_taken", given: "call_given", guest: "call_joined", left: "call_left", ended: "call_ended" };

/**
 * The interaction is what the thread is shown for, with its channel: history may not know it yet.
 * Nor does it know the oldest, and those with departments the agent does not see: their notes have no channel.
 */
export function entries({ messages, history }: Thread, interaction: string, ofIt: Channel): Entry[] {
  const past = new Map(history.map((each) => [each.interaction, each]));
  const owners = new Map<string, string>();
  const several = changedHands(messages);
  const found: Entry[] = [];
  for (const message of messages) {
    const { at_ms, name, text } = message;
    if (message.from !== "system") {
      found.push({ kind: "said", at_ms, message });
      continue;
    }
    const [, what = "", of = ""] = NOTE.exec(message.client_id) ?? [];
    const channel = of === interaction ? ofIt : (past.get(of)?.channel ?? null);
    const from = owners.get(of);
    if (what === "joined") owners.set(of, name);
    else if (what === "left" && name === from) owners.delete(of);
    const tookOver = what === "joined" && from !== undefined && from !== name;
    // history tells the end of a call, and then who took it, where that was one
    const toldBelow = channel === "call" && isOver(past.get(of)) && (what === "ended" || what === "given" || (what === "joined" && !several.has(of)));
    const code = tookOver ? "took_over" : ((channel === "call" ? OF_CALLS[what] : undefined) ?? text);
    if (!toldBelow) found.push({ kind: "noted", at_ms, message, channel, code, from: tookOver ? from : "" });
  }
  for (const each of history) {
    if (each.channel === "call" && isOver(each)) found.push({ kind: "called", at_ms: each.ended_ms, past: each });
  }
  return found.sort((one, other) => one.at_ms - other.at_ms);
}

/** Whether an interaction of it has no end yet, by the history, or by the last note where history does not hold it. */
export function goesOn({ messages, history }: Thread): boolean {
  if (history.some((past) => !isOver(past))) return true;
  const last = messages.filter(({ from }) => from === "system").at(-1);
  const [, what = "ended", of = ""] = NOTE.exec(last?.client_id ?? "") ?? [];
  return what !== "ended" && !history.some(({ interaction }) => interaction === of);
}

/** The interactions that more than one agent had. */
function changedHands(messages: readonly Message[]): Set<string> {
  const first = new Map<string, string>();
  const several = new Set<string>();
  for (const { client_id, name } of messages) {
    const [, what = "", of = ""] = NOTE.exec(client_id) ?? [];
    if (what !== "joined") continue;
    if ((first.get(of) ?? name) !== name) several.add(of);
    first.set(of, first.get(of) ?? name);
  }
  return several;
}

/** What a call that is over was. */
export function callWord({ outcome, callback }: PastInteraction): "missed" | "withdrawn" | "unreached" | "back" | "from" {
  if (outcome === "abandoned") return callback ? "withdrawn" : "missed";
  if (outcome === "unreached" && callback) return "unreached";
  return callback && outcome === "handled" ? "back" : "from";
}

function isOver(past: PastInteraction | undefined): past is PastInteraction & { ended_ms: number } {
  return past !== undefined && past.ended_ms !== null;
}
