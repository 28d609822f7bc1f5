import assert from "node:assert/strict";
import { test } from "node:test";

import { spent } from "../src/spent.ts";

const words = { t: (key, { name, count }) => [key, name, count].filter((each) => each !== undefined).join(" ") };
const AT = 1_000_000;
const joined = { from: "system", text: "agent_joined", name: "Anna Novak", at_ms: AT };
const ended = (afterMs, agent = null) => ({ since_ms: AT + afterMs, agent });

test("nobody had a minute who had less", () => {
  assert.equal(spent(words, [joined], ended(12_000)), "ended.with_short Anna Novak");
  assert.equal(spent(words, [joined], ended(59_999)), "ended.with_short Anna Novak");
  assert.equal(spent(words, [joined], ended(60_000)), "ended.with Anna Novak 1");
  assert.equal(spent(words, [joined], ended(100_000)), "ended.with Anna Novak 2");
});

test("it is counted from the last agent who joined, and from nobody where none did", () => {
  const claire = { ...joined, name: "Claire Dubois", at_ms: AT + 120_000 };
  assert.equal(spent(words, [joined, claire], ended(130_000)), "ended.with_short Claire Dubois");
  assert.equal(spent(words, [], ended(12_000, { name: "Anna Novak" })), "Anna Novak");
  assert.equal(spent(words, [], ended(12_000)), "");
});

test("whoever had it is named, not the guest who joined last", () => {
  const guest = { ...joined, name: "Claire Dubois", at_ms: AT + 120_000 };
  assert.equal(spent(words, [joined, guest], ended(180_000, { name: "Anna Novak" })), "ended.with Anna Novak 3");
});
