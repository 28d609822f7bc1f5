import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { codePoints } from "@acd/ui/text.ts";
import { IconSend } from "@acd/ui/icons.tsx";

import { useWidget } from "../context.ts";

const IDLE_MS = 4000;
const TALLEST_PX = 144;
/** From here on the visitor sees how much room is left. */
const NEAR = 400;

/** Enter sends, Shift+Enter begins a line. What is written here outlives a reload. */
export function Composer() {
  const { words, chat, memory, site } = useWidget();
  const { t } = words;
  const text = useSignal(memory.draft);
  const field = useRef<HTMLTextAreaElement>(null);
  const idle = useRef<ReturnType<typeof setTimeout>>(undefined);
  const left = (site.value?.limits.message_chars ?? 4000) - codePoints(text.value.trimEnd());
  const value = text.value;

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(TALLEST_PX, area.scrollHeight)}px`;
  }, [value]);

  const change = (changed: string): void => {
    text.value = changed;
    memory.draft = changed;
  };
  const send = (): void => {
    const said = text.value.trimEnd();
    field.current?.focus();
    if (!said.trim() || left < 0) return;
    clearTimeout(idle.current);
    chat.send(said);
    change("");
  };

  return (
    <form
      class="write"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        enterkeyhint="send"
        aria-label={t("talk.write")}
        placeholder={t("talk.write")}
        aria-invalid={left < 0}
        aria-describedby={left < NEAR ? "w-left" : undefined}
        data-first
        data-testid="message-input"
        value={value}
        onInput={(event) => {
          change(event.currentTarget.value);
          chat.say(event.currentTarget.value !== "");
          clearTimeout(idle.current);
          idle.current = setTimeout(() => { chat.say(false); }, IDLE_MS);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="button primary" aria-label={t("talk.send")} title={t("talk.send")} data-testid="send">
        <IconSend />
      </button>
      {left < NEAR && (
        <p id="w-left" class={left < 0 ? "room is-danger" : "room"} role="status">
          {left < 0 ? t("talk.over", { count: -left }) : t("talk.left", { count: left })}
        </p>
      )}
    </form>
  );
}
