import { Button } from "@acd/ui/primitives/Button.tsx";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { firstName } from "../names.ts";
import { useDesk } from "../state/context.ts";
import { drafts, keepDraft } from "../state/kept.ts";
import { nameWithin, t, words } from "../state/words.ts";
import type { AgentChat } from "../state/wire.ts";
import { Caps } from "./Keys.tsx";

/** Code points a message may have; the server counts the same way. */
const LIMIT = 4000;
const WARN_FROM = LIMIT - 200;

/** Enter sends, Shift+Enter breaks the line, Ctrl+Enter sends and finishes. What is typed survives the page. */
export function Composer({ chat }: { chat: AgentChat }) {
  const { desk, talk } = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const { conversation } = chat;
  const draft = drafts.value[conversation] ?? "";
  const length = draft.length < WARN_FROM ? draft.length : Array.from(draft).length;
  const tooLong = length > LIMIT;
  const ready = draft.trim() !== "" && !tooLong;

  // at once: what is typed between the drawing and an effect would go nowhere
  useLayoutEffect(() => {
    field.current?.focus();
  }, [conversation]);

  // browsers that do not size a field by its content get the same by hand
  useEffect(() => {
    const area = field.current;
    if (!area || CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [draft]);

  const send = (finish: boolean): void => {
    if (ready) talk.send({ conversation, text: draft.trimEnd(), ...(finish ? { finish: chat.interaction } : {}) });
    else if (finish && draft.trim() === "") void desk.finish(chat.interaction);
    field.current?.focus();
  };

  return (
    <form
      class={tooLong ? "composer invalid" : "composer"}
      id="composer"
      data-testid="composer"
      aria-label={t("composer.label", { name: nameWithin(chat.contact) })}
      onSubmit={(event) => {
        event.preventDefault();
        send(false);
      }}
    >
      <label class="visually-hidden" for="reply">
        {t("composer.reply")}
      </label>
      <textarea
        ref={field}
        id="reply"
        rows={1}
        dir="auto"
        data-testid="message-input"
        placeholder={t("composer.placeholder", { name: firstName(chat.contact.name) || nameWithin(chat.contact) })}
        value={draft}
        aria-invalid={tooLong}
        aria-describedby={length >= WARN_FROM ? "reply-length" : undefined}
        onInput={(event) => {
          const text = event.currentTarget.value;
          keepDraft(conversation, text);
          if (text.trim()) talk.typing(conversation);
          else talk.stopTyping();
        }}
        onBlur={() => {
          talk.stopTyping();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send(event.ctrlKey || event.metaKey);
        }}
      />
      <div class="bar">
        {length >= WARN_FROM && (
          <span id="reply-length" class={tooLong ? "length is-danger" : "length muted"} role="status">
            {t(tooLong ? "composer.too_long" : "composer.length", { count: length, limit: words.value.number(LIMIT) })}
          </span>
        )}
        <span class="hint push keys-only">
          <Caps id="sendFinish" />
          {t("composer.finish")}
        </span>
        <Button kind="primary" type="submit" aria-disabled={tooLong} data-testid="send">
          {t("composer.send")}
        </Button>
      </div>
    </form>
  );
}
