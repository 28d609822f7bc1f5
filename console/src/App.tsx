import { Button } from "@acd/ui/primitives/Button.tsx";
import { useEffect, useState } from "preact/hooks";

import { recall, session } from "./state/session.ts";
import { hasChosenLocale, locale } from "./state/settings.ts";
import { t } from "./state/words.ts";
import { Console } from "./views/Console.tsx";
import { SignIn } from "./views/SignIn.tsx";

/** Sign-in or the console, as the session says. */
export function App() {
  const [unreachable, setUnreachable] = useState(false);
  const who = session.value;

  const look = (): void => {
    setUnreachable(false);
    recall().catch(() => {
      setUnreachable(true);
    });
  };
  useEffect(look, []);
  useEffect(() => {
    const wish = who?.agent.locale;
    if (!hasChosenLocale() && (wish === "fr" || wish === "en")) locale.value = wish;
  }, [who]);

  if (who) return <Console key={who.agent.id} who={who} />;
  if (who === null) return <SignIn />;
  return (
    <main class="sign-in" aria-busy={!unreachable}>
      {unreachable && (
        <div class="sign-in-card" role="alert">
          <h1 class="page-title">{t("app.unreachable")}</h1>
          <p class="muted">{t("app.unreachable_why")}</p>
          <Button kind="primary" onClick={look}>
            {t("connection.now")}
          </Button>
        </div>
      )}
    </main>
  );
}
