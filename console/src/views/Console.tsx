import { useEffect, useRef, useState } from "preact/hooks";

import { alert } from "../alerts/alerts.ts";
import { standForLead } from "../alerts/leader.ts";
import { Handset } from "../phone/handset.ts";
import { pressed } from "../shortcuts.ts";
import { canWrite, unread } from "../state/chats.ts";
import { Place, useDesk, type At } from "../state/context.ts";
import { Desk } from "../state/desk.ts";
import { onTop } from "../state/rings.ts";
import type { SignedIn } from "../state/session.ts";
import { singleKeys } from "../state/settings.ts";
import { Talk } from "../state/talk.ts";
import { t } from "../state/words.ts";
import { Calm } from "./Calm.tsx";
import { Contact } from "./Contact.tsx";
import { Inbox } from "./Inbox.tsx";
import { KeyList } from "./Keys.tsx";
import { useLater } from "./later.ts";
import { Rail } from "./Rail.tsx";
import { isSettled, RingCard } from "./Ring.tsx";
import { Thread } from "./Thread.tsx";

/** The desk of whoever is signed in, from the first connection to the sign-out. */
export function Console({ who }: { who: SignedIn }) {
  const [at] = useState<At>(() => {
    const desk = new Desk(who);
    return { desk, talk: new Talk(desk, who.agent.id), handset: new Handset(desk) };
  });
  useEffect(() => {
    const stops = [standForLead(who.agent.id), alert(at.desk), at.handset.start()];
    at.desk.open();
    return () => {
      at.desk.close();
      for (const stop of stops) stop();
    };
  }, [at, who]);
  return (
    <Place.Provider value={at}>
      <Panes />
    </Place.Provider>
  );
}

type Width = "wide" | "middle" | "narrow";

function Panes() {
  const { desk, handset } = useDesk();
  const [help, setHelp] = useState(false);
  const later = useLater(help, () => import("./Help.tsx"));
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root);
  const chat = desk.current.value;
  const parts = handset.parts.value;
  const narrow = width === "narrow";
  const writes = chat !== null && canWrite(chat);
  const busy = desk.chats.value.length > 0 || desk.lines.value.some((line) => line.waiting > 0);
  // under 720 px one pane at a time; with nothing to list, the list gives way to what happens next
  const pane = !narrow ? "all" : chat ? desk.pane.value : busy ? "list" : "calm";
  const contactOpen = width !== "wide" && chat !== null && desk.pane.value === "contact";
  const inList = narrow && (pane === "list" || pane === "calm");
  useShortcuts(() => {
    setHelp(true);
  });
  return (
    <div class="console" ref={root}>
      <div class="console-grid" data-pane={pane}>
        <a class="skip" href={writes ? "#reply" : "#thread"}>
          {t(writes ? "skip.reply" : "skip.main")}
        </a>
        <Rail
          onHelp={() => {
            setHelp(true);
          }}
        />
        <main class="panes">
          <h1 class="visually-hidden">{t("app.title")}</h1>
          <Inbox banners={inList} threadInSight={!narrow || pane === "thread"} />
          {chat ? <Thread chat={chat} banners={!inList} inSight={!narrow || pane === "thread"} /> : <Calm banners={!inList} />}
          <div class={contactOpen ? "side is-open" : "side"}>
            <RingCard />
            {chat ? <Contact chat={chat} open={contactOpen} /> : parts ? <parts.Caller><Keyboard /></parts.Caller> : <Keyboard />}
          </div>
        </main>
        {parts && handset.phone.value && <parts.PhoneBar phone={handset.phone.value} />}
      </div>
      {later && (
        <later.Help
          open={help}
          onClose={() => {
            setHelp(false);
          }}
        />
      )}
    </div>
  );
}

function Keyboard() {
  return (
    <aside class="contact keys-only" aria-label={t("help.title")}>
      <section>
        <h3>{t("keys.title")}</h3>
        <KeyList only={["accept", "decline", "switch", "next", "presence", "help"]} />
      </section>
    </aside>
  );
}

/** The console answers to its own width, not the window's: it also lives inside the demo. */
function useWidth(root: { current: HTMLElement | null }): Width {
  const [width, setWidth] = useState<Width>("wide");
  useEffect(() => {
    if (!root.current) return;
    const observer = new ResizeObserver(([entry]) => {
      const pixels = entry?.contentRect.width ?? 0;
      setWidth(pixels >= 1100 ? "wide" : pixels >= 720 ? "middle" : "narrow");
    });
    observer.observe(root.current);
    return () => {
      observer.disconnect();
    };
  }, [root]);
  return width;
}

function useShortcuts(onHelp: () => void): void {
  const { desk, handset } = useDesk();
  const help = useRef(onHelp);
  help.current = onHelp;
  useEffect(() => {
    const step = (by: 1 | -1): void => {
      const chats = desk.chats.value;
      const at = chats.findIndex((chat) => chat.interaction === desk.selected.value);
      const turned = chats.map((_, index) => chats[(at + by * (index + 1) + chats.length * 2) % chats.length]).filter((chat) => chat !== undefined);
      // those who wait for an answer first
      const next = turned.find((chat) => unread(chat, desk.threads.value.get(chat.conversation)) > 0) ?? turned[0];
      if (next) desk.select(next.interaction);
    };
    const listen = (event: KeyboardEvent): void => {
      const key = pressed(event, singleKeys.value);
      if (!key) return;
      const ring = onTop(desk.rings.value, desk.clock.nowMs());
      event.preventDefault();
      if (key.id === "help") help.current();
      else if (key.id === "mute") handset.phone.peek()?.mute();
      else if (key.id === "presence") document.querySelector<HTMLElement>("[data-testid=presence]")?.click();
      else if (key.id === "switch") desk.select(desk.chats.value[(key.digit ?? 1) - 1]?.interaction ?? desk.selected.value);
      else if (key.id === "next" || key.id === "previous") step(key.id === "next" ? 1 : -1);
      else if (ring && !ring.over && key.id === "accept" && isSettled(ring)) void handset.answer(ring.offer);
      else if (!ring && key.id === "accept") void handset.takeUp();
      else if (ring && !ring.over && key.id === "decline") void desk.decline(ring.offer.offer);
    };
    addEventListener("keydown", listen);
    return () => {
      removeEventListener("keydown", listen);
    };
  }, [desk, handset]);
}
