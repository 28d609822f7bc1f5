import { IconPhone } from "@acd/ui/call-icons.tsx";
import { IconChat, IconTicket, MarkWarn, type Icon } from "@acd/ui/icons.tsx";
import { Chip } from "@acd/ui/primitives/Chip.tsx";
import { stopwatch } from "@acd/ui/time.ts";

import { isLate, lastSaid, quietSinceMs, unread, type Thread } from "../state/chats.ts";
import { useDesk } from "../state/context.ts";
import { nameOf, t } from "../state/words.ts";
import type { AgentChat, Channel } from "../state/wire.ts";
import { Banners } from "./Banners.tsx";
import { Lines } from "./Lines.tsx";
import { PresenceBar } from "./PresenceBar.tsx";
import { WrapUpRow } from "./WrapUp.tsx";

export const CHANNEL_ICONS: Record<Channel, Icon> = { chat: IconChat, call: IconPhone, ticket: IconTicket };

/** Everything under way: mine, what I still have to conclude, and who waits. */
export function Inbox({ banners, threadInSight }: { banners: boolean; threadInSight: boolean }) {
  const { desk } = useDesk();
  const chats = desk.chats.value;
  const mine = chats.filter((chat) => chat.state !== "wrap_up");
  const concluding = chats.filter((chat) => chat.state === "wrap_up");
  return (
    <section class="inbox" id="inbox" aria-label={t("inbox.label")}>
      <PresenceBar />
      {banners && <Banners />}
      <div class="inbox-scroll">
        <section aria-labelledby="h-mine">
          <div class="group-head">
            <h2 class="label" id="h-mine">
              {t("inbox.mine")}
            </h2>
            <span class="count quiet">{mine.length}</span>
          </div>
          {mine.length === 0 ? (
            <p class="none">{t("inbox.none")}</p>
          ) : (
            <ul>
              {mine.map((chat) => (
                <ChatRow key={chat.interaction} chat={chat} />
              ))}
            </ul>
          )}
        </section>
        {concluding.length > 0 && (
          <section aria-labelledby="h-wrap">
            <div class="group-head">
              <h2 class="label" id="h-wrap">
                {t("inbox.wrap_up")}
              </h2>
            </div>
            <ul>
              {concluding.map((chat) => (
                <WrapUpRow key={chat.interaction} chat={chat} threadInSight={threadInSight} />
              ))}
            </ul>
          </section>
        )}
        <Lines />
      </div>
    </section>
  );
}

function ChatRow({ chat }: { chat: AgentChat }) {
  const { desk } = useDesk();
  const now = desk.now.value;
  const thread = desk.threads.value.get(chat.conversation);
  const count = unread(chat, thread);
  const late = isLate(chat, thread, now);
  const Drawn = CHANNEL_ICONS[chat.channel];
  const quiet = stopwatch(now - quietSinceMs(chat, thread));
  const classes = ["row", count > 0 ? "unread" : "", late ? "late" : ""].filter(Boolean).join(" ");
  return (
    <li>
      <button
        type="button"
        class={classes}
        aria-current={desk.selected.value === chat.interaction}
        data-testid="chat-item"
        data-interaction={chat.interaction}
        data-state={chat.state}
        onClick={() => {
          desk.select(chat.interaction);
        }}
      >
        <Drawn />
        <span class="name clip">{nameOf(chat.contact)}</span>
        {chat.state === "idle" ? (
          <Chip>{t("inbox.released")}</Chip>
        ) : (
          <span class={late ? "time with-icon" : "time"} {...(late ? { title: t("inbox.late", { time: quiet }) } : {})}>
            {late && <MarkWarn />}
            {quiet}
          </span>
        )}
        <span class="preview clip">{preview(chat, thread, desk.departmentName(chat.department), now, (desk.typing.value.get(chat.conversation) ?? 0) > now)}</span>
        {count > 0 && (
          <span class="note count">
            <span aria-hidden="true">{count}</span>
            <span class="visually-hidden">{t("inbox.unread", { count })}</span>
          </span>
        )}
      </button>
    </li>
  );
}

function preview(chat: AgentChat, thread: Thread | undefined, department: string, now: number, typing: boolean): string {
  if (typing) return t("inbox.typing");
  if (chat.state === "idle") return t("inbox.idle", { time: stopwatch(now - chat.since_ms) });
  const last = lastSaid(chat, thread);
  if (!last) return department;
  return last.from === "agent" ? t("inbox.you", { text: last.text }) : last.text;
}
