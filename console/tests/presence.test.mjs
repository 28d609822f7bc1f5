import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.location = { search: "?locale=en" }; // the words ask in which language
const { cameBack, hasRoom, those } = await import("../src/state/presence.ts");

const on = (count, max, availability = "available") => ({ availability, count, max });
const presence = (used, chat, call) => ({ channels: { chat, call }, used, total: 100 });

test("one more rings where there is a place, and whoever is taken up whole has none but for a call", () => {
  assert.equal(hasRoom(presence(20, on(1, 5), on(0, 1)), "chat"), true);
  assert.equal(hasRoom(presence(100, on(0, 5), on(1, 1)), "chat"), false, "in a call");
  assert.equal(hasRoom(presence(100, on(5, 5), on(0, 1)), "call"), true, "it comes over chats");
  assert.equal(hasRoom(presence(100, on(0, 5), on(1, 1)), "call"), false);
  assert.equal(hasRoom(presence(0, on(0, 5, "away"), on(0, 1)), "chat"), false);
});

test("whoever finishes on a channel is not away on it", () => {
  const now = presence(20, on(0, 5), on(1, 1, "finishing"));
  assert.deepEqual(those(now, ["chat", "call"], "available"), ["chat"]);
  assert.deepEqual(those(now, ["chat", "call"], "away"), []);
});

test("who was away on a channel and is available there came back", () => {
  const away = presence(0, on(0, 5), on(0, 1, "away"));
  const back = presence(0, on(0, 5), on(0, 1));
  assert.equal(cameBack(away, back, "call"), true);
  assert.equal(cameBack(away, back, "chat"), false, "they were there all along");
  assert.equal(cameBack(back, away, "call"), false);
});
