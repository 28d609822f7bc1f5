/** What a page cannot do without is asked for until it is there: a file of it, while the network is away. */
const AGAIN_MS = 2000;

export async function insist<Part>(load: () => Promise<Part>, againMs = AGAIN_MS): Promise<Part> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
}
