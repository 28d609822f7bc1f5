import assert from "node:assert/strict";
import { test } from "node:test";

import { agreed, press } from "../src/digits.ts";

/** Plays nothing by itself; what is inserted replaces what waits, as browsers do (W3C WebRTC 7.2). */
const sender = (stands = true) => ({
  toneBuffer: "",
  insertDTMF(tones) {
    if (!stands) throw Object.assign(new Error(), { name: "InvalidStateError" });
    this.toneBuffer = tones;
  },
});

const TONES = "v=0\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n";
const NONE = "v=0\r\na=rtpmap:0 PCMU/8000\r\n";
const connection = (mine, theirs) => ({
  currentLocalDescription: mine && { sdp: mine },
  currentRemoteDescription: theirs && { sdp: theirs },
});

test("digits pressed quickly are all played, in their order", () => {
  const dtmf = sender();
  for (const digit of "12#") press(dtmf, digit);
  assert.equal(dtmf.toneBuffer, "12#");
});

test("digits are heard where both sides said so, as soon as they did", () => {
  assert.equal(agreed(connection(TONES, TONES)), true);
  assert.equal(agreed(connection(TONES, NONE)), false);
  assert.equal(agreed(connection(NONE, TONES)), false);
  assert.equal(agreed(connection(TONES, null)), false); // not answered yet
  assert.equal(agreed(null), false);
});

test("where nobody listens any more, nothing happens", () => {
  press(sender(false), "1");
  press(null, "1");
});
