import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { connections } from "../../ui/tests/connections.mjs";

globalThis.Audio = class {};
const kept = new Map();
globalThis.sessionStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: (key) => kept.delete(key),
};
connections({});
const { Consult } = await import("../src/phone/consult.ts");

const voice = { clone: () => voice, getAudioTracks: () => [], getTracks: () => [] };
const said = { interaction: "ix_1", tab: "t_bruno", kind: "ready", line: "colleague" };

/** Until all that was begun is done. */
async function settled() {
  for (let turns = 0; turns < 5; turns++) await turn();
}

/** Anna's page, which asks Bruno about a call. */
async function asking(test, ends = async () => true) {
  const ended = [];
  const desk = {
    clock: { nowMs: () => Date.now(), leftMs: (untilMs) => Math.max(0, untilMs - Date.now()) },
    connection: { request: async () => ({ servers: [] }), tell: () => undefined },
    steering: { endConsultation: (interaction) => (ended.push(interaction), ends()) },
  };
  const consult = new Consult(desk, { chosen: { speaker: { value: "" } } });
  await consult.begin("ix_1", "agent", voice, "Bruno");
  test.after(() => {
    consult.end();
  });
  return { consult, ended };
}

function timed(test) {
  kept.clear();
  test.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  return test.mock.timers;
}

test("a colleague who does not answer is asked no longer, and the agent is told so", async (t) => {
  const timers = timed(t);
  const { consult, ended } = await asking(t);
  timers.tick(29_999);
  assert.deepEqual(ended, []);
  timers.tick(1);
  assert.deepEqual(ended, ["ix_1"]);
  consult.end(); // as the server says
  assert.deepEqual(consult.left.value, { why: "unanswered", name: "Bruno" });
});

test("whoever has answered is not cut off", async (t) => {
  const timers = timed(t);
  const { consult, ended } = await asking(t);
  consult.hear({ ...said, line: "contact" });
  timers.tick(20_000);
  consult.hear(said);
  timers.tick(60_000);
  assert.deepEqual(ended, []);
  consult.end();
  assert.deepEqual(consult.left.value, { why: "left", name: "Bruno" });
});

test("a colleague who declines is told apart from one who does not answer", async (t) => {
  const timers = timed(t);
  const { consult, ended } = await asking(t);
  timers.tick(10_000);
  consult.end();
  assert.deepEqual(consult.left.value, { why: "left", name: "Bruno" });
  timers.tick(60_000);
  assert.deepEqual(ended, []);
});

test("the page that asks is reloaded: the colleague rings as long as before", async (t) => {
  const timers = timed(t);
  await asking(t);
  timers.tick(20_000);
  const { ended } = await asking(t);
  timers.tick(9_999);
  assert.deepEqual(ended, []);
  timers.tick(1);
  assert.deepEqual(ended, ["ix_1"]);
});

test("an end that the server did not hear of is asked for again", async (t) => {
  const timers = timed(t);
  const { ended } = await asking(t, async () => false);
  timers.tick(30_000);
  await settled();
  timers.tick(5000);
  assert.deepEqual(ended, ["ix_1", "ix_1"]);
});
