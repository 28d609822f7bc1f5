/** Both pages hear each other: from now on it is a call. */
import type { Desk } from "../state/desk.ts";

const AGAIN_MS = 700;

/** Said until the server has it, or takes the call back. */
export async function sayConnected(desk: Desk, offer: string, connecting: () => boolean): Promise<void> {
  while (connecting()) {
    const done = await desk.connection.request("call.connected", { offer }).catch(() => null);
    if (done) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
