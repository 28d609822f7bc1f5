import { IconBack, IconCheck, IconUser } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Chip } from "@acd/ui/primitives/Chip.tsx";
import { stopwatch } from "@acd/ui/time.ts";
import { useEffect } from "preact/hooks";

import { useParts } from "../handover/loaded.ts";
import { canWrite } from "../state/chats.ts";
import { useDesk } from "../state/context.ts";
import { nameOf, t } from "../state/words.ts";
import type { AgentChat } from "../state/wire.ts";
import { Banners } from "./Banners.tsx";
import { Composer } from "./Composer.tsx";
import { Handover, Sharing } from "./Handover.tsx";
import { Log } from "./Log.tsx";
import { WrapUpForm } from "./WrapUp.tsx";

/** The conversation in sight: who, what was said, and the place to answer. */
export function Thread({ chat, banners, inSight }: { chat: AgentChat; banners: boolean; inSight: boolean }) {
  useReadMarks(chat, inSight);
  const { desk } = useDesk();
  const parts = useParts();
  return (
    <section class="thread" id="thread" aria-labelledby="h-thread" data-testid="thread" data-interaction={chat.interaction}>
      <Head chat={chat} />
      {banners && <Banners />}
      <Sharing chat={chat} />
      {chat.callback?.by_hand && chat.state === "connecting" && parts && <parts.CallBack chat={chat} />}
      <Log chat={chat} />
      {chat.state === "wrap_up" && <WrapUpForm key={chat.interaction} chat={chat} />}
      {chat.state === "ended" && (
        <p class="over">
          {t("thread.over")}{" "}
          {chat.channel === "chat" && (
            <Button kind="quiet" data-testid="write-again" onClick={() => void desk.steering.begin(chat)}>{t("thread.again")}</Button>
          )}
        </p>
      )}
      {canWrite(chat) && <Composer key={chat.conversation} chat={chat} />}
    </section>
  );
}

function Head({ chat }: { chat: AgentChat }) {
  const { desk } = useDesk();
  const open = chat.state === "active" || chat.state === "idle";
  const time = stopwatch(desk.now.value - chat.since_ms);
  return (
    <header class="thread-head">
      <Button
        kind="quiet"
        icon={IconBack}
        label={t("thread.back")}
        class="narrow-only to-list"
        onClick={() => (desk.pane.value = "list")}
      />
      <div class="who">
        <h2 class="title clip" id="h-thread">
          {nameOf(chat.contact)}
        </h2>
        <p class="clip">
          {open && !chat.contact_here && (
            <span class="away-line" aria-hidden="true">
              {t("thread.not_here")} ·{" "}
            </span>
          )}
          {t(`channel.${chat.channel}`)} · {desk.departmentName(chat.department)}
          {open && (
            <>
              {" · "}
              <span class="time" role="timer" aria-label={t("thread.since", { time })}>
                {time}
              </span>
            </>
          )}
        </p>
      </div>
      {open && !chat.contact_here && <Chip class="away">{t("thread.not_here")}</Chip>}
      <Button
        kind="quiet"
        icon={IconUser}
        label={t("thread.contact")}
        class="narrow-only"
        data-testid="contact-open"
        onClick={() => (desk.pane.value = "contact")}
      />
      {open && chat.role === "owner" && chat.channel !== "call" && <Handover chat={chat} />}
      {open && chat.role === "owner" && (
        <Button icon={IconCheck} data-testid="finish" title={t("thread.finish")} aria-label={t("thread.finish")} onClick={() => void desk.finish(chat.interaction)}>
          <span class="word">{t("thread.finish")}</span>
        </Button>
      )}
    </header>
  );
}

/** What stands on the screen of someone who looks at it has been read. */
function useReadMarks(chat: AgentChat, inSight: boolean): void {
  const { desk } = useDesk();
  const thread = desk.threads.value.get(chat.conversation);
  const last = Math.max(0, ...(thread?.messages ?? []).filter((message) => message.from === "visitor").map((message) => message.seq));
  const read = Math.max(thread?.read.agent ?? 0, chat.read.agent);
  const told = desk.connection.state.value === "open";
  useEffect(() => {
    if (!inSight || last <= read || !told) return;
    const mark = (): void => {
      if (document.visibilityState === "visible" && document.hasFocus()) desk.conversations.saw(chat.conversation, last);
    };
    mark();
    addEventListener("focus", mark);
    document.addEventListener("visibilitychange", mark);
    return () => {
      removeEventListener("focus", mark);
      document.removeEventListener("visibilitychange", mark);
    };
  }, [desk, chat.conversation, last, read, inSight, told]);
}
