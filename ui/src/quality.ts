/** How good a line is, 0 to 1, by what was lost and how long it takes; null while nothing is known. */
export function quality(report: RTCStatsReport | undefined): number | null {
  let found: number | null = null;
  report?.forEach((one: { type: string; fractionLost?: number; roundTripTime?: number }) => {
    if (one.type !== "remote-inbound-rtp") return;
    const lost = one.fractionLost ?? 0;
    const late = Math.max(0, (one.roundTripTime ?? 0) - 0.15);
    found = Math.max(0, 1 - 5 * lost - 2 * late);
  });
  return found;
}
