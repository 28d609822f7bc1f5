import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { IconMinus } from "@acd/ui/icons.tsx";
import type { ComponentChildren } from "preact";

import { useWidget, type Widget } from "../context.ts";
import { best } from "../site.ts";
import { FailedView, LoadingView } from "./aside.tsx";
import { FormView } from "./form.tsx";
import { Call, CallBack, Later, type Part } from "./later.tsx";
import { Notices } from "./notices.tsx";
import { TalkView } from "./talk.tsx";
import { WaitView } from "./wait.tsx";

/** A phone, not a narrow frame on a desk: here the panel covers the screen, and nothing behind it can be reached. */
const SMALL = "(max-width: 390px), (max-width: 480px) and (pointer: coarse), (max-height: 420px)";

type Screen = "call" | "callback" | "loading" | "failed" | "form" | "wait" | "talk" | "ended" | Part;

function screenOf({ chat, site, draft }: Widget): Screen {
  const now = chat.chat.value;
  if (now?.channel === "call" && !now.diverted && now.outcome !== "abandoned") return "call";
  if (now?.state === "ended") {
    if (now.diverted) return now.diverted === "form" ? "kept" : "turned";
    return now.agent || now.outcome !== "abandoned" ? "ended" : "left";
  }
  if (now) return now.state === "active" || now.state === "idle" ? "talk" : now.callback ? "callback" : "wait";
  if (chat.resuming.value) return "loading";
  if (!site.value) return chat.refusal.value ? "failed" : "loading";
  if (draft.value) return draft.value.kind;
  const service = best(site.value);
  return service === "chat" ? "form" : service === "form" ? "offline" : service;
}

const isPart = (screen: Screen): screen is Part => ["closed", "full", "offline", "kept", "turned", "left"].includes(screen);

/** The one window of the widget, with one of its screens in it. */
export function Panel() {
  const widget = useWidget();
  const { words, open, mount, chat } = widget;
  const frame = useRef<HTMLDialogElement>(null);
  const page = useRef<HTMLElement>(null);
  const screen = screenOf(widget);
  const isOpen = open.value;

  useLayoutEffect(() => {
    const dialog = frame.current;
    if (!dialog || !mount.button || !isOpen) return;
    const small = matchMedia(SMALL);
    const show = (): void => {
      dialog.close();
      if (small.matches) dialog.showModal();
      else dialog.show();
      focusFirst(dialog);
    };
    const fit = (): void => {
      // a keyboard on the screen takes its place from the panel, not from the composer
      dialog.style.setProperty("--seen", `${visualViewport?.height ?? innerHeight}px`);
    };
    fit();
    show();
    small.addEventListener("change", show);
    visualViewport?.addEventListener("resize", fit);
    return () => {
      small.removeEventListener("change", show);
      visualViewport?.removeEventListener("resize", fit);
      dialog.close();
      mount.button?.focus({ preventScroll: true });
    };
  }, [isOpen, mount]);

  const shown = useRef(screen);
  useEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    const root = mount.root;
    // the control that had the focus went with its screen: take the focus along, but never out of the visitor's page
    const lost = root.activeElement === null || root.activeElement === frame.current;
    const inside = mount.button ? root.host === document.activeElement || document.activeElement === document.body : document.hasFocus();
    // in a frame, focus() would take the keyboard from the page around it
    const elsewhere = window !== window.top && !document.hasFocus();
    const panel = frame.current ?? page.current;
    if (open.peek() && lost && inside && !elsewhere && panel) focusFirst(panel);
  }, [screen, mount, open]);

  const inner = (
    <>
      {screen === "loading" && <LoadingView />}
      {screen === "failed" && <FailedView />}
      {screen === "form" && <FormView />}
      {screen === "wait" && <WaitView />}
      {(screen === "talk" || screen === "ended") && <TalkView key={chat.chat.value?.interaction} ended={screen === "ended"} />}
      {screen === "call" && <Call />}
      {screen === "callback" && <CallBack />}
      {isPart(screen) && <Later part={screen} />}
    </>
  );
  if (!mount.button) return <main ref={page} class="widget whole" data-testid="panel">{inner}</main>;
  return (
    <dialog
      ref={frame}
      class="widget"
      aria-label={words.t("panel")}
      data-testid="panel"
      onCancel={(event) => {
        event.preventDefault();
        open.value = false;
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.isComposing) open.value = false;
        event.stopPropagation(); // the page's shortcuts are not meant by what is typed here
      }}
    >
      {inner}
    </dialog>
  );
}

/** The head of every screen: what this is, and the way out. */
export function Top({ title, sub, children }: { title: string; sub?: string; children?: ComponentChildren }) {
  const { words, open, mount } = useWidget();
  const Heading = mount.button ? "h2" : "h1";
  return (
    <>
      <div class="top">
        <div class="clip">
          <Heading class="name clip" tabIndex={-1} dir="auto">{title}</Heading>
          {sub && <p class="clip" dir="auto">{sub}</p>}
        </div>
        {children}
        {mount.button && (
          <button
            type="button"
            class="button quiet icon-only"
            aria-label={words.t("minimise")}
            title={words.t("minimise")}
            data-testid="minimise"
            onClick={() => (open.value = false)}
          >
            <IconMinus />
          </button>
        )}
      </div>
      <Notices />
    </>
  );
}

/** Into the field to fill first; with a finger only to the title, for a keyboard would hide half of the screen. */
function focusFirst(panel: HTMLElement): void {
  const first = matchMedia("(pointer: coarse)").matches ? null : panel.querySelector<HTMLElement>("[data-first]");
  (first ?? panel.querySelector<HTMLElement>(".name"))?.focus({ preventScroll: true });
}
