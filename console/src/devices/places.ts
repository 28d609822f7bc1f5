/** The order in which devices ring, as places from 1. */
import type { Device } from "./api.ts";

/** Whose place changes, and to which, when one moves by a place; nothing at an end. */
export function moved(devices: readonly Device[], id: string, by: -1 | 1): { id: string; place: number }[] {
  const order = devices.map((device) => device.id);
  const at = order.indexOf(id);
  const other = order[at + by];
  if (at < 0 || other === undefined) return [];
  order[at] = other;
  order[at + by] = id;
  return order
    .map((each, index) => ({ id: each, place: index + 1 }))
    .filter(({ id: each, place }) => devices.find((device) => device.id === each)?.place !== place);
}
