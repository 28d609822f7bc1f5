import assert from "node:assert/strict";
import { test } from "node:test";

import { signal } from "@preact/signals";

globalThis.location = { search: "?locale=en" }; // the words ask in which language
globalThis.Audio = class {};
const { Handset } = await import("../src/phone/handset.ts");
const { Phone } = await import("../src/phone/phone.ts");

test("whoever dials by hand takes a callback out of the line without a microphone of the page", async () => {
  const pulled = [];
  const handset = new Handset({
    steering: { pull: async (interaction) => pulled.push(interaction) },
    attempt: async () => assert.fail("the telephone is not asked for"),
  });
  await handset.pick({ interaction: "ix_1", by_hand: true }, "call");
  await handset.pick({ interaction: "ix_2", by_hand: false }, "chat");
  assert.deepEqual(pulled, ["ix_1", "ix_2"]);
});

/** What hears an agent: no more than whether they are muted. */
function line(on) {
  const muted = signal(on);
  return { peer: { muted, mute: (now) => (muted.value = now) } };
}

test("who was muted before a colleague was asked is muted for them too at the first press", () => {
  const phone = new Phone({ chats: signal([]), clock: {} });
  const contact = (phone.live.value = line(true));
  const colleague = (phone.consult.line.value = line(false));
  phone.mute();
  assert.deepEqual([contact.peer.muted.value, colleague.peer.muted.value], [true, true]);
  phone.mute();
  assert.deepEqual([contact.peer.muted.value, colleague.peer.muted.value], [false, false]);
});
