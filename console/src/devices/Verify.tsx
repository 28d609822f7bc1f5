import { Button } from "@acd/ui/primitives/Button.tsx";
import { WireError } from "@acd/ui/wire.ts";
import { useId, useState } from "preact/hooks";

import { confirm, verify } from "./api.ts";
import { said, t } from "./words.ts";

/** `calling` until it was picked up or was not; `told`: a code was said there, or may have been. */
type Stage = "press_1" | "calling" | "told";

// refused before anything was called: the code that was told before holds
const NOT_CALLED = new Set(["dialling_too_often", "store_unavailable", "rate_limited", "overloaded"]);

/** A number rings only once somebody there has heard a code and written it here. */
export function Verify({ device, can, onVerified }: { device: string; can: boolean; onVerified: () => void }) {
  const id = useId();
  const [stage, setStage] = useState<Stage>("press_1");
  const [code, setCode] = useState("");
  const [fault, setFault] = useState("");
  if (!can) return <p class="small muted">{t("cannot")}</p>;
  const ring = async (): Promise<void> => {
    setStage("calling");
    setFault("");
    try {
      await verify(device);
      setStage("told");
    } catch (thrown) {
      const error = WireError.of(thrown);
      if (error.code === "no_answer") setStage("told");
      else setStage(NOT_CALLED.has(error.code) ? stage : "press_1");
      setFault(said(error));
    }
  };
  const prove = async (): Promise<void> => {
    setFault("");
    try {
      await confirm(device, code.trim());
      onVerified();
    } catch (thrown) {
      setFault(said(thrown));
    }
  };
  const calling = stage === "calling";
  return (
    <form
      class="verify"
      onSubmit={(event) => {
        event.preventDefault();
        void prove();
      }}
    >
      <p class="small muted" role="status" data-testid="device-stage" data-stage={stage}>
        {t(stage)}
      </p>
      {fault && (
        <p class="fault" role="alert" data-testid="device-fault">
          {fault}
        </p>
      )}
      <div class="bar">
        <Button aria-busy={calling} aria-disabled={calling} data-testid="device-verify" onClick={() => { if (!calling) void ring(); }}>
          {t(stage === "press_1" && !fault ? "call_me" : "call_again")}
        </Button>
        {stage !== "press_1" && (
          <>
            <label class="visually-hidden" for={id}>
              {t("code")}
            </label>
            <input
              id={id}
              class="input code"
              inputMode="numeric"
              autocomplete="one-time-code"
              maxLength={6}
              placeholder={t("code")}
              value={code}
              data-testid="device-code"
              onInput={(event) => { setCode(event.currentTarget.value); }}
            />
            <Button type="submit" kind="primary" data-testid="device-confirm">
              {t("confirm")}
            </Button>
          </>
        )}
      </div>
    </form>
  );
}
