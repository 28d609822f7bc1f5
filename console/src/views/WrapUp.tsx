import { IconDown, MarkWrap } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Chip } from "@acd/ui/primitives/Chip.tsx";
import { stopwatch } from "@acd/ui/time.ts";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import { known, nameOf, nameWithin, t } from "../state/words.ts";
import type { AgentChat } from "../state/wire.ts";
import { CHANNEL_ICONS } from "./Inbox.tsx";

const DISPOSITIONS = ["resolved", "follow_up", "wrong_department", "no_reply", "spam"] as const;

/** What is left of the wrap-up, by the server's clock; nothing where it has no end. */
function Left({ chat }: { chat: AgentChat }) {
  const { desk } = useDesk();
  if (chat.wrap_up_until_ms === null) return null;
  const left = Math.max(0, chat.wrap_up_until_ms - desk.now.value);
  const time = stopwatch(Math.ceil(left / 1000) * 1000);
  return (
    <Chip mark={MarkWrap} class="push" role="timer" aria-label={t("wrap_up.left", { time })}>
      <span class="number">{time}</span>
    </Chip>
  );
}

/** The row in the list. While the form is in sight beside it, the controls are there and not twice. */
export function WrapUpRow({ chat, threadInSight }: { chat: AgentChat; threadInSight: boolean }) {
  const { desk } = useDesk();
  const Drawn = CHANNEL_ICONS[chat.channel];
  const selected = desk.selected.value === chat.interaction;
  const { disposition } = desk.wrapUps.closings.of(chat.interaction);
  const controls = !(selected && threadInSight);
  return (
    <li
      class={controls ? "row with-actions" : "row"}
      aria-current={selected}
      data-testid={controls ? "wrap-up" : undefined}
      data-interaction={chat.interaction}
    >
      <Drawn />
      <button
        type="button"
        class="name clip"
        data-testid="chat-item"
        data-interaction={chat.interaction}
        data-state={chat.state}
        onClick={() => {
          desk.select(chat.interaction);
        }}
      >
        {nameOf(chat.contact)}
      </button>
      <Left chat={chat} />
      <span class="preview clip">{disposition ? known("disposition", disposition) : t("wrap_up.choose")}</span>
      {controls && (
        <span class="actions">
          <Button
            onClick={() => {
              desk.select(chat.interaction);
            }}
          >
            {t("wrap_up.disposition")}
          </Button>
          <Verbs chat={chat} />
        </span>
      )}
    </li>
  );
}

/** The form under the thread: what came of it, a note, a little more time, done. */
export function WrapUpForm({ chat }: { chat: AgentChat }) {
  const { desk } = useDesk();
  const id = useId();
  const select = useRef<HTMLSelectElement>(null);
  const { disposition, note } = desk.wrapUps.closings.of(chat.interaction);
  useLayoutEffect(() => {
    select.current?.focus();
  }, [chat.interaction]);
  return (
    <form
      class="wrap-up"
      aria-label={t("wrap_up.of", { name: nameWithin(chat.contact) })}
      data-testid="wrap-up"
      data-interaction={chat.interaction}
      onSubmit={(event) => {
        event.preventDefault();
        void desk.wrapUps.end(chat.interaction);
      }}
    >
      <div class="bar">
        <b class="strong clip">{t("wrap_up.title")}</b>
        <Left chat={chat} />
      </div>
      <div class="field">
        <label for={`${id}-why`}>{t("wrap_up.disposition")}</label>
        <span class="select-wrap">
          <select
            ref={select}
            class="select"
            id={`${id}-why`}
            value={disposition}
            data-testid="disposition"
            onChange={(event) => {
              desk.wrapUps.closings.keep(chat.interaction, { disposition: event.currentTarget.value });
            }}
          >
            <option value="">{t("wrap_up.choose")}</option>
            {DISPOSITIONS.map((each) => (
              <option key={each} value={each}>
                {known("disposition", each)}
              </option>
            ))}
          </select>
          <IconDown />
        </span>
      </div>
      <div class="field">
        <label for={`${id}-note`}>{t("wrap_up.note")}</label>
        <textarea
          class="input"
          id={`${id}-note`}
          rows={2}
          maxLength={4000}
          value={note}
          data-testid="wrap-up-note"
          onInput={(event) => {
            desk.wrapUps.closings.keep(chat.interaction, { note: event.currentTarget.value });
          }}
        />
      </div>
      <div class="bar">
        <Verbs chat={chat} primary />
      </div>
    </form>
  );
}

function Verbs({ chat, primary = false }: { chat: AgentChat; primary?: boolean }) {
  const { desk } = useDesk();
  return (
    <>
      {chat.wrap_up_until_ms !== null && (
        <Button
          disabled={chat.wrap_up_extended}
          data-testid="wrap-up-extend"
          {...(chat.wrap_up_extended ? { title: t("wrap_up.extended") } : {})}
          onClick={() => void desk.wrapUps.extend(chat.interaction)}
        >
          {t("wrap_up.extend")}
        </Button>
      )}
      {primary ? (
        <Button kind="primary" type="submit" class="push" data-testid="wrap-up-done">
          {t("wrap_up.done")}
        </Button>
      ) : (
        <Button data-testid="wrap-up-done" onClick={() => void desk.wrapUps.end(chat.interaction)}>
          {t("wrap_up.done")}
        </Button>
      )}
    </>
  );
}
