/** Both pages hear each other: from now on it is a call. */
import type { Desk } from "../state/desk.ts";

const AGAIN_MS = 700;

/** Said of the offer that connects, until the server has it, or takes the call back. */
export async function sayConnected(desk: Desk, connects: () => string | null): Promise<void> {
  for (let offer = connects(); offer; offer = connects()) {
    const done = await desk.connection.request("call.connected", { offer }).catch(() => null);
    if (done) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
