import { t } from "../state/words.ts";

/** How long something was, to be read once: seconds, minutes with them, or hours with minutes. */
export function lasted(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (count: number): string => String(count % 60).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return t("lasted.seconds", { seconds });
  if (minutes < 60) return t("lasted.minutes", { minutes, seconds: two(seconds) });
  return t("lasted.hours", { hours: Math.floor(minutes / 60), minutes: two(minutes) });
}
