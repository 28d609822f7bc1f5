import assert from "node:assert/strict";
import { test } from "node:test";

import { reach } from "../src/handover/reach.ts";

const page = { state: "free", talks: true };
const telephone = { state: "free", talks: false };

test("a colleague without a page that can talk is given a call, and not asked about it", () => {
  assert.equal(reach(telephone, "transfer", "call"), "now");
  assert.equal(reach(telephone, "consult", "call"), "deaf");
  assert.equal(reach(page, "consult", "call"), "now");
});

test("it takes no voice to be asked about a chat", () => {
  assert.equal(reach(telephone, "consult", "chat"), "now");
});

test("who is busy waits for what is handed over, and is not asked", () => {
  assert.equal(reach({ ...page, state: "full" }, "transfer", "call"), "waits");
  assert.equal(reach({ ...telephone, state: "full" }, "consult", "call"), "no");
  assert.equal(reach({ ...page, state: "away" }, "transfer", "call"), "no");
});
