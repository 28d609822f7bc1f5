import { IconHangUp, IconHold, IconKeypad, IconMic, IconMicOff, IconPhone } from "@acd/ui/call-icons.tsx";
import { MarkWarn, type Icon } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Meter } from "@acd/ui/primitives/Meter.tsx";
import { stopwatch } from "@acd/ui/time.ts";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import { channelsOf } from "../state/presence.ts";
import type { AgentChat } from "../state/wire.ts";
import type { Live, Phone, Trouble } from "./phone.ts";
import { t } from "./words.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
/** Under this the person may hear it too. */
const POOR = 0.6;

/** At the foot of the console of everybody who takes calls: the one they have, or what keeps them from having one. */
export function PhoneBar({ phone }: { phone: Phone }) {
  const { desk } = useDesk();
  const presence = desk.presence.value;
  const mine = phone.mine.value;
  const live = phone.live.value;
  if (!presence || !(mine || channelsOf(presence).includes("call"))) return null;
  if (mine && live) return <InCall phone={phone} chat={mine} live={live} />;
  if (mine) return <Elsewhere phone={phone} chat={mine} />;
  if (phone.trouble.value) return <Troubled phone={phone} trouble={phone.trouble.value} />;
  return <Idle phone={phone} available={presence.channels.call?.availability === "available"} />;
}

interface BarProps {
  state: string;
  icon: Icon;
  title: string;
  aside: string;
  time?: ComponentChildren;
  children?: ComponentChildren;
  end: ComponentChildren;
}

function Bar({ state, icon: Drawn, title, aside, time, children, end }: BarProps) {
  return (
    <section class={`phone ${state}`} aria-label={t("phone")} data-testid="phone" data-state={state}>
      <div class="who">
        <Drawn />
        <p class="clip" role="status">
          <b>{title}</b>
          <span class="muted aside"> · {aside}</span>
        </p>
        {time}
      </div>
      {children}
      <div class="end">{end}</div>
    </section>
  );
}

function Idle({ phone, available }: { phone: Phone; available: boolean }) {
  const level = phone.testing.value;
  const test = level ? (
    <>
      <Level level={level} />
      <Button data-testid="phone-test-stop" onClick={() => { phone.endTest(); }}>
        {t("stop")}
      </Button>
    </>
  ) : (
    <Test phone={phone} />
  );
  return (
    <Bar
      state={available ? "ready" : "off"}
      icon={IconPhone}
      title={t(available ? "ready" : "away")}
      aside={t(level ? "testing" : available ? "ready_where" : "away_where")}
      end={test}
    />
  );
}

function Test({ phone }: { phone: Phone }) {
  return (
    <Button kind="quiet" icon={IconMic} data-testid="phone-test" aria-label={t("test")} aria-busy={phone.asking.value} onClick={() => void phone.test()}>
      <span class="word">{t("test")}</span>
    </Button>
  );
}

function Troubled({ phone, trouble }: { phone: Phone; trouble: Trouble }) {
  const dismiss = (
    <Button kind="quiet" onClick={() => (phone.trouble.value = null)}>
      {t("dismiss")}
    </Button>
  );
  return (
    <Bar
      state="trouble"
      icon={IconMicOff}
      title={t(trouble)}
      aside={t(`${trouble}_how`)}
      end={trouble === "unconnected" ? dismiss : <Test phone={phone} />}
    />
  );
}

function Elsewhere({ phone, chat }: { phone: Phone; chat: AgentChat }) {
  return (
    <Bar
      state="elsewhere"
      icon={IconPhone}
      title={chat.contact.name}
      aside={t("elsewhere")}
      end={
        <>
          <Button data-testid="phone-take" aria-busy={phone.asking.value} onClick={() => void phone.takeUp()}>
            {t("take")}
          </Button>
          <HangUp phone={phone} />
        </>
      }
    />
  );
}

