/** The launcher's button, once there is something to say on it: the place in the line, who answers, what is unread. */
import { effect } from "@preact/signals";

import type { Widget } from "./context.ts";
import { place } from "./place.ts";

export function dressLauncher(button: HTMLButtonElement, { words, chat, open }: Widget): void {
  const text = button.querySelector("span");
  const count = document.createElement("i");
  const counted = document.createElement("span");
  counted.className = "visually-hidden";
  button.append(count, counted);
  effect(() => {
    const now = chat.chat.value;
    const unread = chat.unread.value;
    let label = words.t("launcher");
    if (now && now.state !== "ended") {
      label = now.agent?.name ?? (now.position ? words.t("launcher.place", { place: place(words, now.position) }) : label);
    }
    if (text) text.textContent = label;
    count.textContent = words.number(unread);
    count.hidden = unread === 0;
    counted.textContent = unread > 0 ? words.t("launcher.unread", { count: unread }) : "";
  });
  effect(() => {
    // the panel takes the button's place
    button.setAttribute("aria-expanded", String(open.value));
    button.hidden = open.value;
  });
}
