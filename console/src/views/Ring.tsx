import { IconCheck, IconCross } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Chip } from "@acd/ui/primitives/Chip.tsx";
import { Countdown } from "@acd/ui/primitives/Countdown.tsx";
import { secondsLeft, stopwatch } from "@acd/ui/time.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import { behind, GUARD_MS, onTop, type Over, type Ring } from "../state/rings.ts";
import { nameOf, nameWithin, t } from "../state/words.ts";
import type { Channel, Offer } from "../state/wire.ts";
import { why } from "../why.ts";
import { CHANNEL_ICONS } from "./Inbox.tsx";

/** What rings first; the rest is counted. Never modal: the agent goes on writing. */
export function RingCard() {
  const { desk } = useDesk();
  const rings = desk.rings.value;
  const ring = rings.length > 0 ? onTop(rings, desk.now.value) : null;
  return (
    <>
      <p class="visually-hidden" role="alert">
        {ring && !ring.over && t("ring.announce", { name: nameWithin(ring.offer.contact), department: desk.departmentName(ring.offer.department) })}
      </p>
      {ring && (ring.over ? <Gone ring={ring} over={ring.over} /> : <Rings key={ring.offer.offer} ring={ring} />)}
    </>
  );
}

function Rings({ ring }: { ring: Ring }) {
  const { desk, handset } = useDesk();
  const { offer } = ring;
  const card = useRef<HTMLElement>(null);
  // with the drawing itself: on a busy machine what comes after it comes late, and a press would go unheard
  useLayoutEffect(() => {
    desk.sawRing(offer.offer);
    const element = card.current;
    return () => {
      // a focused button that vanishes would leave the keyboard nowhere
      if (element?.contains(document.activeElement)) document.querySelector<HTMLElement>("#reply, #h-calm")?.focus();
    };
  }, [desk, offer.offer]);

  const [settled, setSettled] = useState(isSettled(ring));
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(true); }, GUARD_MS);
    return () => { clearTimeout(timer); };
  }, []);

  const left = desk.clock.leftMs(offer.deadline_ms);
  const nowMs = desk.soon.value;
  const waited = stopwatch(offer.waited_ms + Math.max(0, nowMs - offer.now));
  const Drawn = CHANNEL_ICONS[offer.channel];
  const busy = desk.answering.value !== null || handset.phone.value?.mic.asking.value === true;
  const others = behind(desk.rings.value, ring, nowMs);
  return (
    <section
      ref={card}
      class="ring"
      role="alertdialog"
      aria-modal="false"
      aria-labelledby="ring-name"
      aria-describedby="ring-number ring-what ring-callback ring-why"
      data-testid="ring-card"
      data-interaction={offer.interaction}
    >
      <div class="who">
        <Countdown of={offer.offer} leftMs={left} wholeMs={offer.ring_ms} label={t("ring.left", { count: secondsLeft(left) })} />
        <div class="clip">
          <h2 class="title clip" id="ring-name">
            {nameOf(offer.contact)}
          </h2>
          {offer.number && !offer.callback?.number && (
            <p class="number" id="ring-number" data-testid="ring-number">
              {offer.number}
            </p>
          )}
          <p class="with-icon" id="ring-what">
            <Drawn class="icon-16" />
            <span class="clip">
              <span class="visually-hidden">{t(`channel.${offer.channel}`)}, </span>
              {t("ring.since", { department: desk.departmentName(offer.department) })} <span class="time">{waited}</span>
            </span>
          </p>
        </div>
      </div>
      <p class="off-page" role="status">
        {!offer.contact_here && (
          <Chip tone="warn" data-testid="ring-off-page">
            {t("ring.off_page")}
          </Chip>
        )}
      </p>
      {offer.preview && (
        <p class="said-first" dir="auto">
          {t("ring.quote", { text: offer.preview })}
        </p>
      )}
      {offer.callback && (
        <p class="calls-back" id="ring-callback" data-testid="ring-callback">
          {t(`ring.calls_${offer.callback.by_hand ? "by_hand" : "back"}${offer.callback.number ? "_at" : ""}`, {
            name: nameWithin(offer.contact),
            number: (offer.callback.number ?? "").replaceAll(" ", "\u00a0"), // in one line
          })}
        </p>
      )}
      <p class="why" id="ring-why" data-testid="why">
        <span class="strong">{t("why.title")}</span> {offer.transfer ? t("why.transfer", { name: offer.transfer.name }) : why(offer.why)}
      </p>
      <div class="bar">
        <Button kind="primary" aria-disabled={busy || !settled} aria-keyshortcuts="Alt+A" data-testid="ring-accept" onClick={() => { acceptOnTop(); }}>
          {t(offer.channel === "call" && !offer.callback ? "ring.answer" : "ring.accept")} <kbd aria-hidden="true">Alt A</kbd>
        </Button>
        <Button aria-disabled={busy} aria-keyshortcuts="Alt+R" data-testid="ring-decline" onClick={() => void desk.decline(offer.offer)}>
          {t("ring.decline")} <kbd aria-hidden="true">Alt R</kbd>
        </Button>
      </div>
      <Others counts={others} />
    </section>
  );

  function acceptOnTop(): void {
    if (isSettled(ring)) void handset.answer(offer);
  }
}

/** A press in a card's first moments was meant for what it covered. */
export function isSettled(ring: Ring): boolean {
  return ring.shownMs !== undefined && Date.now() - ring.shownMs >= GUARD_MS;
}

function Others({ counts }: { counts: Partial<Record<Channel, number>> }) {
  const rows = (Object.entries(counts) as [Channel, number][]).filter(([, count]) => count > 0);
  if (rows.length === 0) return null;
  return <p class="why others">{rows.map(([channel, count]) => t(`ring.others_${channel}`, { count })).join(" ")}</p>;
}

function Gone({ ring, over }: { ring: Ring; over: Over }) {
  const Drawn = over.kind === "taken" ? IconCheck : IconCross;
  return (
    <section class="ring taken" role="status" data-testid={over.kind === "taken" ? "taken-by" : "ring-over"}>
      <div class="who">
        <Countdown of={ring.offer.offer} leftMs={0} wholeMs={1} label="" over />
        <div class="clip">
          <h2 class="title clip">{nameOf(ring.offer.contact)}</h2>
          <p class="with-icon">
            <Drawn class="icon-16" />
            {lastWord(over, ring.offer)}
          </p>
        </div>
      </div>
    </section>
  );
}

function lastWord(over: Over, { transfer }: Offer): string {
  if (over.kind === "left") return t("ring.left_line");
  if (over.kind === "declined") return transfer ? t("ring.declined_kept", { name: transfer.name }) : t("ring.declined");
  if (over.kind === "gone") return t("ring.gone");
  return over.by ? t("ring.taken_by", { name: over.by.name.split(/\s+/)[0] ?? "" }) : t("ring.taken");
}
