import { IconConsole, IconSearch, MarkAway, MarkBusy, MarkOff, MarkOk } from "@acd/ui/icons.tsx";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import type { Manner } from "../state/steering.ts";
import { known } from "../state/words.ts";
import type { AgentChat, Channel, Colleague, TargetQueue, Targets } from "../state/wire.ts";
import { expected } from "../views/Lines.tsx";
import { reach, type Reach } from "./reach.ts";
import { t } from "./words.ts";

/** In which ways something changes hands. */
export interface Ways {
  manners: readonly Manner[];
  how: (manner: Manner) => string;
  /** Whom else it can go to. */
  more?: (onDone: () => void) => ComponentChildren;
}

const WRITTEN: Ways = { manners: ["transfer", "consult", "invite"], how: (manner) => t(`${manner}_how`) };
const MARKS = { free: MarkOk, full: MarkBusy, away: MarkAway, offline: MarkOff, never: MarkOff };
/** How long a name is waited for before it is searched, and how often who is free is asked again. */
const TYPED_MS = 200;
const AGAIN_MS = 3000;

/** Colleagues with who is free, departments with their line, and how it goes to them. */
export function Choice({ chat, ways = WRITTEN, onDone }: { chat: AgentChat; ways?: Ways; onDone: () => void }) {
  const { desk } = useDesk();
  const id = useId();
  const search = useRef<HTMLInputElement>(null);
  const [manner, setManner] = useState<Manner>("transfer");
  const [query, setQuery] = useState("");
  const [targets, setTargets] = useState<Targets | null>(null);
  useEffect(() => {
    search.current?.focus();
  }, []);
  useEffect(() => {
    let over = false;
    const look = async (): Promise<void> => {
      const found = await desk.steering.targets(chat.interaction, query);
      if (found && !over) setTargets(found);
    };
    const soon = setTimeout(() => void look(), query ? TYPED_MS : 0);
    const again = setInterval(() => void look(), AGAIN_MS);
    return () => {
      over = true;
      clearTimeout(soon);
      clearInterval(again);
    };
  }, [desk, chat.interaction, query]);
  const agents = targets?.agents ?? [];
  const departments = manner === "transfer" && !query ? (targets?.departments ?? []) : [];
  return (
    <>
      <div class="manners" role="radiogroup" aria-label={t("how")}>
        {ways.manners.map((each) => (
          <label key={each}>
            <input type="radio" name={id} checked={manner === each} data-testid={`manner-${each}`} onChange={() => { setManner(each); }} />
            {t(each)}
          </label>
        ))}
      </div>
      <p class="small muted">{ways.how(manner)}</p>
      <label class="search">
        <IconSearch />
        <span class="visually-hidden">{t("search")}</span>
        <input
          ref={search}
          class="input"
          type="search"
          placeholder={t("search")}
          value={query}
          maxLength={80}
          data-testid="transfer-search"
          onInput={(event) => { setQuery(event.currentTarget.value); }}
        />
      </label>
      <h3 class="label">{t("colleagues")}</h3>
      {targets && agents.length === 0 && <p class="none">{t("nobody")}</p>}
      <ul>
        {agents.map((colleague) => (
          <li key={colleague.id}>
            <ColleagueRow
              colleague={colleague}
              channel={chat.channel}
              reached={reach(colleague, manner, chat.channel)}
              onPick={(waits) => {
                void desk.steering.toAgent(chat.interaction, colleague.id, manner, waits);
                onDone();
              }}
            />
          </li>
        ))}
      </ul>
      {departments.length > 0 && <h3 class="label">{t("departments")}</h3>}
      <ul>
        {departments.map((target) => (
          <li key={target.queue}>
            <QueueRow
              target={target}
              onPick={() => {
                void desk.steering.toQueue(chat.interaction, target.queue);
                onDone();
              }}
            />
          </li>
        ))}
      </ul>
      {manner === "transfer" && ways.more?.(onDone)}
    </>
  );
}

interface ColleagueProps {
  colleague: Colleague;
  channel: Channel;
  reached: Reach;
  onPick: (waits: boolean) => void;
}

function ColleagueRow({ colleague, channel, reached, onPick }: ColleagueProps) {
  const { state, name, reason, count, max } = colleague;
  const Mark = MARKS[state];
  const waits = reached === "waits";
  const free = reached === "now";
  const told = state === "away" && reason ? known("reason", reason)
    : t(state === "never" ? `never_${channel}` : waits ? "full_waits" : reached === "deaf" ? "deaf" : state);
  return (
    <button
      type="button"
      class="menu-row"
      aria-disabled={!free && !waits}
      data-testid="transfer-agent"
      data-agent={colleague.id}
      {...(reached === "deaf" ? { title: t("deaf_why"), "aria-description": t("deaf_why") } : {})}
      onClick={() => {
        if (free || waits) onPick(waits);
      }}
    >
      <Mark class={free ? "is-ok" : "muted"} />
      <span class="clip">{name}</span>
      <span class="small muted number">
        {free || (state === "full" && !waits) ? t("slots", { told, count, max }) : told}
      </span>
    </button>
  );
}

function QueueRow({ target, onPick }: { target: TargetQueue; onPick: () => void }) {
  const { desk } = useDesk();
  const wait = expected(target.estimate);
  return (
    <button type="button" class="menu-row" data-testid="transfer-department" data-queue={target.queue} onClick={onPick}>
      <IconConsole />
      <span class="clip">{desk.departmentName(target.department)}</span>
      <span class="small muted number">
        {t("line", { count: target.waiting })}
        {target.waiting > 0 && wait && `, ${wait}`}
      </span>
    </button>
  );
}
