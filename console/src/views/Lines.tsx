import { stopwatch } from "@acd/ui/time.ts";

import { useDesk } from "../state/context.ts";
import { t } from "../state/words.ts";
import type { Line } from "../state/wire.ts";
import { CHANNEL_ICONS } from "./Inbox.tsx";

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

function LineRow({ line, nowMs }: { line: Line; nowMs: number }) {
  const { desk } = useDesk();
  const Drawn = CHANNEL_ICONS[line.channel];
  const longest = line.oldest_enqueued_ms === null ? null : stopwatch(nowMs - line.oldest_enqueued_ms);
  return (
    <li class={line.waiting > 0 ? "line" : "line muted"} data-testid="line-row" data-queue={line.queue}>
      <Drawn />
      <span class="clip">{desk.departmentName(line.department)}</span>
      <span class="number">
        <span aria-hidden="true">{line.waiting}</span>
        <span class="visually-hidden">{t("lines.waiting", { count: line.waiting })}</span>
      </span>
      <span class="time">
        <span aria-hidden="true">{longest ?? "–"}</span>
        {longest !== null && <span class="visually-hidden">{t("lines.longest", { time: longest })}</span>}
      </span>
    </li>
  );
}
