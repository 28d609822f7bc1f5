import { singleKeys } from "../state/settings.ts";
import { t } from "../state/words.ts";
import { SHORTCUTS, type Shortcut } from "../shortcuts.ts";

/** The caps of one shortcut. */
export function Caps({ id }: { id: Shortcut }) {
  const shortcut = SHORTCUTS.find((each) => each.id === id);
  return (
    <>
      {shortcut?.keys.map((key, index) => (
        <kbd key={index}>{typeof key === "string" ? key : t(key.word)}</kbd>
      ))}
    </>
  );
}

/** What the keyboard can do, as pairs of words and caps. */
export function KeyList({ only }: { only?: readonly Shortcut[] }) {
  const rows = SHORTCUTS.filter(({ id }) => (!only || only.includes(id)) && (id !== "help" || singleKeys.value));
  return (
    <dl class="keys-help">
      {rows.map(({ id, text }) => (
        <div key={id}>
          <dt>{t(text)}</dt>
          <dd>
            <Caps id={id} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
