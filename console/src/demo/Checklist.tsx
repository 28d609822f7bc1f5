import { IconCheck, IconCopy, IconTodo, IconVerified } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { done, firsts, soundTestedMs } from "../state/settings.ts";
import { t as common } from "../state/words.ts";
import { t, type Key } from "./words.ts";

interface Todo {
  id: "sound" | "accept" | "transfer" | "finish" | "tag";
  done: () => boolean;
}

/** What a newcomer tries, in the order it makes sense; the console notes what was done. */
export const TODOS: readonly Todo[] = [
  { id: "sound", done: () => soundTestedMs.value > 0 },
  { id: "accept", done: () => firsts.value.has("accepted") },
  { id: "transfer", done: () => firsts.value.has("handed_over") },
  { id: "finish", done: () => firsts.value.has("finished") },
  { id: "tag", done: () => firsts.value.has("tag") },
];

/** With `telephone` a colleague takes calls. */
export function Checklist({ site, telephone }: { site: string; telephone: boolean }) {
  return (
    <ol>
      {TODOS.map(({ id, done: isDone }) => (
        <Row key={id} done={isDone()} title={`step_${id}`} text={id === "transfer" && telephone ? "step_transfer_call" : `step_${id}_how`}>
          {id === "tag" && <Snippet site={site} />}
        </Row>
      ))}
    </ol>
  );
}

function Row({ done: isDone, title, text, children }: { done: boolean; title: Key; text: Key; children: ComponentChildren }) {
  return (
    <li class={isDone ? "step done" : "step"}>
      {isDone ? <IconVerified /> : <IconTodo />}
      <div>
        <h3>
          {t(title)}
          {isDone && <span class="visually-hidden"> {common("steps.done")}</span>}
        </h3>
        <p>{t(text)}</p>
      </div>
      {children}
    </li>
  );
}

function Snippet({ site }: { site: string }) {
  const [copied, setCopied] = useState(false);
  const tag = `<script async src="${new URL("../widget.js", document.baseURI).href}" data-site="${site}"></script>`;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(tag);
    setCopied(true);
    done("tag");
  };
  return (
    <div class="snippet">
      <code>{tag}</code>
      <Button
        kind="quiet"
        icon={copied ? IconCheck : IconCopy}
        label={t(copied ? "copied" : "copy")}
        onClick={() => void copy().catch(() => undefined)}
      />
    </div>
  );
}
