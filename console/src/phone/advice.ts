/** What rings without an offer: a colleague who waits for advice, a call that a supervisor gave to the agent. */
import { computed, effect, untracked } from "@preact/signals";

import { leads } from "../alerts/leader.ts";
import { chime } from "../alerts/sound.ts";
import type { Desk } from "../state/desk.ts";
import type { AgentChat } from "../state/wire.ts";
import type { Phone } from "./phone.ts";

const AGAIN_MS = 4000;

/** What waits for the agent to talk, whose turn it is: their own call first. */
export function unanswered({ mine, asked, live, consult }: Phone): AgentChat | null {
  const call = mine.value;
  if (call) return call.given && call.state === "connecting" && !call.on_phone && !live.value ? call : null;
  return consult.line.value ? null : asked.value;
}

/** Starts it; returns the way to stop. */
export function ringForAdvice(desk: Desk, phone: Phone): () => void {
  // by name: of one that rings on, much may change
  const which = computed(() => unanswered(phone)?.interaction ?? "");
  const asked = computed(() => (phone.mine.value ? "" : which.value));
  const stops = [
    effect(() => {
      const interaction = which.value;
      if (!interaction) return;
      // who it is about, for whoever has nothing else in sight
      untracked(() => {
        if (!desk.current.value) desk.select(interaction);
      });
      if (!leads.value) return;
      chime();
      const timer = setInterval(chime, AGAIN_MS);
      return () => {
        clearInterval(timer);
      };
    }),
    effect(() => {
      const interaction = asked.value;
      if (!interaction) return;
      untracked(() => phone.consult.ringing.begin(interaction));
      return () => {
        phone.consult.ringing.end();
      };
    }),
    effect(() => {
      if (phone.consult.left.value) chime(); // whoever asks listens to the telephone, and may look elsewhere
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
