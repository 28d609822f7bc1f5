import assert from "node:assert/strict";
import { test } from "node:test";

import { quality } from "../src/quality.ts";

const remote = (figures) => ({ type: "remote-inbound-rtp", ...figures });
const of = (...reports) => quality(new Map(reports.map((one, at) => [at, one])));

test("until the other side has told what it received, nothing is known", () => {
  assert.equal(quality(undefined), null);
  assert.equal(of(), null);
  assert.equal(of({ type: "outbound-rtp", packetsSent: 50 }, { type: "inbound-rtp", fractionLost: 0.5 }), null);
});

test("a line without loss or delay is as good as can be", () => {
  assert.equal(of(remote({ fractionLost: 0, roundTripTime: 0.15 })), 1);
  assert.equal(of(remote({})), 1, "what is not told counts for nothing");
});

test("loss and a late answer each make it worse, and both together", () => {
  const near = (found, wanted) => assert.ok(Math.abs(found - wanted) < 1e-9, `${found} is not ${wanted}`);
  near(of(remote({ fractionLost: 0.1 })), 0.5);
  near(of(remote({ roundTripTime: 0.4 })), 0.5);
  near(of({ type: "codec" }, remote({ fractionLost: 0.1, roundTripTime: 0.3 })), 0.2);
});

test("it is never below none", () => {
  assert.equal(of(remote({ fractionLost: 1, roundTripTime: 3 })), 0);
});
