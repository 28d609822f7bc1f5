import type { Words } from "./context.ts";

/** A rank with its ending: 2nd, 2e. */
export function place(words: Words, position: number): string {
  return words.number(position) + words.ordinal("wait.rank", position);
}

/** Whole minutes to wait, at least 1. */
export function minutes(seconds: number): number {
  return Math.max(1, Math.round(seconds / 60));
}
