import assert from "node:assert/strict";
import { test } from "node:test";

import { press } from "../src/digits.ts";

/** Plays nothing by itself; what is inserted replaces what waits, as browsers do (W3C WebRTC 7.2). */
const sender = (canInsertDTMF = true) => ({
  canInsertDTMF,
  toneBuffer: "",
  insertDTMF(tones) {
    if (!this.canInsertDTMF) throw new Error("InvalidStateError");
    this.toneBuffer = tones;
  },
});

test("digits pressed quickly are all played, in their order", () => {
  const dtmf = sender();
  for (const digit of "12#") press(dtmf, digit);
  assert.equal(dtmf.toneBuffer, "12#");
});

test("where the other side hears no digits, nothing happens", () => {
  press(sender(false), "1");
  press(null, "1");
});
