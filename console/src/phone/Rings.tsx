import { IconPhone } from "@acd/ui/call-icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { stopwatch } from "@acd/ui/time.ts";

import { useDesk } from "../state/context.ts";
import type { AgentChat } from "../state/wire.ts";
import { nameOf, nameWithin } from "../state/words.ts";
import { Bar, Time } from "./Frame.tsx";
import type { Phone } from "./phone.ts";
import { t } from "./words.ts";

/** A supervisor gave the agent a call: it rings until it is answered, or goes back to its line. */
export function Given({ phone, chat, given }: { phone: Phone; chat: AgentChat; given: NonNullable<AgentChat["given"]> }) {
  const aside = given.by ? t("given_by", { name: given.by.name }) : t("given");
  return (
    <Rings
      phone={phone}
      state="given"
      title={nameOf(chat.contact)}
      aside={aside}
      untilMs={given.until_ms}
      word={t("answer")}
      testIds={{ left: "given-left", take: "given-answer", not: "given-back" }}
      onNot={() => void phone.hangUp()}
    />
  );
}

/** A colleague wants to talk about a call: it rings until it is answered, or they are back at their contact. */
export function Asked({ phone, chat }: { phone: Phone; chat: AgentChat }) {
  const { desk } = useDesk();
  return (
    <Rings
      phone={phone}
      state="asked"
      title={chat.owner?.name ?? ""}
      aside={t("asks_you", { name: nameWithin(chat.contact) })}
      untilMs={phone.consult.ringing.untilMs.value}
      word={t("talk")}
      testIds={{ left: "consult-left", take: "consult-talk", not: "consult-decline" }}
      onNot={() => void desk.steering.leave(chat.interaction)}
    />
  );
}

interface RingsProps {
  phone: Phone;
  state: "given" | "asked";
  title: string;
  aside: string;
  untilMs: number | null;
  word: string;
  testIds: { left: string; take: string; not: string };
  onNot: () => void;
}

/** What rings without an offer. */
function Rings({ phone, state, title, aside, untilMs, word, testIds, onNot }: RingsProps) {
  return (
    <Bar
      state={state}
      icon={IconPhone}
      title={title}
      aside={aside}
      time={untilMs !== null && <Left untilMs={untilMs} testId={testIds.left} />}
      end={
        <>
          <Button kind="primary" data-testid={testIds.take} aria-keyshortcuts="Alt+A" aria-busy={phone.mic.asking.value} onClick={() => void phone.takeUp()}>
            {word} <kbd aria-hidden="true">Alt A</kbd>
          </Button>
          <Button data-testid={testIds.not} onClick={onNot}>
            {t("not_now")}
          </Button>
        </>
      }
    />
  );
}

function Left({ untilMs, testId }: { untilMs: number; testId: string }) {
  const { desk } = useDesk();
  const time = stopwatch(untilMs - desk.now.value);
  return <Time time={time} told={t("given_left", { time })} testId={testId} />;
}
