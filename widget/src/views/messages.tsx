import { Fragment } from "preact";
import { IconCheck, IconClock, IconRead, MarkDanger } from "@acd/ui/icons.tsx";
import { linkify } from "@acd/ui/text.ts";
import type { Outgoing } from "@acd/ui/outbox.ts";

import { useWidget, type Words } from "../context.ts";
import type { Message } from "../wire.ts";

/** The thread, oldest first, then what has not left yet. Scrolls from below, so the newest stays in sight. */
export function Messages() {
  const { words, chat } = useWidget();
  const stored = chat.messages.value;
  const seen = chat.chat.value?.read.agent ?? 0;
  const typing = chat.typing.value;
  const known = new Set(stored.map(({ client_id }) => client_id));
  const waiting = chat.outbox.entries.value.filter(({ client_id }) => !known.has(client_id));
  return (
    <div class="middle talk" role="log" tabIndex={0} aria-label={words.t("talk.messages")}>
      <div>
        {stored.map((message, index) => (
          <Fragment key={message.id}>
            <Day before={stored[index - 1]} message={message} nowMs={chat.clock.nowMs()} />
            {message.from === "system" ? (
              <Event message={message} />
            ) : (
              <Said message={message} quiet={belongs(message, stored[index + 1], seen)} read={message.seq <= seen} />
            )}
          </Fragment>
        ))}
        {waiting.map((entry) => <Waiting key={entry.client_id} entry={entry} />)}
        {typing !== null && (
          <p class="typing fine" data-testid="typing" dir="auto">
            <span class="dots" aria-hidden="true"><i /><i /><i /></span>
            {words.t("talk.typing", { name: typing })}
          </p>
        )}
      </div>
    </div>
  );
}

/** One footer is enough for what one person said within a minute. */
function belongs(message: Message, next: Message | undefined, seen: number): boolean {
  return (
    next?.from === message.from &&
    next.name === message.name &&
    Math.floor(next.at_ms / 60_000) === Math.floor(message.at_ms / 60_000) &&
    (message.from !== "visitor" || next.seq <= seen === message.seq <= seen)
  );
}

function Day({ before, message, nowMs }: { before: Message | undefined; message: Message; nowMs: number }) {
  const { words } = useWidget();
  const day = words.day(message.at_ms, nowMs);
  const shown = before ? words.day(before.at_ms, nowMs) : words.day(nowMs, nowMs);
  return day === shown ? null : <p class="event day">{day}</p>;
}

function Event({ message }: { message: Message }) {
  const { words } = useWidget();
  const text = words.known(`event.${message.text}`, { name: message.name, time: words.time(message.at_ms) });
  return text ? <p class="event" data-testid="message" data-from="system">{text}</p> : null;
}

function Said({ message, quiet, read }: { message: Message; quiet: boolean; read: boolean }) {
  const { words } = useWidget();
  const mine = message.from === "visitor";
  return (
    <div class={mine ? "said mine" : "said"} data-testid="message" data-from={message.from} data-seq={message.seq}>
      <Bubble author={mine ? words.t("talk.you") : message.name} text={message.text} />
      {!quiet && (
        <div class="foot">
          <time dateTime={new Date(message.at_ms).toISOString()}>{words.time(message.at_ms)}</time>
          {mine && <Mark words={words} read={read} />}
        </div>
      )}
    </div>
  );
}

function Mark({ words, read }: { words: Words; read: boolean }) {
  return read ? (
    <><IconRead class="icon-16" />{words.t("talk.read")}</>
  ) : (
    <><IconCheck class="icon-16" />{words.t("talk.received")}</>
  );
}

function Waiting({ entry }: { entry: Outgoing<string> }) {
  const { words, chat } = useWidget();
  const kept = chat.connection.state.value !== "open" || !chat.connection.service.value.ok;
  return (
    <div class="said mine" data-testid="message" data-from="visitor" data-state={entry.refused ? "refused" : "sending"}>
      <Bubble author={words.t("talk.you")} text={entry.payload} />
      {entry.refused ? (
        <div class="foot is-danger" data-testid="error" data-code={entry.refused}>
          <MarkDanger />
          <span>
            {words.error(entry.refused, "error.other")} {words.t("talk.refused")}{" "}
            {chat.chat.value?.state !== "ended" && (
              <button type="button" class="link" onClick={() => { chat.outbox.retry(entry.client_id); }}>{words.t("talk.retry")}</button>
            )}
          </span>
        </div>
      ) : (
        <div class="foot"><IconClock class="icon-16" />{words.t(kept ? "talk.waiting" : "talk.sending")}</div>
      )}
    </div>
  );
}

function Bubble({ author, text }: { author: string; text: string }) {
  return (
    <>
      <span class="visually-hidden">{author}</span>
      <p class="bubble" dir="auto">{linkify(text)}</p>
    </>
  );
}
