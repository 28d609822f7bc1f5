import "@acd/ui/tokens.css";
import "@acd/ui/base.css";
import "./styles/shell.css";
import "./demo/demo.css";

import { render } from "preact";

import { Demo } from "./demo/Demo.tsx";
import { applySettings } from "./state/settings.ts";
import { speak } from "./state/words.ts";

applySettings();

const root = document.getElementById("app");
speak(() => {
  if (root) render(<Demo />, root);
});
