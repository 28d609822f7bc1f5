/** Calls: a file of its own, which comes where a department takes them. */
import { Translator } from "@acd/ui/i18n.ts";
import { IconHangUp, IconMic, IconMicOff, IconPhone } from "@acd/ui/call-icons.tsx";
import { IconChat, MarkDanger, type Icon } from "@acd/ui/icons.tsx";
import { Meter } from "@acd/ui/primitives/Meter.tsx";
import { stopwatch } from "@acd/ui/stopwatch.ts";
import { ticking } from "@acd/ui/time.ts";
import { useSignalEffect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

import en from "../../locales/call/en.json";
import fr from "../../locales/call/fr.json";
import type { ChatSession } from "../chat.ts";
import { departmentName, useWidget } from "../context.ts";
import { spent } from "../spent.ts";
import { Composer } from "../views/composer.tsx";
import type { Dial } from "../views/form.tsx";
import { CallBack } from "../views/later.tsx";
import { Messages } from "../views/messages.tsx";
import { Top } from "../views/panel.tsx";
import { WaitView } from "../views/wait.tsx";
import type { Chat } from "../wire.ts";
import styles from "./call.css?shadow";
import { Voice } from "./voice.ts";

type Words = Translator<typeof en>;

const voices = new WeakMap<ChatSession, Voice>();
const dressed = new WeakSet<ShadowRoot>();

/** The one voice of this widget; with the first use its looks come too. */
function useVoice(): { voice: Voice; words: Words } {
  const { chat, mount: { root }, words: { locale } } = useWidget();
  if (!dressed.has(root)) {
    dressed.add(root);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
  let voice = voices.get(chat);
  if (!voice) voices.set(chat, (voice = new Voice(chat)));
  const [words] = useState<Words>(() => new Translator(locale, locale === "fr" ? fr : en));
  return { voice, words };
}

/** The button beside the form where `dial` is given, else the call itself. */
export function Screen({ dial }: { dial?: Dial }) {
  return dial ? <CallButton dial={dial} /> : <CallView />;
}

function CallButton({ dial }: { dial: Dial }) {
  const { voice, words: { t } } = useVoice();
  const none = voice.none.value;
  const asking = voice.asking.value;
  const call = async (): Promise<void> => {
    if (!(await dial(() => voice.ask()))) voice.drop();
  };
  return (
    <>
      {none && (
        <p class="fault" role="alert" data-testid="no-microphone" data-why={none}>
          <MarkDanger /><span>{t(none)}</span>
        </p>
      )}
      <button type="button" class="button large wide" data-testid="start-call" aria-busy={asking} onClick={() => void call()}>
        <IconPhone />{t(asking ? "asking" : "call")}
      </button>
    </>
  );
}

function CallView() {
  const { chat } = useWidget();
  const now = chat.chat.value;
  if (!now) return null;
  if (now.state === "ended") return <Ended now={now} />;
  if (now.callback && now.callback.state !== "offered") return <CallBack />; // they talk on a telephone, not here
  return now.state === "connecting" || now.state === "active" ? <Talk now={now} /> : <Wait />;
}

/** In the line, as for a chat; and a way to turn on what a reload has turned off. */
function Wait() {
  const { chat } = useWidget();
  const { voice, words } = useVoice();
  return (
    <>
      {chat.chat.value?.callback ? <CallBack /> : <WaitView />}
      {!voice.level.value && <div class="bottom"><TurnOn voice={voice} words={words} /></div>}
    </>
  );
}

function TurnOn({ voice, words: { t } }: { voice: Voice; words: Words }) {
  const none = voice.none.value;
  return (
    <>
      <p class="fine centred" role="status">{t(none ?? "off")}</p>
      <button type="button" class="button primary large wide" data-testid="turn-on" data-first onClick={() => void voice.ask()}>
        <IconMic />{t("on")}
      </button>
    </>
  );
}

function Talk({ now }: { now: Chat }) {
  const widget = useWidget();
  const { chat, site } = widget;
  const { voice, words } = useVoice();
  const { t } = words;
  const [writes, setWrites] = useState(false);
  const peer = voice.peer.value;
  const level = voice.level.value;
  const name = now.agent?.name ?? t("agent");
  const muted = peer?.muted.value ?? false;
  const unread = chat.unread.value;
  const state = !peer ? (level ? "connecting" : "off") : peer.state.value !== "talking" ? peer.state.value : now.state === "connecting" ? "connecting" : peer.held.value ? "held" : muted ? "muted" : "talking";
  const department = departmentName(widget, now.department);
  return (
    <>
      <Top title={writes ? name : t("title")} sub={site.value ? `${site.value.name}, ${department}` : department} />
      {writes ? (
        <p class="call-line" data-testid="call" data-state={state}><IconPhone /><b>{told()}</b><Timer now={now} words={words} /></p>
      ) : (
        <div class="middle">
          <div class="on-call" data-testid="call" data-state={state}>
            <span class="face" aria-hidden="true">{initials(name)}</span>
            <p class="lead">{name}</p>
            <Timer now={now} words={words} />
            <p class="fine heard">
              {level && <Meter level={level} label={t("level")} />}
              <span role="status">{told()}</span>
            </p>
          </div>
        </div>
      )}
      {writes && <Text />}
      <div class={writes ? "bottom call-keys edged" : "bottom call-keys"}>
        {state === "off" && <div class="wide"><TurnOn voice={voice} words={words} /></div>}
        {peer && <Key icon={muted ? IconMicOff : IconMic} word={t("mute")} testId="mute" aria-pressed={muted} onClick={() => { peer.mute(!muted); }} />}
        {now.state === "active" && (
          <Key icon={IconChat} word={t("write")} testId="write" aria-expanded={writes} onClick={() => { setWrites(!writes); }} count={writes ? 0 : unread} told={t("unread", { count: unread })} />
        )}
        <Key icon={IconHangUp} word={t("hang_up")} testId="hang-up" danger onClick={() => void chat.leave().catch(() => undefined)} />
      </div>
    </>
  );

  function told(): string {
    if (state === "off") return t(voice.none.value ?? "off");
    if (state === "talking" || state === "closed") return t(peer?.together.value ? "heard_by_two" : "heard", { name, third: voice.third.value || t("colleague") });
    return t(state, { name });
  }
}

/** What is written in the call, read as soon as it is in sight. */
function Text() {
  const { chat, open } = useWidget();
  useSignalEffect(() => {
    if (open.value && chat.unread.value > 0 && !document.hidden) chat.markRead();
  });
  return <><Messages /><Composer /></>;
}

function Timer({ now, words: { t } }: { now: Chat; words: Words }) {
  const { chat } = useWidget();
  const [clock] = useState(() => ticking(chat.clock));
  if (now.state !== "active") return null;
  const time = stopwatch(clock.value - now.since_ms);
  return <span class="time muted" role="timer" aria-label={t("since", { time })} data-testid="call-time">{time}</span>;
}

interface KeyProps {
  icon: Icon;
  word: string;
  testId: string;
  danger?: boolean;
  count?: number;
  told?: string;
  onClick: () => void;
  "aria-pressed"?: boolean;
  "aria-expanded"?: boolean;
}

function Key({ icon: Drawn, word, testId, danger, count = 0, told = "", ...rest }: KeyProps) {
  return (
    <div>
      <button type="button" class={danger ? "button end" : "button"} aria-label={count > 0 ? `${word}, ${told}` : word} data-testid={testId} {...rest}>
        <Drawn />
        {count > 0 && <span class="waits" aria-hidden="true">{count}</span>}
      </button>
      <span aria-hidden="true">{word}</span>
    </div>
  );
}

function Ended({ now }: { now: Chat }) {
  const { chat, refresh, words } = useWidget();
  const { words: { t } } = useVoice();
  // hours and lines change: whether somebody takes calls is asked anew
  useEffect(refresh, [refresh]);
  return (
    <>
      <Top title={t("ended")} sub={spent(words, chat.messages.value, now)} />
      <div class="middle"><p class="muted" role="status" data-testid="chat-ended">{t("thanks")}</p></div>
      <div class="bottom">
        <button type="button" class="button primary large wide" data-first data-testid="start-again" onClick={() => { chat.forgetChat(); }}>
          {t("again")}
        </button>
      </div>
    </>
  );
}

function initials(name: string): string {
  return name.split(/\s+/).map(([first]) => first ?? "").join("").slice(0, 2).toUpperCase();
}
