import { IconPhone } from "@acd/ui/call-icons.tsx";
import { IconCheck, IconClock, IconInfo, IconRead, MarkDanger } from "@acd/ui/icons.tsx";
import type { Outgoing } from "@acd/ui/outbox.ts";
import { linkify } from "@acd/ui/text.ts";
import type { Message } from "@acd/ui/wire.ts";
import { Fragment } from "preact";
import { useMemo } from "preact/hooks";

import { firstName } from "../names.ts";
import { useDesk } from "../state/context.ts";
import { callWord, entries, type Entry } from "../state/entries.ts";
import { drafts, keepDraft } from "../state/kept.ts";
import type { Written } from "../state/talk.ts";
import { errorText, known, nameOf, nameWithin, t, words } from "../state/words.ts";
import type { AgentChat, PastInteraction } from "../state/wire.ts";
import { lasted } from "./lasted.ts";

/** What was said, day by day; then what is on its way, and whether the contact types. */
export function Log({ chat }: { chat: AgentChat }) {
  const { desk, talk } = useDesk();
  const thread = desk.threads.value.get(chat.conversation);
  const waiting = useMemo(() => talk.pending(chat.conversation), [talk, chat.conversation]);
  const readByVisitor = Math.max(thread?.read.visitor ?? 0, chat.read.visitor);
  const typing = (desk.typing.value.get(chat.conversation) ?? 0) > desk.now.value;
  const { interaction, channel } = chat;
  const told = useMemo(() => (thread ? entries(thread, interaction, channel) : []), [thread, interaction, channel]);
  return (
    <div class="log" role="log" aria-label={t("log.label", { name: nameWithin(chat.contact) })} tabIndex={0}>
      <ol>
        {!thread?.contact && <li class="entry-line">{t("log.loading")}</li>}
        {told.map((entry, index) => {
          const day = words.value.day(entry.at_ms, desk.clock.nowMs());
          const before = told[index - 1];
          const newDay = !before || words.value.day(before.at_ms, desk.clock.nowMs()) !== day;
          return (
            <Fragment key={entry.kind === "called" ? entry.past.interaction : entry.message.seq}>
              {newDay && <li class="day">{day}</li>}
              {entry.kind === "said" && (
                <Said message={entry.message} read={entry.message.seq <= readByVisitor} myName={desk.me.value?.name ?? ""} />
              )}
              {entry.kind === "noted" && <Noted entry={entry} />}
              {entry.kind === "called" && <Called past={entry.past} name={nameWithin(thread?.contact ?? chat.contact)} />}
            </Fragment>
          );
        })}
        {waiting.value.map((entry) => (
          <Sending key={entry.client_id} entry={entry} />
        ))}
        {typing && (
          <li class="typing" data-testid="typing">
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {t("log.typing", { name: firstName(chat.contact.name) || nameOf(chat.contact) })}
          </li>
        )}
      </ol>
    </div>
  );
}

function Noted({ entry }: { entry: Entry & { kind: "noted" } }) {
  const { message, channel, code, from } = entry;
  return (
    <li class="entry" data-testid="message" data-from="system">
      {channel === "call" ? <IconPhone /> : <IconInfo />}
      <p>
        {known("system", code, { name: message.name, from })}, <span class="time">{words.value.time(message.at_ms)}</span>
      </p>
    </li>
  );
}

/** A call that is over: how long they talked, or why they did not. */
function Called({ past, name }: { past: PastInteraction; name: string }) {
  const { desk } = useDesk();
  const { outcome, talked_ms, waited_ms, agent, disposition, note } = past;
  const department = desk.departmentName(past.department);
  const where = { time: words.value.time(past.at_ms), department };
  const talked = talked_ms === null ? "" : `, ${lasted(talked_ms)}`;
  const word = callWord(past);
  return (
    <li class="entry" data-testid="call-entry">
      <IconPhone />
      <div>
        <p class="fact">
          {t(`call.${word}`, { name })}
          {talked}
        </p>
        <p>
          {agent && talked ? t("call.with", { ...where, agent }) : t("call.in", where)}{" "}
          {word === "missed" && waited_ms !== null && t("call.waited", { length: lasted(waited_ms) })}
          {word === "from" && !talked && outcome && `${known("outcome", outcome)}. `}
          {disposition && t("call.reason", { reason: known("disposition", disposition) })}
        </p>
        {note && (
          <p class="noted" dir="auto">
            {note}
          </p>
        )}
      </div>
    </li>
  );
}

function Said({ message, read, myName }: { message: Message; read: boolean; myName: string }) {
  const time = words.value.time(message.at_ms);
  const mine = message.from === "agent";
  return (
    <li class={mine ? "said mine" : "said"} data-testid="message" data-from={message.from} data-seq={message.seq}>
      <p class="bubble" dir="auto">
        {linkify(message.text)}
      </p>
      <footer>
        {(!mine || message.name !== myName) && message.name && <>{firstName(message.name)}, </>}
        <span class="time">{time}</span>
        {mine && (read ? <IconRead class="icon-16" /> : <IconCheck class="icon-16" />)}
        {mine && t(read ? "log.read" : "log.sent")}
      </footer>
    </li>
  );
}

function Sending({ entry }: { entry: Outgoing<Written> }) {
  const { talk } = useDesk();
  const { text, conversation } = entry.payload;
  return (
    <li class="said mine" data-testid="message" data-from="agent" data-state={entry.refused ? "refused" : "sending"}>
      <p class="bubble" dir="auto">
        {linkify(text)}
      </p>
      {entry.refused ? (
        <footer class="is-danger">
          <MarkDanger /> {t("log.refused", { reason: errorText(entry.refused) })}{" "}
          <button type="button" class="link" onClick={() => { talk.retry(entry.client_id); }}>
            {t("log.retry")}
          </button>
          <button
            type="button"
            class="link"
            onClick={() => {
              const draft = drafts.value[conversation];
              keepDraft(conversation, draft ? `${text}\n${draft}` : text);
              talk.takeBack(entry.client_id);
            }}
          >
            {t("log.take_back")}
          </button>
        </footer>
      ) : (
        <footer>
          <IconClock class="icon-16" /> {t("log.sending")}
        </footer>
      )}
    </li>
  );
}
