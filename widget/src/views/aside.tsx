import { useWidget } from "../context.ts";
import { Top } from "./panel.tsx";

export function LoadingView() {
  const { words, site } = useWidget();
  return (
    <>
      <Top title={site.value?.name ?? words.t("panel")} />
      <div class="middle"><p class="fine centred" role="status">{words.t("loading")}</p></div>
    </>
  );
}

/** Another try would end the same: the server does not know this website. */
const FOR_GOOD: readonly string[] = ["origin_refused", "not_found", "forbidden"];

export function FailedView() {
  const { words, chat, refresh } = useWidget();
  const refusal = chat.refusal.value;
  const isForGood = FOR_GOOD.includes(refusal?.code ?? "");
  return (
    <>
      <Top title={words.t("failed.title")} />
      <div class="middle">
        <p role="alert" data-testid="error" data-code={refusal?.code}>
          {isForGood
            ? words.t("failed.here")
            : refusal && words.error(refusal.code, "error.other", { count: Math.ceil(refusal.retryAfterS ?? 1) })}
        </p>
      </div>
      {!isForGood && (
        <div class="bottom">
          <button type="button" class="button large wide" data-first onClick={refresh}>{words.t("retry")}</button>
        </div>
      )}
    </>
  );
}
