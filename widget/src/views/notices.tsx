import { useEffect, useState } from "preact/hooks";
import { IconClock, MarkWarn } from "@acd/ui/icons.tsx";
import { secondsLeft, ticking } from "@acd/ui/time.ts";
import { useComputed, useSignal } from "@preact/signals";

import { useWidget } from "../context.ts";

/** A loss shorter than this is nobody's business. */
const PATIENCE_MS = 800;

/** What stands between the visitor and the service, only while it does. */
export function Notices() {
  const { words, chat: { chat, connection } } = useWidget();
  const service = connection.service.value;
  const refusal = connection.state.value === "refused" && chat.value ? connection.refusal.value : null;
  return (
    <>
      <Reconnecting />
      {refusal && (
        <div class="banner missed" role="status" data-testid="error" data-code={refusal.code}>
          <MarkWarn />
          <p>{words.error(refusal.code, "error.other")}</p>
          <button type="button" class="button quiet" onClick={connection.retryNow}>{words.t("retry")}</button>
        </div>
      )}
      {!service.ok && (
        <div class="banner missed" role="status" data-testid="service" data-code={service.code}>
          <MarkWarn />
          <p>{words.error(service.code ?? "store_unavailable", "error.internal")}</p>
        </div>
      )}
    </>
  );
}

function Reconnecting() {
  const { words, chat: { connection } } = useWidget();
  const lost = useSignal(false);
  const [shown, setShown] = useState(false);
  const [now] = useState(() => ticking({ nowMs: Date.now }));
  const seconds = useComputed(() => secondsLeft((connection.retryAtMs.value ?? 0) - now.value));

  useEffect(
    () =>
      connection.state.subscribe((state) => {
        // an attempt under way is still a loss
        if (state !== "connecting") lost.value = state === "lost";
      }),
    [connection, lost],
  );
  const isLost = lost.value;
  useEffect(() => {
    if (!isLost) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => { setShown(true); }, PATIENCE_MS);
    return () => { clearTimeout(timer); };
  }, [isLost]);

  if (!shown) return null;
  return (
    <div class="banner offline" data-testid="reconnect-bar">
      <IconClock />
      <p>
        <span class="visually-hidden" role="status">{words.t("offline.soon")}</span>
        <span aria-hidden="true">
          {seconds.value > 0 ? words.t("offline.retry", { count: seconds.value }) : words.t("offline.soon")}
        </span>
      </p>
      <button type="button" class="button quiet" onClick={connection.retryNow}>{words.t("offline.now")}</button>
    </div>
  );
}
