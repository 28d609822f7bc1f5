import type { Words } from "./context.ts";

/** A rank with its ending: 2nd, 2e. */
export function place(words: Words, position: number): string {
  return words.number(position) + words.ordinal("wait.rank", position);
}
