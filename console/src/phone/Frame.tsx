import { IconHangUp } from "@acd/ui/call-icons.tsx";
import type { Icon } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Meter } from "@acd/ui/primitives/Meter.tsx";
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { t } from "./words.ts";

interface BarProps {
  state: string;
  icon: Icon;
  title: string;
  aside: string;
  time?: ComponentChildren;
  children?: ComponentChildren;
  end: ComponentChildren;
}

/** One line at the foot of the console: who, what can be done, and the way out. */
export function Bar({ state, icon: Drawn, title, aside, time, children, end }: BarProps) {
  return (
    <section class={`phone ${state}`} aria-label={t("phone")} data-testid="phone" data-state={state}>
      <div class="who">
        <Drawn />
        <p class="clip" role="status" title={`${title} · ${aside}`}>
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

export function Time({ time, told, testId }: { time: string; told: string; testId: string }) {
  return (
    <span class="time" role="timer" aria-label={told} data-testid={testId}>
      {time}
    </span>
  );
}

interface KeyProps {
  icon: Icon;
  word: string;
  pressed: boolean;
  keys?: string;
  testId: string;
  disabled?: boolean;
  onClick: () => void;
}

/** A key that stays down. */
export function Key({ icon, word, pressed, keys, testId, disabled = false, onClick }: KeyProps) {
  return (
    <Button
      kind="quiet"
      icon={icon}
      aria-label={word}
      aria-pressed={pressed}
      aria-disabled={disabled}
      data-testid={testId}
      title={keys ? `${word} (${keys.replace("+", " ")})` : word}
      onClick={() => {
        if (!disabled) onClick();
      }}
      {...(keys ? { "aria-keyshortcuts": keys } : {})}
    >
      <span class="word">{word}</span>
    </Button>
  );
}

export function Level({ level }: { level: ReadonlySignal<number> }) {
  return (
    <span class="level">
      <Meter level={level} label={t("level")} />
    </span>
  );
}

/** How long systems wait for the second press of a double one. */
const DOUBLE_MS = 500;

/** A press this soon after it appeared was meant for what lay there before, as the end of a call for its "Hang up". */
export function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(true); }, DOUBLE_MS);
    return () => { clearTimeout(timer); };
  }, []);
  return settled;
}

export function HangUp({ word = t("hang_up"), onClick }: { word?: string; onClick: () => void }) {
  const settled = useSettled();
  return (
    <Button
      kind="danger"
      icon={IconHangUp}
      class="hang-up"
      aria-label={word}
      aria-disabled={!settled}
      title={word}
      data-testid="phone-hang-up"
      onClick={() => {
        if (settled) onClick();
      }}
    >
      <span class="word">{word}</span>
    </Button>
  );
}
