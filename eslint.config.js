import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["acd/static/", "docs/", ".venv/"]),
  js.configs.recommended,
  {
    files: ["**/*.test.mjs"], // run by Node
    languageOptions: { globals: { clearTimeout: "readonly", setTimeout: "readonly" } },
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      // `${count} waiting` is what these texts are for
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
      "no-console": "error",
      // messages are text and are rendered as text
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Render text; the console runs under Trusted Types." },
        { property: "outerHTML", message: "Render text; the console runs under Trusted Types." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Messages are rendered as text." },
      ],
    },
  },
);
