import { IconHold, IconMic, IconMicOff, IconPhone } from "@acd/ui/call-icons.tsx";
import { MarkWarn } from "@acd/ui/icons.tsx";
import { stopwatch } from "@acd/ui/time.ts";

import { useDesk } from "../state/context.ts";
import type { AgentChat } from "../state/wire.ts";
import { nameOf } from "../state/words.ts";
import { Bar, HangUp, Key, Level, Time } from "./Frame.tsx";
import { DeviceMenu } from "./Idle.tsx";
import { isGone } from "./own.ts";
import { Keypad } from "./Keypad.tsx";
import type { Line } from "./line.ts";
import type { Phone } from "./phone.ts";
import { TakeBack, Transfer } from "./Transfer.tsx";
import { t } from "./words.ts";

/** Under this the person may hear it too. */
const POOR = 0.6;

export function InCall({ phone, chat, live: { peer } }: { phone: Phone; chat: AgentChat; live: Line }) {
  const { desk } = useDesk();
  // the server may still be connecting the other side
  const state = chat.state === "connecting" ? "connecting" : peer.state.value;
  const held = peer.held.value;
  const muted = peer.muted.value;
  const left = phone.consult.left.value;
  const level = phone.level.value;
  const given = phone.given.now.value;
  const time = stopwatch(desk.now.value - (phone.held.sinceMs.value ?? chat.since_ms));
  const poor = state === "talking" && (phone.quality.value ?? 1) < POOR;
  const told = state === "connecting" ? t("connecting")
    : isGone(chat) ? t("gone")
    : state === "lost" ? t("lost")
    : given ? t(given.failed ?? "gives", { number: given.number })
    : held ? (left ? t(left.why, { name: left.name }) : t("held"))
    : muted ? t("muted")
    : desk.departmentName(chat.department);
  return (
    <Bar
      state={state === "talking" ? (held ? "held" : muted ? "muted" : "talking") : state}
      icon={held ? IconHold : muted ? IconMicOff : IconPhone}
      title={nameOf(chat.contact)}
      aside={told}
      time={
        <>
          {state !== "connecting" && <Time time={time} told={t(held ? "held_since" : "since", { time })} testId="phone-time" />}
          <span class="poor with-icon" role="status">
            {poor && (
              <span class="with-icon" data-testid="phone-poor" title={t("poor")}>
                <MarkWarn /> <span class="word">{t("poor")}</span>
              </span>
            )}
          </span>
        </>
      }
      end={
        <>
          {level && <Level level={level} />}
          <DeviceMenu phone={phone} />
          <HangUp onClick={() => void phone.hangUp()} />
        </>
      }
    >
      <div class="keys">
        <Key icon={muted ? IconMicOff : IconMic} word={t("mute")} pressed={muted} keys="Alt+M" testId="phone-mute" onClick={() => { phone.mute(); }} />
        <Key icon={IconHold} word={t("hold")} pressed={held} testId="phone-hold" onClick={() => void phone.hold(!held)} />
        <Keypad peer={peer} />
        {given && !given.failed && <TakeBack phone={phone} />}
        {chat.state === "active" && (!given || given.failed) && <Transfer phone={phone} chat={chat} />}
      </div>
    </Bar>
  );
}