function InCall({ phone, chat, live: { peer, level, heldMs } }: { phone: Phone; chat: AgentChat; live: Live }) {
  const { desk } = useDesk();
  const open = useSignal(false);
  const state = peer.state.value;
  const held = peer.held.value;
  const muted = peer.muted.value;
  const time = stopwatch(desk.now.value - (heldMs.value ?? chat.since_ms));
  const poor = state === "talking" && (phone.quality.value ?? 1) < POOR;
  const told = state === "connecting" ? t("connecting")
    : state === "lost" ? t("lost", { name: chat.contact.name })
    : held ? t("held")
    : muted ? t("muted")
    : desk.departmentName(chat.department);
  return (
    <Bar
      state={state === "talking" ? (held ? "held" : muted ? "muted" : "talking") : state}
      icon={held ? IconHold : muted ? IconMicOff : IconPhone}
      title={chat.contact.name}
      aside={told}
      time={
        state !== "connecting" && (
          <span class="time" role="timer" aria-label={t(held ? "held_since" : "since", { time })} data-testid="phone-time">
            {time}
          </span>
        )
      }
      end={
        <>
          {poor && (
            <span class="poor with-icon" role="status" data-testid="phone-poor">
              <MarkWarn /> <span class="word">{t("poor")}</span>
            </span>
          )}
          <Level level={level} />
          <HangUp phone={phone} />
        </>
      }
    >
      <div class="keys">
        <Key icon={muted ? IconMicOff : IconMic} word={t("mute")} pressed={muted} keys="Alt+M" testId="phone-mute" onClick={() => { phone.mute(); }} />
        <Key icon={IconHold} word={t("hold")} pressed={held} testId="phone-hold" onClick={() => void phone.hold(!held)} />
        <Button
          kind="quiet"
          icon={IconKeypad}
          aria-label={t("keypad")}
          aria-expanded={open.value}
          data-testid="phone-keypad"
          onClick={() => (open.value = !open.value)}
        >
          <span class="key-word">{t("keypad")}</span>
        </Button>
        {open.value && <Keypad onKey={(key) => { peer.press(key); }} onClose={() => (open.value = false)} />}
      </div>
    </Bar>
  );
}

interface KeyProps {
  icon: Icon;
  word: string;
  pressed: boolean;
  keys?: string;
  testId: string;
  onClick: () => void;
}

function Key({ icon, word, pressed, keys, testId, onClick }: KeyProps) {
  return (
    <Button
      kind="quiet"
      icon={icon}
      aria-label={word}
      aria-pressed={pressed}
      data-testid={testId}
      onClick={onClick}
      {...(keys ? { "aria-keyshortcuts": keys, title: keys.replace("+", " ") } : {})}
    >
      <span class="key-word">{word}</span>
    </Button>
  );
}

function Keypad({ onKey, onClose }: { onKey: (key: string) => void; onClose: () => void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    first.current?.focus();
  }, []);
  return (
    <div
      class="keypad"
      role="group"
      aria-label={t("keys")}
      data-testid="keypad"
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          onClose();
          document.querySelector<HTMLElement>("[data-testid=phone-keypad]")?.focus();
        } else if ((KEYS as readonly string[]).includes(event.key)) onKey(event.key);
      }}
    >
      {KEYS.map((key, index) => (
        <Button key={key} {...(index === 0 ? { buttonRef: first } : {})} onClick={() => { onKey(key); }}>
          {key}
        </Button>
      ))}
    </div>
  );
}

function Level({ level }: { level: Live["level"] }) {
  return (
    <span class="level">
      <Meter level={level} label={t("level")} /> <span aria-hidden="true">{t("microphone")}</span>
    </span>
  );
}

function HangUp({ phone }: { phone: Phone }) {
  return (
    <Button kind="danger" icon={IconHangUp} aria-label={t("hang_up")} data-testid="phone-hang-up" onClick={() => void phone.hangUp()}>
      <span class="word">{t("hang_up")}</span>
    </Button>
  );
}
