/** Whom something can be handed to in which way. */
import type { Manner } from "../state/steering.ts";
import type { Channel, Colleague } from "../state/wire.ts";

/** deaf: none of their pages can talk, which it takes to be asked about a call. */
export type Reach = "now" | "waits" | "deaf" | "no";

export function reach({ state, talks }: Pick<Colleague, "state" | "talks">, manner: Manner, channel: Channel): Reach {
  if (state === "free") return manner === "consult" && channel === "call" && !talks ? "deaf" : "now";
  // who is busy can be handed something all the same: they are asked as soon as they have room
  return state === "full" && manner === "transfer" ? "waits" : "no";
}
