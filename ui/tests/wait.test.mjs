import assert from "node:assert/strict";
import { test } from "node:test";

import { expectedMinutes } from "../src/wait.ts";

const told = (p50_s, p90_s) => {
  const { from, to } = expectedMinutes({ p50_s, p90_s });
  return [from, to];
};

test("a wait is told in whole minutes, and never as none", () => {
  assert.deepEqual(told(4, 59), [1, 0], "less than a minute");
  assert.deepEqual(told(62, 88), [1, 1], "about one");
  assert.deepEqual(told(95, 300), [2, 5]);
});

test("the longer it is, the coarser: nobody can use 17 to 43 minutes", () => {
  assert.deepEqual(told(9.9 * 60, 12 * 60), [10, 10]);
  assert.deepEqual(told(17 * 60, 43 * 60), [15, 45]);
});

test("beyond an hour nothing is counted", () => {
  assert.deepEqual(told(31 * 60, 200 * 60), [30, 60]);
  assert.deepEqual(told(90 * 60, 500 * 60), [60, 60]);
});

test("what nobody knows is not told", () => {
  assert.equal(expectedMinutes(null), null);
  assert.equal(expectedMinutes({ p50_s: null, p90_s: null }), null);
});
