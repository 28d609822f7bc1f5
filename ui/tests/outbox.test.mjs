import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { Outbox } from "../src/outbox.ts";
import { WireError } from "../src/wire.ts";

/** A server that answers as told, and a store that outlives the outbox. */
function scene() {
  const kept = new Map();
  const store = {
    load: () => [...kept.values()],
    put: (entry) => kept.set(entry.client_id, entry),
    drop: (id) => kept.delete(id),
  };
  const sent = [];
  const answers = [];
  const send = async ({ payload }) => {
    sent.push(payload);
    const code = answers.shift();
    if (code) throw WireError.from({ code, retry_after_s: 0.01 });
  };
  return { kept, store, sent, answers, outbox: new Outbox(send, store) };
}

const waiting = (outbox) => outbox.entries.value.map(({ payload, refused }) => [payload, refused].filter(Boolean).join(" "));

test("what is acknowledged leaves, in order", async () => {
  const { outbox, sent, kept } = scene();
  outbox.push("a");
  outbox.push("b");
  await pause(1);
  assert.deepEqual(sent, ["a", "b"]);
  assert.deepEqual(waiting(outbox), []);
  assert.equal(kept.size, 0);
});

test("a passing trouble keeps everything and goes on by itself", async () => {
  const { outbox, sent, answers } = scene();
  answers.push("store_unavailable");
  outbox.push("a");
  outbox.push("b");
  await pause(1);
  assert.deepEqual(waiting(outbox), ["a", "b"]);
  await pause(40);
  assert.deepEqual(sent, ["a", "a", "b"]);
  assert.deepEqual(waiting(outbox), []);
});

test("a refusal stands until its writer retries, and holds nobody up", async () => {
  const { outbox, sent, answers } = scene();
  answers.push("message_too_long");
  const { client_id } = outbox.push("a");
  outbox.push("b");
  await pause(5);
  assert.deepEqual(waiting(outbox), ["a message_too_long"]);
  outbox.retry(client_id);
  await pause(1);
  assert.deepEqual(sent, ["a", "b", "a"]);
  assert.deepEqual(waiting(outbox), []);
});

test("after a reload the same entry is sent again", async () => {
  const { outbox, store, answers } = scene();
  answers.push("no_answer");
  answers.push("no_answer");
  const { client_id } = outbox.push("a");
  await pause(1);
  const again = [];
  const next = new Outbox(async (entry) => void again.push(entry.client_id), store);
  await next.flush();
  assert.deepEqual(again, [client_id]);
  outbox.clear();
});

test("an entry that became known another way is settled", async () => {
  const { outbox, answers } = scene();
  answers.push("overloaded");
  const { client_id } = outbox.push("a");
  await pause(1);
  outbox.settle(client_id);
  assert.deepEqual(waiting(outbox), []);
  outbox.clear();
});
