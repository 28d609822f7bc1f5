import { useEffect, useState } from "preact/hooks";

import type * as Screens from "../later/screens.tsx";
import { FailedView, LoadingView } from "./aside.tsx";

/** Screens that few visitors see: they come in a file of their own, when one of them is due. */
export type Part = "closed" | "full" | "offline" | "kept" | "turned" | "left";

let loaded: typeof Screens | undefined;

export function Later({ part }: { part: Part }) {
  const [screens, take] = useState(loaded);
  const [failed, fail] = useState(false);
  useEffect(() => {
    if (screens) return;
    import("../later/screens.tsx").then(
      (found) => {
        loaded = found;
        take(found);
      },
      () => { fail(true); },
    );
  }, [screens]);
  if (screens) return <screens.Screen part={part} />;
  return failed ? <FailedView /> : <LoadingView />;
}
