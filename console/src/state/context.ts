import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Handset } from "../phone/handset.ts";
import type { Desk } from "./desk.ts";
import type { Talk } from "./talk.ts";

/** What every view of the console stands on. */
export interface At {
  desk: Desk;
  talk: Talk;
  handset: Handset;
}

export const Place = createContext<At | null>(null);

export function useDesk(): At {
  const at = useContext(Place);
  if (!at) throw new Error("This view lives inside the console.");
  return at;
}
