/** A colleague waits for the agent's advice: that rings as a call does, until it is answered or over. */
import { effect, untracked } from "@preact/signals";

import { leads } from "../alerts/leader.ts";
import { chime } from "../alerts/sound.ts";
import type { Desk } from "../state/desk.ts";
import type { Phone } from "./phone.ts";

const AGAIN_MS = 4000;

/** Starts it; returns the way to stop. */
export function ringForAdvice(desk: Desk, phone: Phone): () => void {
  return effect(() => {
    const asked = phone.asked.value;
    if (!asked || phone.consult.line.value) return;
    // who it is about, for whoever has nothing else in sight
    untracked(() => {
      if (!desk.current.value) desk.select(asked.interaction);
    });
    if (!leads.value) return;
    chime();
    const timer = setInterval(chime, AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  });
}
