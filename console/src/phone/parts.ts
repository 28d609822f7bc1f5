/** What is loaded together. */
export { PhoneBar } from "./Bar.tsx";
export { Phone } from "./phone.ts";
