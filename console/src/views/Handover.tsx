import { IconConsole, IconCross, IconNext, IconSearch, IconUser, MarkAway, MarkBusy, MarkOff, MarkOk, type Icon } from "@acd/ui/icons.tsx";
import { Banner } from "@acd/ui/primitives/Banner.tsx";
import { Button, type ButtonKind } from "@acd/ui/primitives/Button.tsx";
import { place, type Side } from "@acd/ui/primitives/place.ts";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import type { Manner } from "../state/steering.ts";
import { known, t } from "../state/words.ts";
import type { AgentChat, Colleague, TargetQueue, Targets } from "../state/wire.ts";
import { expected } from "./Lines.tsx";

/** In which ways something changes hands. */
export interface Ways {
  manners: readonly Manner[];
  how: (manner: Manner) => string;
  /** Whom else it can go to. */
  more?: (onDone: () => void) => ComponentChildren;
}

const WRITTEN: Ways = { manners: ["transfer", "consult", "invite"], how: (manner) => t(`handover.${manner}_how`) };
const MARKS = { free: MarkOk, full: MarkBusy, away: MarkAway, offline: MarkOff };
/** How long a name is waited for before it is searched, and how often who is free is asked again. */
const TYPED_MS = 200;
const AGAIN_MS = 3000;

interface HandoverProps {
  chat: AgentChat;
  ways?: Ways;
  icon?: Icon;
  kind?: ButtonKind;
  side?: Side;
}

/** To whom a conversation can go: colleagues with who is free, departments with their line. */
export function Handover({ chat, ways = WRITTEN, icon = IconNext, kind = "second", side = "below" }: HandoverProps) {
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const id = useId();
  const close = (): void => {
    panel.current?.hidePopover();
    button.current?.focus();
  };
  return (
    <>
      <Button
        kind={kind}
        icon={icon}
        buttonRef={button}
        aria-label={t("handover.open")}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={id}
        popovertarget={id}
        data-testid="transfer"
      >
        <span class="word">{t("handover.open")}</span>
      </Button>
      <div
        id={id}
        ref={panel}
        class="menu popover handover"
        role="dialog"
        aria-label={t("handover.of", { name: chat.contact.name })}
        popover="auto"
        data-testid="transfer-panel"
        onToggle={(event) => {
          const shown = event.newState === "open";
          setOpen(shown);
          if (shown && button.current) place(event.currentTarget, button.current, side);
        }}
      >
        {open && <Choice chat={chat} ways={ways} onDone={close} />}
      </div>
    </>
  );
}

function Choice({ chat, ways, onDone }: { chat: AgentChat; ways: Ways; onDone: () => void }) {
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
      <div class="manners" role="radiogroup" aria-label={t("handover.how")}>
        {ways.manners.map((each) => (
          <label key={each}>
            <input type="radio" name={id} checked={manner === each} data-testid={`manner-${each}`} onChange={() => { setManner(each); }} />
            {t(`handover.${each}`)}
          </label>
        ))}
      </div>
      <p class="small muted">{ways.how(manner)}</p>
      <label class="search">
        <IconSearch />
        <span class="visually-hidden">{t("handover.search")}</span>
        <input
          ref={search}
          class="input"
          type="search"
          placeholder={t("handover.search")}
          value={query}
          maxLength={80}
          data-testid="transfer-search"
          onInput={(event) => { setQuery(event.currentTarget.value); }}
        />
      </label>
      <h3 class="label">{t("handover.colleagues")}</h3>
      {targets && agents.length === 0 && <p class="none">{t("handover.nobody")}</p>}
      <ul>
        {agents.map((colleague) => (
          <li key={colleague.id}>
            <ColleagueRow
              colleague={colleague}
              onPick={() => {
                void desk.steering.toAgent(chat.interaction, colleague.id, manner);
                onDone();
              }}
            />
          </li>
        ))}
      </ul>
      {departments.length > 0 && <h3 class="label">{t("handover.departments")}</h3>}
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

function ColleagueRow({ colleague, onPick }: { colleague: Colleague; onPick: () => void }) {
  const { state, name, reason, count, max } = colleague;
  const Mark = MARKS[state];
  const free = state === "free";
  const told = state === "away" && reason ? known("reason", reason) : t(`handover.${state}`);
  return (
    <button
      type="button"
      class="menu-row"
      aria-disabled={!free}
      data-testid="transfer-agent"
      data-agent={colleague.id}
      onClick={() => {
        if (free) onPick();
      }}
    >
      <Mark class={free ? "is-ok" : "muted"} />
      <span class="clip">{name}</span>
      <span class="small muted number">
        {told} {(free || state === "full") && `${count}/${max}`}
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
        {t("handover.line", { count: target.waiting })}
        {target.waiting > 0 && wait && `, ${wait}`}
      </span>
    </button>
  );
}

/** Who else has a part in it, and what can be done about that. */
export function Sharing({ chat }: { chat: AgentChat }) {
  const { desk } = useDesk();
  const { interaction, role, transfer_to, consulted, guests } = chat;
  const others = guests.filter(({ id }) => id !== consulted?.id && id !== desk.me.value?.id);
  if (chat.state !== "active" && chat.state !== "idle") return null;
  if (role === "guest" || role === "consult") {
    return (
      <Banner
        kind="offline"
        icon={IconUser}
        testId="sharing"
        action={
          <Button kind="quiet" icon={IconCross} data-testid="guest-leave" onClick={() => void desk.steering.leave(interaction)}>
            {t("sharing.leave")}
          </Button>
        }
      >
        {t(role === "guest" ? "sharing.guest" : "sharing.consulted")}
      </Banner>
    );
  }
  return (
    <>
      {transfer_to && (
        <Banner
          kind="offline"
          icon={IconNext}
          testId="sharing"
          action={
            <Button kind="quiet" data-testid="transfer-cancel" onClick={() => void desk.steering.takeBack(interaction)}>
              {t("sharing.take_back")}
            </Button>
          }
        >
          {t("sharing.offered", { name: transfer_to.name })}
        </Banner>
      )}
      {consulted && (
        <Banner
          kind="offline"
          icon={IconUser}
          testId="sharing"
          action={
            <>
              <Button data-testid="consult-complete" onClick={() => void desk.steering.complete(interaction)}>
                {t("sharing.hand_over")}
              </Button>
              <Button kind="quiet" data-testid="consult-cancel" onClick={() => void desk.steering.endConsultation(interaction)}>
                {t("sharing.end")}
              </Button>
            </>
          }
        >
          {t("sharing.reads", { name: consulted.name })}
        </Banner>
      )}
      {others.length > 0 && (
        <Banner kind="offline" icon={IconUser} testId="sharing">
          {t("sharing.with", { names: others.map(({ name }) => name).join(", ") })}
        </Banner>
      )}
    </>
  );
}
