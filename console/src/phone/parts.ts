/** What is loaded together: the telephone, its bar, and its looks. */
import styles from "./phone.css?inline";

export { unanswered } from "./advice.ts";
export { Caller } from "./Caller.tsx";
export { PhoneBar } from "./Bar.tsx";
export { Phone } from "./phone.ts";

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
