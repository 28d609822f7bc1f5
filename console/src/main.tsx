import "@acd/ui/tokens.css";
import "@acd/ui/base.css";
import "./styles/shell.css";
import "./styles/inbox.css";
import "./styles/thread.css";
import "./styles/side.css";
import "./styles/narrow.css";

import { effect } from "@preact/signals";
import { render } from "preact";

import { unlockAtFirstGesture } from "./alerts/sound.ts";
import { App } from "./App.tsx";
import { session } from "./state/session.ts";
import { applySettings } from "./state/settings.ts";
import { speak, t } from "./state/words.ts";

applySettings();
unlockAtFirstGesture();

const root = document.getElementById("app");
speak(() => {
  effect(() => {
    if (!session.value) document.title = t("app.title");
  });
  if (root) render(<App />, root);
});
