/** What few visitors see: closed, full, the message that is kept, the line that was left. */
import { Translator } from "@acd/ui/i18n.ts";
import { useEffect, useRef } from "preact/hooks";

import en from "../../locales/later/en.json";
import fr from "../../locales/later/fr.json";
import { useWidget } from "../context.ts";
import { best } from "../site.ts";
import { FormView } from "../views/form.tsx";
import type { Part } from "../views/later.tsx";
import { Top } from "../views/panel.tsx";

type Words = Translator<typeof en>;

export function Screen({ part }: { part: Part }) {
  const { chat, words: { locale } } = useWidget();
  const words: Words = new Translator(locale, locale === "fr" ? fr : en);
  if (part === "offline") return <OfflineForm words={words} />;
  if (part === "kept") return <Kept words={words} />;
  if (chat.chat.value?.diverted === "callback") return <Said title={words.t("unreached.title")} text={words.t("unreached.text")} />;
  if (part === "turned") return <TurnedAway words={words} />;
  if (part === "left") return <Said title={words.t("left.title")} text={words.t("left.text")} />;
  return <Shut words={words} full={part === "full"} />;
}

/** When the first of the departments opens again, in words; empty where nobody knows. */
function useOpening({ t, time, locale }: Words): string {
  const { site, chat } = useWidget();
  const instants = (site.value?.departments ?? []).map(({ opens_ms }) => opens_ms).filter((ms) => ms !== null);
  if (instants.length === 0) return "";
  const opens = Math.min(...instants);
  const days = Math.round((new Date(opens).setHours(0, 0, 0, 0) - new Date(chat.clock.nowMs()).setHours(0, 0, 0, 0)) / 86_400_000);
  const day =
    days < 2
      ? new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day")
      : new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" }).format(opens);
  return t("closed.opens", { day, time: time(opens) });
}

/** A message instead of a chat; if chats are taken again while somebody writes, the same form leads there. */
function OfflineForm({ words }: { words: Words }) {
  const { site } = useWidget();
  const { t } = words;
  const opening = useOpening(words);
  const full = site.value?.departments.some(({ service }) => service === "full");
  if (site.value && best(site.value) !== "form") return <FormView />;
  return (
    <FormView
      offline={{
        title: t(opening ? "closed.title" : "offline.title"),
        sub: opening || (site.value?.name ?? ""),
        lead: t(full ? "offline.full" : "offline.lead"),
        email: t("offline.email"),
        send: t("offline.send"),
      }}
    />
  );
}

/** The message is stored; more of it is taken as long as this is in sight. */
function Kept({ words: { t } }: { words: Words }) {
  const { chat, site, visitor, words, refresh } = useWidget();
  const field = useRef<HTMLTextAreaElement>(null);
  const messages = chat.messages.value;
  const others = messages.map(({ from }) => from !== "visitor").lastIndexOf(true);
  const mine = messages.slice(others + 1);
  const limit = site.value?.limits.message_chars ?? 4000;
  const add = (): void => {
    const text = field.current?.value.trim() ?? "";
    if (!text || !field.current) return;
    chat.send(text);
    field.current.value = "";
    field.current.focus();
  };
  return (
    <>
      <Top title={t("kept.title")} sub={site.value?.name ?? ""} />
      <div class="middle" data-testid="kept">
        {visitor.name && <p role="status">{visitor.email ? t("kept.answer", { email: visitor.email }) : t("kept.address")}</p>}
        <ul class="kept" aria-label={t("kept.messages")}>
          {mine.map((message) => (
            <li key={message.id} class="said mine" data-testid="message" data-from="visitor">
              <p class="bubble" dir="auto">{message.text}</p>
            </li>
          ))}
          {chat.outbox.entries.value.map(({ client_id, payload }) => (
            <li key={client_id} class="said mine" data-testid="message" data-from="visitor" data-state="sending">
              <p class="bubble" dir="auto">{payload}</p>
              <p class="foot">{words.t("talk.sending")}</p>
            </li>
          ))}
        </ul>
        <form
          class="field"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <label for="w-more">{t("kept.more")}</label>
          <textarea id="w-more" class="input" rows={2} dir="auto" maxLength={limit} ref={field} data-testid="message-input" />
          <button type="submit" class="button large" data-testid="send">{t("kept.add")}</button>
        </form>
      </div>
      <div class="bottom">
        <button
          type="button"
          class="button quiet large wide"
          data-testid="start-again"
          onClick={() => {
            refresh(); // somebody may be there by now
            chat.forgetChat();
          }}
        >
          {t("kept.new")}
        </button>
      </div>
    </>
  );
}

/** The line took nobody more, or the department had closed: which of them, the server says now. */
function TurnedAway({ words }: { words: Words }) {
  const { site, chat, refresh } = useWidget();
  useEffect(refresh, [refresh]);
  const department = chat.chat.value?.department.id;
  const closed = site.value?.departments.some(({ id, service }) => id === department && service === "closed");
  return <Shut words={words} full={!closed} />;
}

function Shut({ words, full }: { words: Words; full: boolean }) {
  const { site, chat, refresh } = useWidget();
  const { t } = words;
  const opening = useOpening(words);
  return (
    <>
      <Top title={t(full ? "full.title" : "closed.title")} sub={opening || (site.value?.name ?? "")} />
      <div class="middle"><p class="muted" role="status" data-testid={full ? "full" : "closed"}>{t(full ? "full.text" : "closed.text")}</p></div>
      <div class="bottom">
        <button
          type="button"
          class="button large wide"
          data-first
          data-testid="check-again"
          onClick={() => {
            chat.forgetChat();
            refresh();
          }}
        >
          {t("again")}
        </button>
      </div>
    </>
  );
}

/** Nobody answered: the visitor left the line, or was lost. */
function Said({ title, text }: { title: string; text: string }) {
  const { words, chat, site } = useWidget();
  return (
    <>
      <Top title={title} sub={site.value?.name ?? ""} />
      <div class="middle"><p class="muted" data-testid="chat-ended" role="status">{text}</p></div>
      <div class="bottom">
        <button type="button" class="button primary large wide" data-first data-testid="start-again" onClick={() => { chat.forgetChat(); }}>
          {words.t("ended.again")}
        </button>
      </div>
    </>
  );
}
