import { Button } from "@acd/ui/primitives/Button.tsx";
import { useId, useState } from "preact/hooks";

import { confirm, verify } from "./api.ts";
import { said, t } from "./words.ts";

/** A number rings only once somebody there has heard a code and written it here. */
export function Verify({ device, can, onVerified }: { device: string; can: boolean; onVerified: () => void }) {
  const id = useId();
  const [called, setCalled] = useState(false);
  const [code, setCode] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  if (!can) return <p class="small muted">{t("cannot")}</p>;
  const doing = async (work: () => Promise<unknown>, done: () => void): Promise<void> => {
    setBusy(true);
    setFault("");
    await work().then(done, (thrown: unknown) => {
      setFault(said(thrown));
    });
    setBusy(false);
  };
  return (
    <form
      class="verify"
      onSubmit={(event) => {
        event.preventDefault();
        void doing(() => confirm(device, code.trim()), onVerified);
      }}
    >
      <p class="small muted" role="status">
        {t(called ? "calling" : "press_1")}
      </p>
      <div class="bar">
        <Button aria-busy={busy} data-testid="device-verify" onClick={() => void doing(() => verify(device), () => { setCalled(true); })}>
          {t(called ? "call_again" : "call_me")}
        </Button>
        {called && (
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
      {fault && (
        <p class="fault" role="alert" data-testid="device-fault">
          {fault}
        </p>
      )}
    </form>
  );
}
