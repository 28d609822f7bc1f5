/** Being called back instead of waiting: a file of its own, which comes where a department calls back. */
import { Translator } from "@acd/ui/i18n.ts";
import { MarkDanger } from "@acd/ui/icons.tsx";
import { WireError } from "@acd/ui/wire.ts";
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import en from "../../locales/callback/en.json";
import fr from "../../locales/callback/fr.json";
import { departmentName, useWidget } from "../context.ts";
import { Top } from "../views/panel.tsx";
import { Leave, WaitView } from "../views/wait.tsx";
import type { CallBack } from "../wire.ts";

type Words = Translator<typeof en>;

const REFUSED = ["phone_number_invalid", "number_costly", "number_country_refused"] as const;
/** The number that was left in this page; the server does not tell it again. */
const left = signal("");

export function Screen() {
  const { chat, words: { locale } } = useWidget();
  const [words] = useState<Words>(() => new Translator(locale, locale === "fr" ? fr : en));
  const back = chat.chat.value?.callback;
  if (!back) return null;
  if (back.state === "offered" || back.state === "kept") return <Place back={back} words={words} />;
  return <Called back={back} words={words} />;
}

/** In the line, with a number or before one is given. */
function Place({ back, words }: { back: CallBack; words: Words }) {
  const [asked, ask] = useState(false);
  const { t } = words;
  const number = left.value;
  let fine: string | undefined;
  if (back.state === "kept") fine = back.number ? (number ? t("kept", { number }) : t("kept.somewhere")) : t("kept.here");
  if (asked) fine = t("lead");
  return (
    <WaitView {...(fine ? { fine } : {})}>
      <span data-testid="callback" data-state={back.state} hidden />
      {asked ? <NumberForm words={words} onDone={() => { ask(false); }} /> : <Ask words={words} back={back} onClick={() => { ask(true); }} />}
    </WaitView>
  );
}

function Ask({ back, words: { t }, onClick }: { back: CallBack; words: Words; onClick: () => void }) {
  return (
    <button type="button" class="button large wide" data-testid="callback-open" onClick={onClick}>
      {t(back.number ? "other" : "open")}
    </button>
  );
}

function NumberForm({ words: { t }, onDone }: { words: Words; onDone: () => void }) {
  const { chat, words } = useWidget();
  const field = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState("");
  const [sending, setSending] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const send = async (): Promise<void> => {
    const number = field.current?.value.trim() ?? "";
    if (sending || !field.current) return;
    setFault(number ? "" : t("missing"));
    if (!number) {
      field.current.focus();
      return;
    }
    setSending(true);
    try {
      await chat.callBack(number);
      left.value = number;
      onDone();
    } catch (thrown) {
      const { code, retryAfterS } = WireError.of(thrown);
      const known = REFUSED.find((each) => each === code);
      setFault(known ? t(known) : words.error(code, "error.other", { count: Math.ceil(retryAfterS ?? 1) }));
      field.current.focus();
    } finally {
      setSending(false);
    }
  };
  return (
    <form
      style={{ display: "contents" }}
      noValidate
      data-testid="callback-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="field">
        <label for="w-phone">{t("field")}</label>
        <input
          id="w-phone"
          class="input"
          type="tel"
          autocomplete="tel"
          maxLength={40}
          ref={field}
          defaultValue={left.peek()}
          data-testid="field-phone"
          onInput={() => { setFault(""); }}
          {...(fault ? { "aria-invalid": "true", "aria-describedby": "w-phone-fault" } : {})}
        />
        {fault && (
          <p class="fault" id="w-phone-fault" role="alert" data-testid="error">
            <MarkDanger /><span>{fault}</span>
          </p>
        )}
      </div>
      <div class="pair">
        <button type="button" class="button large" data-testid="callback-stay" onClick={onDone}>{t("stay")}</button>
        <button type="submit" class="button primary large" data-testid="callback-keep" aria-busy={sending}>{t("keep")}</button>
      </div>
    </form>
  );
}

/** Out of the line: they are called now, or were in vain. */
function Called({ back, words }: { back: CallBack; words: Words }) {
  const widget = useWidget();
  const { chat } = widget;
  const { t } = words;
  const [asked, ask] = useState(false);
  const now = chat.chat.value;
  if (!now) return null;
  const again = back.state === "again";
  const talking = back.state === "talking";
  return (
    <>
      <Top
        title={t(again ? "again.title" : talking ? "talking.title" : "calling.title")}
        sub={departmentName(widget, now.department)}
      />
      <div class="middle">
        <p role="status" data-testid="callback" data-state={back.state}>
          {told()}
        </p>
      </div>
      <div class="bottom">
        {again && (asked ? <NumberForm words={words} onDone={() => { ask(false); }} /> : <Ask words={words} back={back} onClick={() => { ask(true); }} />)}
        {!talking && <Leave label={t("cancel")} />}
      </div>
    </>
  );

  function told(): string {
    if (again) return t("again.text", when(words, back.next_try_ms ?? chat.clock.nowMs(), chat.clock.nowMs()));
    if (talking) return t("talking.text", { name: now?.agent?.name ?? "" });
    return t(back.number ? "calling.text" : "calling.here");
  }
}

function when({ locale, time }: Words, ms: number, nowMs: number): { day: string; time: string } {
  const days = Math.round((new Date(ms).setHours(0, 0, 0, 0) - new Date(nowMs).setHours(0, 0, 0, 0)) / 86_400_000);
  return { day: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day"), time: time(ms) };
}
