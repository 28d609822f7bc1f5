/** Of several tabs one leads: it sounds and notifies, the others mirror. The lock passes on when its tab closes. */
import { signal } from "@preact/signals";

export const leads = signal(false);

/** Stands for the lead until `release` is called. Where Web Locks are missing every tab leads: better twice than never. */
export function standForLead(agent: string): () => void {
  if (!("locks" in navigator)) {
    leads.value = true;
    return () => (leads.value = false);
  }
  const stop = new AbortController();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  navigator.locks
    .request(`acd.console.${agent}`, { signal: stop.signal }, () => {
      leads.value = true;
      return held;
    })
    .catch(() => undefined); // aborted while it waited
  return () => {
    leads.value = false;
    release();
    stop.abort();
  };
}
