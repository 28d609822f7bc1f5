import { IconPhone } from "@acd/ui/call-icons.tsx";
import { Banner } from "@acd/ui/primitives/Banner.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { useEffect, useState } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import type { AgentChat } from "../state/wire.ts";
import { t } from "./words.ts";

/** The contact's turn has come: whom to call, and what came of it. */
export function CallBack({ chat }: { chat: AgentChat }) {
  const { desk } = useDesk();
  const { interaction } = chat;
  const [number, setNumber] = useState<string | null | undefined>();
  useEffect(() => {
    let over = false;
    void desk.steering.number(interaction).then((found) => {
      if (!over) setNumber(found);
    });
    return () => {
      over = true;
    };
  }, [desk, interaction, chat]); // told again where they left another number
  const tries = chat.callback?.tries ?? 0;
  return (
    <Banner
      kind="missed"
      icon={IconPhone}
      testId="callback"
      action={
        <>
          <Button data-testid="callback-answered" onClick={() => void desk.steering.called(chat, true)}>
            {t("callback.answered")}
          </Button>
          <Button kind="quiet" data-testid="callback-no-answer" onClick={() => void desk.steering.called(chat, false)}>
            {t("callback.no_answer")}
          </Button>
        </>
      }
    >
      <strong>{t("callback")}</strong> {number === null && t("callback.none")}
      {number && <Dial number={number} />} {number && chat.channel === "call" && t("callback.by_hand")}{" "}
      {tries > 0 && t("callback.tries", { count: tries })}
    </Banner>
  );
}

/** The number, to be dialled by a click where the agent's own machine can. */
function Dial({ number }: { number: string }) {
  const [before, after] = t("callback.number", { number: "\n" }).split("\n");
  return (
    <>
      {before}
      <a class="number" href={`tel:${number.replaceAll(" ", "")}`} data-testid="callback-number">{number}</a>
      {after}
    </>
  );
}
