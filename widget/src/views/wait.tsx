import { useState } from "preact/hooks";
import { MarkDanger } from "@acd/ui/icons.tsx";
import { expectedMinutes, LONGEST_MIN, type Minutes } from "@acd/ui/wait.ts";
import { WireError } from "@acd/ui/wire.ts";
import type { ComponentChildren } from "preact";

import { departmentName, useWidget, type Words } from "../context.ts";
import { place } from "../place.ts";
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
  const wait = expectedMinutes(now.estimate);
  let expected = t("wait.unknown");
  if (now.state === "ringing") expected = t("wait.ringing");
  else if (rank === null) expected = t("wait.starting");
  else if (wait) expected = inMinutes(wait, words);
  const range = rank !== null && wait && wait.to > wait.from ? wait : null;
  return (
    <>
      <p class="visually-hidden" role="status">
        {rank !== null && t("wait.sentence", { place: place(words, rank) })} {expected}
      </p>
      <p class="estimate" aria-hidden="true">{expected}</p>
      {range && <p class="fine">{inRange(range, words)}</p>}
      {range && range.to < LONGEST_MIN && <Interval {...range} />}
    </>
  );
}

function inMinutes({ from, to }: Minutes, { t }: Words): string {
  if (from === LONGEST_MIN) return t("wait.long");
  return to === 0 ? t("wait.short") : t("wait.estimate", { count: from });
}

function inRange({ from, to }: Minutes, { t }: Words): string {
  return to === LONGEST_MIN ? t("wait.more", { count: from }) : t("wait.range", { from, count: to });
}

/** Now, then where the wait most often ends, on a line a little longer than that. */
function Interval({ from, to }: Minutes) {
  const { words } = useWidget();
  const whole = Math.ceil(to * 1.5);
  const left = (100 * from) / whole;
  const width = (100 * (to - from)) / whole;
  return (
    <div class="interval" aria-hidden="true">
      <div class="track"><i style={{ left: `${left}%`, width: `${width}%` }} /><b /></div>
      <p><span>{words.t("wait.now")}</span><span>{words.t("wait.minutes", { count: whole })}</span></p>
    </div>
  );
}

/** `label`: for who is out of the line already. */
export function Leave({ label }: { label?: string }) {
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
      <button type="button" class="button quiet large wide" data-testid="leave" onClick={leave}>{label ?? words.t("wait.leave")}</button>
    </>
  );
}
