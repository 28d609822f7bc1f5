import { IconHold, IconMic, IconMicOff, IconPhone } from "@acd/ui/call-icons.tsx";
import { IconUser } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { stopwatch } from "@acd/ui/time.ts";

import { useDesk } from "../state/context.ts";
import type { AgentChat, Named } from "../state/wire.ts";
import { nameWithin } from "../state/words.ts";
import { Bar, HangUp, Key, Level, Time } from "./Frame.tsx";
import type { Line } from "./line.ts";
import type { Phone } from "./phone.ts";
import { t } from "./words.ts";

/** The agent talks with a colleague while the contact is on hold, or with both. */
export function Consulting({ phone, chat, consulted }: { phone: Phone; chat: AgentChat; consulted: Named }) {
  const { desk } = useDesk();
  const peer = phone.consult.line.value?.peer;
  const together = phone.consult.together.value;
  const talks = peer?.state.value === "talking";
  const level = phone.consult.level.value;
  const held = phone.held.sinceMs.value;
  const time = held === null ? "" : stopwatch(desk.now.value - held);
  const contact = nameWithin(chat.contact);
  const told = !talks ? t("asks", { name: contact }) : t(together ? "with_all" : "waits", { name: contact });
  return (
    <Bar
      state={together ? "together" : talks ? "consulting" : "asking"}
      icon={together ? IconPhone : IconHold}
      title={consulted.name}
      aside={told}
      time={time && <Time time={time} told={t("held_since", { time })} testId="phone-time" />}
      end={
        <>
          {level && <Level level={level} />}
          <Button data-testid="consult-return" onClick={() => void phone.endConsult()}>
            {t("back", { name: contact })}
          </Button>
          <Button
            kind="primary"
            aria-disabled={!talks}
            {...(talks ? {} : { title: t("hand_over_when"), "aria-description": t("hand_over_when") })}
            data-testid="consult-hand-over" 
            onClick={() => void (talks && desk.steering.complete(chat.interaction))}
          >
            {t("hand_over")}
          </Button>
        </>
      }
    >
      <div class="keys">
        <Mute phone={phone} line={phone.consult.line.value} />
        <Key icon={IconUser} word={t("all")} pressed={together} disabled={!talks} testId="consult-join" onClick={() => void phone.joinAll(!together)} />
      </div>
    </Bar>
  );
}

/** The agent is asked, and talks. */
export function Advising({ phone, chat, line }: { phone: Phone; chat: AgentChat; line: Line }) {
  const { desk } = useDesk();
  const level = phone.consult.level.value;
  const state = line.peer.state.value;
  return (
    <Bar
      state={state !== "talking" ? state : line.peer.together.value ? "together" : "advising"}
      icon={IconPhone}
      title={chat.owner?.name ?? ""}
      aside={state === "connecting" ? t("connecting") : t(line.peer.together.value ? "with_all" : "asks_you", { name: nameWithin(chat.contact) })}
      end={
        <>
          {level && <Level level={level} />}
          <HangUp onClick={() => void desk.steering.leave(chat.interaction)} />
        </>
      }
    >
      <div class="keys">
        <Mute phone={phone} line={line} />
      </div>
    </Bar>
  );
}

function Mute({ phone, line }: { phone: Phone; line: Line | null }) {
  const muted = line?.peer.muted.value ?? false;
  return <Key icon={muted ? IconMicOff : IconMic} word={t("mute")} pressed={muted} keys="Alt+M" testId="phone-mute" onClick={() => { phone.mute(); }} />;
}
