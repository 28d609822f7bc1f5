/** Expected waits as people are told them, visitor and agent alike. */

/** In seconds: half wait at most p50, nine in ten at most p90. */
export interface Estimate {
  p50_s: number | null;
  p90_s: number | null;
}

export interface Minutes {
  from: number;
  /** 0 where nine in ten wait less than a minute. */
  to: number;
}

/** Nobody plans with more: from here on it is "or more". */
export const LONGEST_MIN = 60;

/** Whole minutes, coarser the longer it is; null where nothing is known. */
export function expectedMinutes(estimate: Estimate | null): Minutes | null {
  const { p50_s, p90_s } = estimate ?? { p50_s: null, p90_s: null };
  return p50_s === null || p90_s === null ? null : { from: rounded(p50_s), to: p90_s < 60 ? 0 : rounded(p90_s) };
}

function rounded(seconds: number): number {
  const minutes = seconds / 60;
  const step = minutes < 10 ? 1 : minutes < 30 ? 5 : 15;
  return Math.min(LONGEST_MIN, Math.max(1, step * Math.round(minutes / step)));
}
