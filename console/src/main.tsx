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
import { t } from "./state/words.ts";

applySettings();
unlockAtFirstGesture();
effect(() => {
  if (!session.value) document.title = t("app.title");
});

const root = document.getElementById("app");
if (root) render(<App />, root);
