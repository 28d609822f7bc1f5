/** Keyboard: one table says what there is; the help and the handler both read it. */
import type { Key } from "./state/words.ts";

export type Shortcut = "accept" | "decline" | "switch" | "next" | "previous" | "presence" | "mute" | "sendFinish" | "send" | "newline" | "help";

export interface Described {
  id: Shortcut;
  /** The caps of the keys, in order; words are translated. */
  keys: readonly (string | { word: Key })[];
  text: Key;
}

const ENTER = { word: "keys.enter" } as const;

export const SHORTCUTS: readonly Described[] = [
  { id: "accept", keys: ["Alt", "A"], text: "keys.accept" },
  { id: "decline", keys: ["Alt", "R"], text: "keys.decline" },
  { id: "switch", keys: ["Alt", "1…9"], text: "keys.switch" },
  { id: "next", keys: ["Alt", "↓"], text: "keys.next" },
  { id: "previous", keys: ["Alt", "↑"], text: "keys.previous" },
  { id: "presence", keys: ["Alt", "P"], text: "keys.presence" },
  { id: "mute", keys: ["Alt", "M"], text: "keys.mute" },
  { id: "send", keys: [ENTER], text: "keys.send" },
  { id: "newline", keys: [{ word: "keys.shift" }, ENTER], text: "keys.newline" },
  { id: "sendFinish", keys: ["Ctrl", ENTER], text: "keys.send_finish" },
  { id: "help", keys: ["?"], text: "keys.help" },
];

/** What a key press asks for, by letter where the letter counts and by place where the digit row differs. */
export function pressed(event: KeyboardEvent, singleKeys: boolean): { id: Shortcut; digit?: number } | null {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return null;
  if (!event.altKey) return event.key === "?" && singleKeys && !isWriting(event.target) ? { id: "help" } : null;
  if (event.key === "ArrowDown") return { id: "next" };
  if (event.key === "ArrowUp") return { id: "previous" };
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit) return { id: "switch", digit: Number(digit) };
  if (isLetter(event, "a")) return { id: "accept" };
  if (isLetter(event, "r")) return { id: "decline" };
  if (isLetter(event, "m")) return { id: "mute" };
  return isLetter(event, "p") ? { id: "presence" } : null;
}

/** On a Mac, Option types another character: then the key's place stands for the letter. */
function isLetter(event: KeyboardEvent, letter: string): boolean {
  const typed = event.key.toLowerCase();
  return /^[a-z]$/.test(typed) ? typed === letter : event.code === `Key${letter.toUpperCase()}`;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
