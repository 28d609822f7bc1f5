import { IconMicOff, IconPhone } from "@acd/ui/call-icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";

import { useDesk } from "../state/context.ts";
import { channelsOf } from "../state/presence.ts";
import type { AgentChat } from "../state/wire.ts";
import { Advising, Asked, Consulting } from "./Consulting.tsx";
import { Bar, HangUp } from "./Frame.tsx";
import { Idle, Test } from "./Idle.tsx";
import { InCall } from "./InCall.tsx";
import { MyDevices } from "./MyDevices.tsx";
import type { Phone, Trouble } from "./phone.ts";
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
  if (mine) return <Elsewhere phone={phone} chat={mine} />;
  if (asked) return advice ? <Advising phone={phone} chat={asked} line={advice} /> : <Asked phone={phone} chat={asked} />;
  if (phone.trouble.value) return <Troubled phone={phone} trouble={phone.trouble.value} />;
  return <Idle phone={phone} available={presence.channels.call?.availability === "available"} />;
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
      end={trouble === "unconnected" || trouble === "unreached" ? dismiss : <Test phone={phone} />}
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
          <HangUp onClick={() => void phone.hangUp()} />
        </>
      }
    />
  );
}
