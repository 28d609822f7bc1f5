import { IconConsole, IconGlobe, IconHelp, IconLeave, IconSound, IconTheme } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Menu, type MenuGroup } from "@acd/ui/primitives/Menu.tsx";

import { test } from "../alerts/sound.ts";
import { initials } from "../names.ts";
import { useDesk } from "../state/context.ts";
import { signOut } from "../state/session.ts";
import { chooseLocale, chooseTheme, locale, soundTested, theme, type Theme } from "../state/settings.ts";
import { t, type Key } from "../state/words.ts";

const THEMES: readonly { id: Theme; text: Key }[] = [
  { id: "system", text: "theme.system" },
  { id: "light", text: "theme.light" },
  { id: "dark", text: "theme.dark" },
];

/** The areas of the house: so far one. At the foot, help and the agent's own menu. */
export function Rail({ onHelp }: { onHelp: () => void }) {
  return (
    <nav class="rail" aria-label={t("rail.label")}>
      <ul>
        <li>
          <a href="./" aria-current="page">
            <IconConsole />
            <span>{t("rail.console")}</span>
          </a>
        </li>
      </ul>
      <div class="rail-foot">
        <Button kind="quiet" icon={IconHelp} label={t("help.title")} keys="?" onClick={onHelp} />
        <Account />
      </div>
    </nav>
  );
}

function Account() {
  const { desk } = useDesk();
  const name = desk.me.value?.name ?? "";
  const groups: readonly MenuGroup[] = [
    {
      label: t("account.language"),
      titled: true,
      items: [
        { id: "fr", role: "radio", text: "Français", icon: IconGlobe, checked: locale.value === "fr", onPick: () => { chooseLocale("fr"); } },
        { id: "en", role: "radio", text: "English", icon: IconGlobe, checked: locale.value === "en", onPick: () => { chooseLocale("en"); } },
      ],
    },
    {
      label: t("account.theme"),
      titled: true,
      items: THEMES.map(({ id, text }) => ({
        id,
        role: "radio" as const,
        text: t(text),
        icon: IconTheme,
        checked: theme.value === id,
        onPick: () => {
          chooseTheme(id);
        },
      })),
    },
    {
      label: name,
      items: [
        { id: "sound", role: "action", text: t("sound.test"), icon: IconSound, onPick: () => void tryOut() },
        { id: "sign-out", role: "action", text: t("account.sign_out"), icon: IconLeave, testId: "sign-out", onPick: () => void signOut().catch(() => undefined) },
      ],
    },
  ];
  return (
    <Menu
      label={t("account.of", { name })}
      groups={groups}
      side="beside"
      testId="account"
      buttonClass="avatar"
      buttonTitle={name}
    >
      {initials(name)}
      <span class="visually-hidden"> {t("account.of", { name })}</span>
    </Menu>
  );
}

async function tryOut(): Promise<void> {
  if (await test()) soundTested(Date.now());
}
