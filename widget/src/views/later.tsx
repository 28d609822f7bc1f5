import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";

import { FailedView, LoadingView } from "./aside.tsx";
import type { Dial } from "./form.tsx";
import { WaitView } from "./wait.tsx";

/** Screens that few visitors see: they come in a file of their own, when one of them is due. */
export type Part = "closed" | "full" | "offline" | "kept" | "turned" | "left";

export const Later = lazily<{ part: Part }>(() => import("../later/screens.tsx"));
/** The call; with `dial` the button that begins one, which is simply missing until it is there. */
export const Call = lazily<{ dial?: Dial }>(() => import("../call/call.tsx"));
/** The wait of whoever may be called back, which until it is there is as any other. */
export const CallBack = lazily<object>(() => import("../callback/callback.tsx"), WaitView);

function lazily<P extends object>(load: () => Promise<{ Screen: ComponentType<P> }>, Until?: ComponentType): ComponentType<P> {
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
    if (Until) return <Until />;
    if ("dial" in props) return null;
    return state ? <FailedView /> : <LoadingView />;
  };
}
