/** What is loaded when an agent looks at their devices. */
import styles from "./devices.css?inline";

export { MyDevicesDialog } from "./MyDevicesDialog.tsx";

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
