import { useState } from "preact/hooks";
import { MarkDanger } from "@acd/ui/icons.tsx";
import { WireError } from "@acd/ui/wire.ts";
import type { ComponentChildren } from "preact";

import { departmentName, useWidget } from "../context.ts";
import { minutes, place } from "../place.ts";
import type { Chat } from "../wire.ts";
import { Top } from "./panel.tsx";

/** In the line: the place, in a sentence one can believe; `fine` says what may be done meanwhile. */
export function WaitView({ fine, children }: { fine?: string; children?: ComponentChildren }) {
  const widget = useWidget();
  const { words, chat, site } = widget;
  const now = chat.chat.value;
  if (!now) return null;
  const rank = now.state === "ringing" ? null : now.position;
  return (
    <>
      <Top title={site.value?.name ?? words.t("panel")} sub={departmentName(widget, now.department)} />
      <div class="middle">
        <div class="wait">
          {rank !== null && (
            <p class="place" data-testid="position" aria-hidden="true">
              {words.number(rank)}<sup>{words.ordinal("wait.rank", rank)}</sup>
            </p>
          )}
          {rank === null && <span class="dots" aria-hidden="true"><i /><i /><i /></span>}
          <Expected now={now} rank={rank} />
        </div>
        <p class="fine centred">{fine ?? words.t("wait.keep")}</p>
      </div>
      <div class="bottom">
        {children}
        <Leave />
      </div>
    </>
  );
}

function Expected({ now, rank }: { now: Chat; rank: number | null }) {
  const { words } = useWidget();
  const { t } = words;
  const p50 = now.estimate?.p50_s ?? null;
  const p90 = now.estimate?.p90_s ?? null;
  let expected = t("wait.unknown");
  if (now.state === "ringing") expected = t("wait.ringing");
  else if (rank === null) expected = t("wait.starting");
  else if (p50 !== null) expected = p50 < 60 ? t("wait.short") : t("wait.estimate", { count: minutes(p50) });
  const range = rank !== null && p50 !== null && p90 !== null && minutes(p90) > minutes(p50) ? { p50, p90 } : null;
  return (
    <>
      <p class="visually-hidden" role="status">
        {rank !== null && t("wait.sentence", { place: place(words, rank) })} {expected}
      </p>
      <p class="estimate" aria-hidden="true">{expected}</p>
      {range && <p class="fine">{t("wait.range", { from: minutes(range.p50), count: minutes(range.p90) })}</p>}
      {range && <Interval {...range} />}
    </>
  );
}

/** Now, then where the wait most often ends, on a line a little longer than that. */
function Interval({ p50, p90 }: { p50: number; p90: number }) {
  const { words } = useWidget();
  const whole = minutes(p90 * 1.5);
  const left = (100 * p50) / (60 * whole);
  const width = Math.min(100 - left, Math.max(4, (100 * (p90 - p50)) / (60 * whole)));
  return (
    <div class="interval" aria-hidden="true">
      <div class="track"><i style={{ left: `${left}%`, width: `${width}%` }} /><b /></div>
      <p><span>{words.t("wait.now")}</span><span>{words.t("wait.minutes", { count: whole })}</span></p>
    </div>
  );
}

export function Leave() {
  const { words, chat } = useWidget();
  const [failure, setFailure] = useState<WireError | null>(null);
  const leave = (): void => {
    setFailure(null);
    chat.leave().catch((thrown: unknown) => { setFailure(WireError.of(thrown)); });
  };
  return (
    <>
      {failure && (
        <p class="fault" role="alert" data-testid="error" data-code={failure.code}>
          <MarkDanger /><span>{words.error(failure.code, "error.other")}</span>
        </p>
      )}
      <button type="button" class="button quiet large wide" data-testid="leave" onClick={leave}>{words.t("wait.leave")}</button>
    </>
  );
}
