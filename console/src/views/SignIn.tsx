import { IconSound, MarkDanger } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { WireError } from "@acd/ui/wire.ts";
import { useSignal } from "@preact/signals";

import { test } from "../alerts/sound.ts";
import { signIn } from "../state/session.ts";
import { chooseLocale, locale, soundTested } from "../state/settings.ts";
import { errorText, t } from "../state/words.ts";

/** The way in. Trying out the sound here also unlocks it for the rings to come. */
export function SignIn() {
  const refused = useSignal<WireError | null>(null);
  const busy = useSignal(false);
  const heard = useSignal<boolean | null>(null);

  const submit = async (form: HTMLFormElement): Promise<void> => {
    const written = (name: string): string => form.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? "";
    busy.value = true;
    refused.value = null;
    try {
      await signIn(written("email").trim(), written("password"));
    } catch (thrown) {
      refused.value = WireError.of(thrown);
      form.querySelector<HTMLInputElement>("[name=password]")?.focus();
    } finally {
      busy.value = false;
    }
  };
  const tryOut = async (): Promise<void> => {
    heard.value = await test();
    if (heard.value) soundTested(Date.now());
  };

  return (
    <main class="sign-in">
      <form
        class="sign-in-card"
        aria-labelledby="h-sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <h1 class="page-title" id="h-sign-in">
          {t("sign_in.title")}
        </h1>
        <div class="field">
          <label for="email">{t("sign_in.email")}</label>
          <input class="input" id="email" name="email" type="email" autocomplete="username" required data-testid="sign-in-email" />
        </div>
        <div class="field">
          <label for="password">{t("sign_in.password")}</label>
          <input
            class="input"
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            aria-describedby="sign-in-error"
            data-testid="sign-in-password"
          />
        </div>
        <p id="sign-in-error" class="form-error" role="alert" data-testid="sign-in-error">
          {refused.value && (
            <>
              <MarkDanger />
              {errorText(refused.value.code, { seconds: Math.ceil(refused.value.retryAfterS ?? 1) })}
            </>
          )}
        </p>
        <Button kind="primary" class="large wide" type="submit" disabled={busy.value} data-testid="sign-in">
          {t(busy.value ? "sign_in.busy" : "sign_in.submit")}
        </Button>
        <div class="sign-in-foot">
          <Button kind="quiet" icon={IconSound} data-testid="test-sound" onClick={() => void tryOut()}>
            {t("sound.test")}
          </Button>
          <p class="small muted" role="status">
            {heard.value === null ? "" : t(heard.value ? "sound.heard" : "sound.silent")}
          </p>
        </div>
      </form>
      <p class="languages">
        {(["fr", "en"] as const).map((each) => (
          <Button key={each} kind="quiet" lang={each} aria-pressed={locale.value === each} onClick={() => { chooseLocale(each); }}>
            {each === "fr" ? "Français" : "English"}
          </Button>
        ))}
      </p>
    </main>
  );
}
