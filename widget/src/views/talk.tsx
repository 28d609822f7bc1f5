import { useEffect, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { MarkDanger } from "@acd/ui/icons.tsx";
import { WireError } from "@acd/ui/wire.ts";

import { departmentName, useWidget } from "../context.ts";
import { spent } from "../spent.ts";
import { Composer } from "./composer.tsx";
import { Messages } from "./messages.tsx";
import { Top } from "./panel.tsx";

/** The conversation, and after its end what remains of it. */
export function TalkView({ ended }: { ended: boolean }) {
  const widget = useWidget();
  const { words, chat, open } = widget;
  const [ending, setEnding] = useState(false);
  const now = chat.chat.value;

  useSignalEffect(() => {
    if (open.value && chat.unread.value > 0 && !document.hidden) chat.markRead();
  });
  useEffect(() => {
    const seen = (): void => {
      if (open.peek() && !document.hidden) chat.markRead();
    };
    document.addEventListener("visibilitychange", seen);
    return () => { document.removeEventListener("visibilitychange", seen); };
  }, [chat, open]);

  if (!now) return null;
  return (
    <>
      {ended ? (
        <Top title={words.t("ended.title")} sub={spent(words, chat.messages.value, now)} />
      ) : (
        <Top title={now.agent?.name ?? words.t("talk.agent")} sub={departmentName(widget, now.department)}>
          <button type="button" class="button quiet" data-testid="leave" aria-expanded={ending} onClick={() => { setEnding(!ending); }}>
            {words.t("talk.end")}
          </button>
        </Top>
      )}
      <Messages />
      {ended ? <Ended /> : ending ? <End stay={() => { setEnding(false); }} /> : <Composer />}
    </>
  );
}

/** An end cannot be taken back: it is asked for twice. */
function End({ stay }: { stay: () => void }) {
  const { words, chat } = useWidget();
  const [failure, setFailure] = useState<WireError | null>(null);
  const leave = (): void => {
    chat.leave().catch((thrown: unknown) => { setFailure(WireError.of(thrown)); });
  };
  return (
    <div class="bottom edged" role="group" aria-label={words.t("talk.end.sure")}>
      <p class="lead">{words.t("talk.end.sure")}</p>
      {failure && (
        <p class="fault" role="alert" data-testid="error" data-code={failure.code}>
          <MarkDanger /><span>{words.error(failure.code, "error.other")}</span>
        </p>
      )}
      <div class="pair">
        <button type="button" class="button large" onClick={stay} ref={focus}>{words.t("talk.end.no")}</button>
        <button type="button" class="button primary large" data-testid="leave-confirm" onClick={leave}>{words.t("talk.end.yes")}</button>
      </div>
    </div>
  );
}

function focus(element: HTMLElement | null): void {
  element?.focus();
}

function Ended() {
  const { words, chat } = useWidget();
  return (
    <div class="bottom edged" data-testid="chat-ended">
      <p class="fine centred">{words.t("ended.text")}</p>
      <button type="button" class="button primary large wide" data-first data-testid="start-again" onClick={() => { chat.forgetChat(); }}>
        {words.t("ended.again")}
      </button>
    </div>
  );
}
