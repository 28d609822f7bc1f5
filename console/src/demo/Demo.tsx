import { IconHangUp, IconPhone } from "@acd/ui/call-icons.tsx";
import { IconPeak, IconTrash, IconVerified } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Dialog } from "@acd/ui/primitives/Dialog.tsx";
import { WireError } from "@acd/ui/wire.ts";
import { useEffect, useRef, useState } from "preact/hooks";

import { forgetFirsts, locale } from "../state/settings.ts";
import { errorText, t as common } from "../state/words.ts";
import { clearAll, endCalls, goOnDuty, placeCall, readState, signInAsDemoAgent, startRush, whoIsHere, type DemoState } from "./api.ts";
import { Checklist, TODOS } from "./Checklist.tsx";
import { t } from "./words.ts";

const LOOK_EVERY_MS = 2000;

type Side = "visitor" | "agent";

/** Both ends of the product on one page, with made-up people on either. */
export function Demo() {
  const { state, refusal, attempt } = useDemoState();
  const [side, setSide] = useState<Side>("visitor");
  const [asked, setAsked] = useState<"setup" | "clear" | null>(null);
  const [signedIn, setSignedIn] = useState(false);
  const [calls, setCalls] = useState(0);
  const console_ = useRef<HTMLIFrameElement>(null);

  // a clearing takes the session with it; a mere restart keeps it, and both sides just reconnect
  const run = state?.run;
  const you = state?.agent.id;
  const [beginnings, setBeginnings] = useState(0);
  useEffect(() => {
    if (run === undefined) return;
    void attempt(async () => {
      const known = await whoIsHere();
      const who = known && known.agent.id === you ? known : await signInAsDemoAgent();
      // only now: a console that opens before the sign-in would ask for a password
      if (who !== known) setBeginnings((count) => count + 1);
      setSignedIn(true);
      await goOnDuty(who);
    });
  }, [attempt, run, you]);
  useEffect(() => {
    document.title = t("title");
    // on a phone the console is out of sight: its title says how much waits there
    const timer = setInterval(() => {
      setCalls(Number(/^\((\d+)\)/.exec(console_.current?.contentDocument?.title ?? "")?.[1] ?? 0));
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  });

  const close = (): void => {
    setAsked(null);
  };
  const ready = TODOS.filter((todo) => todo.done()).length;
  const running = state?.call.running ?? 0;
  const endCall = t("call_end", { count: running });
  const setup = t("setup", { done: ready, all: TODOS.length });
  return (
    <div class="demo" data-side={side} data-calling={running > 0}>
      <header class="ribbon">
        <h1 class="tag">{t("tag")}</h1>
        <p class="clip" role="status">
          {refusal ? t("failed", { reason: errorText(refusal.code) }) : about(state)}
        </p>
        <Button class="second" icon={IconVerified} aria-label={setup} title={setup} data-testid="demo-setup" onClick={() => { setAsked("setup"); }}>
          <span class="word">{setup}</span>
        </Button>
        <Button class="second" icon={IconTrash} aria-label={t("clear")} title={t("clear")} data-testid="demo-clear" onClick={() => { setAsked("clear"); }}>
          <span class="word">{t("clear")}</span>
        </Button>
        {state?.call.possible && (
          <Button
            class="second"
            icon={IconPhone}
            aria-label={t("call")}
            title={t("call_how", { address: state.call.address })}
            data-testid="demo-call"
            onClick={() => void attempt(placeCall)}
          >
            <span class="word">{t("call")}</span>
          </Button>
        )}
        {running > 0 && (
          <Button class="second" icon={IconHangUp} aria-label={endCall} title={endCall} data-testid="demo-call-end" onClick={() => void attempt(endCalls)}>
            <span class="word">{endCall}</span>
          </Button>
        )}
        <Button
          class="main"
          icon={IconPeak}
          disabled={state?.rush.running ?? false}
          data-testid="demo-rush"
          onClick={() => void attempt(startRush)}
        >
          {t(state?.rush.running ? "rushing" : "rush")}
        </Button>
      </header>
      <nav class="sides" aria-label={t("sides")}>
        {(["visitor", "agent"] as const).map((each) => (
          <button key={each} type="button" aria-pressed={side === each} data-testid={`side-${each}`} onClick={() => { setSide(each); }}>
            {t(each)}
            {each === "agent" && calls > 0 && <span class="count">{calls}</span>}
          </button>
        ))}
      </nav>
      <main class="halves">
      <section class="visitor" aria-label={t("visitor_side")}>
        {signedIn && <iframe title={t("shop_frame")} allow="autoplay; microphone" src={`./demo-shop-${locale.value}.html`} key={`${beginnings}${locale.value}`} />}
      </section>
      <section class="agent-side" aria-label={t("agent_side")}>
        {signedIn ? (
          <iframe ref={console_} title={t("console_frame")} src={`./index.html?locale=${locale.value}`} key={beginnings} allow="autoplay; microphone" />
        ) : (
          <p class="opening">{t("signing_in")}</p>
        )}
      </section>
      </main>
      <Dialog open={asked === "setup"} onClose={close} title={setup} closeLabel={common("help.close")}>
        <Checklist site={state?.site ?? "shop"} telephone={state?.call.possible ?? false} />
      </Dialog>
      <Dialog
        open={asked === "clear"}
        onClose={close}
        title={t("clear_title")}
        closeLabel={common("help.close")}
        actions={
          <>
            <Button onClick={close}>{t("clear_no")}</Button>
            <Button
              kind="danger"
              data-testid="demo-clear-yes"
              onClick={() => {
                close();
                forgetFirsts();
                void attempt(clearAll);
              }}
            >
              {t("clear_yes")}
            </Button>
          </>
        }
      >
        <p>{t("clear_what")}</p>
      </Dialog>
    </div>
  );
}

function about(state: DemoState | null): string {
  const agents = state?.simulated.agents ?? 0;
  return agents > 0 ? t("about", { count: agents }) : t("about_plain");
}

/** What the demonstration's server says, looked at every two seconds; and verbs whose refusal is shown. */
function useDemoState() {
  const [state, setState] = useState<DemoState | null>(null);
  const [refusal, setRefusal] = useState<WireError | null>(null);
  const [attempt] = useState(() => async (verb: () => Promise<unknown>): Promise<unknown> => {
    try {
      const answer = await verb();
      setRefusal(null);
      return answer;
    } catch (thrown) {
      setRefusal(WireError.of(thrown));
      return undefined;
    }
  });
  useEffect(() => {
    const look = (): void => {
      // while it starts anew it does not answer: the next look will tell
      readState().then(setState, () => undefined);
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return { state, refusal, attempt };
}
