/** What is loaded together: to whom work can go, and who is called back. */
export { CallBack } from "./CallBack.tsx";
export { Choice } from "./Choice.tsx";
