import { IconDown } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { stopwatch } from "@acd/ui/time.ts";
import { expectedMinutes, LONGEST_MIN, type Estimate } from "@acd/ui/wait.ts";
import { useEffect, useState } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import { locale } from "../state/settings.ts";
import { nameOf, nameWithin, t } from "../state/words.ts";
import type { Line, WaitingContact } from "../state/wire.ts";
import { CHANNEL_ICONS } from "./Inbox.tsx";

const AGAIN_MS = 2000;

/** Who waits in the agent's departments: how many, and the longest. */
export function Lines() {
  const { desk } = useDesk();
  const lines = desk.lines.value;
  const waiting = lines.reduce((sum, line) => sum + line.waiting, 0);
  const oldest = lines.map((line) => line.oldest_enqueued_ms).filter((ms) => ms !== null);
  return (
    <section aria-labelledby="h-line">
      <div class="group-head">
        <h2 class="label" id="h-line">
          {t("lines.title")}
        </h2>
        {oldest.length > 0 && (
          <span class="label number">
            {waiting} · {stopwatch(desk.now.value - Math.min(...oldest))}
          </span>
        )}
      </div>
      {waiting === 0 && <p class="none">{t("lines.none")}</p>}
      <ul>
        {lines.map((line) => (
          <LineRow key={line.queue} line={line} nowMs={desk.now.value} />
        ))}
      </ul>
    </section>
  );
}

/** A wait in words; null where nobody knows. */
export function expected(estimate: Estimate | null): string | null {
  const minutes = expectedMinutes(estimate);
  if (!minutes) return null;
  const { from, to } = minutes;
  if (to === 0) return t("lines.short");
  if (to === LONGEST_MIN) return t("lines.more", { count: from });
  return from === to ? t("lines.about", { count: from }) : t("lines.range", { from, count: to });
}

function LineRow({ line, nowMs }: { line: Line; nowMs: number }) {
  const { desk } = useDesk();
  const [open, setOpen] = useState(false);
  const Drawn = CHANNEL_ICONS[line.channel];
  const longest = line.oldest_enqueued_ms === null ? null : stopwatch(nowMs - line.oldest_enqueued_ms);
  const wait = line.waiting > 0 ? expected(line.estimate) : null;
  const pick = line.pull && line.waiting > 0;
  return (
    <li data-testid="line-row" data-queue={line.queue}>
      <div class={line.waiting > 0 ? "line" : "line muted"}>
        <Drawn />
        <span>
          {desk.departmentName(line.department)} · {t(`channel.${line.channel}s`).toLocaleLowerCase(locale.value)}
        </span>
        <span class="number">
          <span aria-hidden="true">{line.waiting}</span>
          <span class="visually-hidden">{t("lines.waiting", { count: line.waiting })}</span>
        </span>
        <span class="time">
          <span aria-hidden="true">{longest ?? "–"}</span>
          {longest !== null && <span class="visually-hidden">{t("lines.longest", { time: longest })}</span>}
        </span>
        {(wait ?? pick) && (
          <span class="line-more">
            {wait && <span class="muted">{t("lines.expected", { wait })}</span>}
            {pick && (
              <Button
                kind="quiet"
                class={open ? "push open" : "push"}
                icon={IconDown}
                aria-expanded={open}
                data-testid="line-pick"
                onClick={() => { setOpen(!open); }}
              >
                {t("lines.pick")}
              </Button>
            )}
          </span>
        )}
      </div>
      {open && pick && <Waiting line={line} nowMs={nowMs} />}
    </li>
  );
}

/** Those who wait, to be picked out of turn. */
function Waiting({ line, nowMs }: { line: Line; nowMs: number }) {
  const { desk, handset } = useDesk();
  const [waiting, setWaiting] = useState<readonly WaitingContact[]>([]);
  useEffect(() => {
    let over = false;
    const look = async (): Promise<void> => {
      const found = await desk.steering.line(line.queue);
      if (found && !over) setWaiting(found);
    };
    void look();
    const again = setInterval(() => void look(), AGAIN_MS);
    return () => {
      over = true;
      clearInterval(again);
    };
  }, [desk, line.queue, line.waiting]);
  return (
    <ul class="waiting" aria-label={t("lines.who", { department: desk.departmentName(line.department) })}>
      {waiting.map((one) => (
        <li key={one.interaction} class="row" data-testid="waiting" data-interaction={one.interaction}>
          <span class="number muted">{one.position}</span>
          <span class="name clip">{nameOf(one.contact)}</span>
          <span class="time">{stopwatch(nowMs - one.enqueued_ms)}</span>
          <span class="preview clip" dir="auto">{one.callback && `${t("lines.callback")} `}{one.skills.map(({ name }) => name).join(", ") || one.preview}</span>
          <Button
            class="take"
            aria-label={t("lines.take_of", { name: nameWithin(one.contact) })}
            data-testid="pull"
            onClick={() => void handset.pick(one, line.channel)}
          >
            {t("lines.take")}
          </Button>
        </li>
      ))}
    </ul>
  );
}
