/** What calls the agent back to the console: sound, title, favicon, a notification of the system. */
import { effect, untracked } from "@preact/signals";

import { unread } from "../state/chats.ts";
import type { Desk } from "../state/desk.ts";
import { isLive } from "../state/rings.ts";
import { t } from "../state/words.ts";
import { leads } from "./leader.ts";
import { chime } from "./sound.ts";

const AGAIN_MS = 15_000;

/** Starts all of them; returns the way to stop. */
export function alert(desk: Desk): () => void {
  const stops = [sound(desk), title(desk), notifications(desk)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Rings until it is answered; being in the console does not silence it. */
function sound(desk: Desk): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  let heard = new Set<string>();
  const stop = effect(() => {
    const offers = leads.value ? desk.ringing.value.map((ring) => ring.offer.offer) : [];
    if (offers.some((offer) => !heard.has(offer))) {
      chime();
      clearInterval(timer);
      timer = setInterval(() => {
        if (desk.ringing.peek().some((ring) => isLive(ring, desk.clock.nowMs()))) chime();
      }, AGAIN_MS);
    }
    if (offers.length === 0) clearInterval(timer);
    heard = new Set(offers);
  });
  return () => {
    stop();
    clearInterval(timer);
  };
}

function title(desk: Desk): () => void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const plain = icon?.getAttribute("href") ?? "";
  const stop = effect(() => {
    const threads = desk.threads.value;
    const messages = desk.chats.value.reduce((sum, chat) => sum + unread(chat, threads.get(chat.conversation)), 0);
    const count = desk.ringing.value.length + messages;
    document.title = count > 0 ? `(${count}) ${t("app.title")}` : t("app.title");
    icon?.setAttribute("href", count > 0 ? plain.replace(/\.svg$/, "-dot.svg") : plain);
  });
  return () => {
    stop();
    icon?.setAttribute("href", plain);
    document.title = t("app.title");
  };
}

/** Says that someone calls, never what they wrote: a lock screen is public. */
function notifications(desk: Desk): () => void {
  const open = new Map<string, Notification>();
  const stop = effect(() => {
    const ringing = new Map(desk.ringing.value.map((ring) => [ring.offer.offer, ring.offer]));
    for (const [id, notification] of open) {
      if (ringing.has(id)) continue;
      notification.close();
      open.delete(id);
    }
    if (!leads.value || document.hasFocus() || !("Notification" in globalThis) || Notification.permission !== "granted") return;
    for (const [id, offer] of ringing) {
      if (open.has(id)) continue;
      open.set(id, untracked(() => show(id, desk.departmentName(offer.department))));
    }
  });
  return () => {
    stop();
    for (const notification of open.values()) notification.close();
  };
}

function show(id: string, department: string): Notification {
  const notification = new Notification(t("notification.title"), { body: department, tag: id });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
  return notification;
}
