import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";

import { FailedView, LoadingView } from "./aside.tsx";
import type { Dial } from "./form.tsx";

/** Screens that few visitors see: they come in a file of their own, when one of them is due. */
export type Part = "closed" | "full" | "offline" | "kept" | "turned" | "left";

export const Later = lazily<{ part: Part }>(() => import("../later/screens.tsx"));
/** The call; with `dial` the button that begins one, which is simply missing until it is there. */
export const Call = lazily<{ dial?: Dial }>(() => import("../call/call.tsx"));

function lazily<P extends object>(load: () => Promise<{ Screen: ComponentType<P> }>): ComponentType<P> {
  let Found: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [state, become] = useState("");
    useEffect(() => {
      load().then(
        ({ Screen }) => {
          Found = Screen;
          become("here");
        },
        () => { become("failed"); },
      );
    }, []);
    if (Found) return <Found {...props} />;
    if ("dial" in props) return null;
    return state ? <FailedView /> : <LoadingView />;
  };
}
