import { IconMicOff, IconPhone } from "@acd/ui/call-icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { stopwatch } from "@acd/ui/time.ts";

import { useDesk } from "../state/context.ts";
import { channelsOf } from "../state/presence.ts";
import type { AgentChat } from "../state/wire.ts";
import { nameOf } from "../state/words.ts";
import { unanswered } from "./advice.ts";
import { Advising, Consulting } from "./Consulting.tsx";
import { Bar, HangUp, Time } from "./Frame.tsx";
import { Idle, Test } from "./Idle.tsx";
import { InCall } from "./InCall.tsx";
import { MyDevices } from "./MyDevices.tsx";
import { isGone } from "./own.ts";
import type { Phone, Trouble } from "./phone.ts";
import { Asked, Given } from "./Rings.tsx";
import { TakeBack, Transfer } from "./Transfer.tsx";
import { t } from "./words.ts";

/** At the foot of the console of everybody who takes calls: the one they have, or what keeps them from having one. */
export function PhoneBar({ phone }: { phone: Phone }) {
  return (
    <>
      <Now phone={phone} />
      <MyDevices phone={phone} />
    </>
  );
}

function Now({ phone }: { phone: Phone }) {
  const { desk } = useDesk();
  const presence = desk.presence.value;
  const mine = phone.mine.value;
  const asked = phone.asked.value;
  const live = phone.live.value;
  const advice = phone.consult.line.value;
  if (!presence || !(mine ?? asked ?? channelsOf(presence).includes("call"))) return null;
  if (mine && live) return mine.consulted ? <Consulting phone={phone} chat={mine} consulted={mine.consulted} /> : <InCall phone={phone} chat={mine} live={live} />;
  if (mine?.on_phone) return <OnPhone phone={phone} chat={mine} />;
  if (mine) return unanswered(phone) && mine.given ? <Given phone={phone} chat={mine} given={mine.given} /> : <Elsewhere phone={phone} chat={mine} />;
  if (asked) return advice ? <Advising phone={phone} chat={asked} line={advice} /> : <Asked phone={phone} chat={asked} />;
  if (phone.trouble.value) return <Troubled phone={phone} trouble={phone.trouble.value} />;
  return <Idle phone={phone} as={desk.cut.value ? "cut" : presence.channels.call?.availability === "available" ? "ready" : "away"} />;
}

function Troubled({ phone, trouble }: { phone: Phone; trouble: Trouble }) {
  const ofCall = trouble === "unconnected" || trouble === "unreached"; // not of the microphone
  const dismiss = (
    <Button kind="quiet" onClick={() => (phone.trouble.value = null)}>
      {t("dismiss")}
    </Button>
  );
  return (
    <Bar
      state="trouble"
      icon={ofCall ? IconPhone : IconMicOff}
      title={t(trouble)}
      aside={t(`${trouble}_how`)}
      end={ofCall ? dismiss : <Test phone={phone} />}
    />
  );
}

/** The agent has the call on a telephone of theirs: there it is heard and held; from here it is ended, or goes on. */
function OnPhone({ phone, chat }: { phone: Phone; chat: AgentChat }) {
  const { desk } = useDesk();
  const given = phone.given.now.value;
  const time = stopwatch(desk.now.value - chat.since_ms);
  const talks = chat.state === "active";
  return (
    <Bar
      state="on-phone"
      icon={IconPhone}
      title={nameOf(chat.contact)}
      aside={given ? t(given.failed ?? "gives", { number: given.number }) : t(!talks ? "connecting" : isGone(chat) ? "gone" : "on_phone")}
      time={talks && <Time time={time} told={t("since", { time })} testId="phone-time" />}
      end={<HangUp onClick={() => void phone.hangUp()} />}
    >
      <div class="keys">
        {given && !given.failed ? <TakeBack phone={phone} /> : talks && <Transfer phone={phone} chat={chat} />}
      </div>
    </Bar>
  );
}

function Elsewhere({ phone, chat }: { phone: Phone; chat: AgentChat }) {
  return (
    <Bar
      state="elsewhere"
      icon={IconPhone}
      title={nameOf(chat.contact)}
      aside={t("elsewhere")}
      end={
        <>
          <Button data-testid="phone-take" aria-busy={phone.mic.asking.value} onClick={() => void phone.takeUp()}>
            {t("take")}
          </Button>
          <HangUp onClick={() => void phone.hangUp()} />
        </>
      }
    />
  );
}
