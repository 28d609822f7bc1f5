import type { Words } from "./context.ts";
import type { Chat, Message } from "./wire.ts";

const MINUTE_MS = 60_000;

/** With whom the visitor talked, which a guest does not change, and how long: a minute is said of nobody who had less. */
export function spent({ t }: Words, messages: readonly Message[], now: Chat): string {
  const whose = now.agent?.name;
  const joined = [...messages].reverse().find(({ from, text, name }) => from === "system" && text === "agent_joined" && name === (whose ?? name));
  if (!joined) return whose ?? "";
  const ms = now.since_ms - joined.at_ms;
  if (ms < MINUTE_MS) return t("ended.with_short", { name: joined.name });
  return t("ended.with", { name: joined.name, count: Math.round(ms / MINUTE_MS) });
}
