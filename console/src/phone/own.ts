/** The calls an agent has, on whatever they talk. */
import { computed, effect, untracked, type ReadonlySignal } from "@preact/signals";

import type { Desk } from "../state/desk.ts";
import type { AgentChat } from "../state/wire.ts";

/** The one they are the owner of, or are asked about. */
export function callOf(desk: Desk, role: AgentChat["role"]): ReadonlySignal<AgentChat | null> {
  const is = (chat: AgentChat): boolean =>
    chat.channel === "call" && !chat.callback?.by_hand && chat.role === role && (chat.state === "connecting" || chat.state === "active");
  return computed(() => desk.chats.value.find(is) ?? null);
}

/** Whether nobody is at the page that called. One who is called back talks on a telephone. */
export function isGone({ contact_here, callback }: AgentChat): boolean {
  return !contact_here && !callback;
}

/** The end for both; a call nobody was heard in rings on. */
export async function hangUp(desk: Desk, { interaction, offer }: AgentChat): Promise<void> {
  if (offer) await desk.attempt(() => desk.connection.request("call.failed", { offer }));
  else await desk.finish(interaction);
}

/** A call that is taken on a telephone opens here as one that is taken here does, unless something else is in sight. */
export function showOnPhone(desk: Desk, mine: ReadonlySignal<AgentChat | null>): () => void {
  let shown = "";
  return effect(() => {
    const call = mine.value;
    if (!call?.on_phone || call.interaction === shown) return;
    shown = call.interaction;
    untracked(() => {
      if (!desk.current.value) desk.select(call.interaction);
    });
  });
}
