import assert from "node:assert/strict";
import { test } from "node:test";

import { began, behind, closing, ended, onTop, shown, snapshot, without } from "../src/state/rings.ts";

const NOW = 1_000_000;
const offer = (id, more = {}) => ({
  offer: id,
  interaction: id.split(".")[0],
  channel: "chat",
  deadline_ms: NOW + 20_000,
  ...more,
});
const ids = (rings) => rings.map((ring) => ring.offer.offer);

test("a call outranks a chat, then the first deadline, then the id", () => {
  const rings = snapshot([], [
    offer("ix_2.1"),
    offer("ix_1.1"),
    offer("ix_3.1", { deadline_ms: NOW + 5000 }),
    offer("ix_4.1", { channel: "call", deadline_ms: NOW + 30_000 }),
  ]);
  assert.equal(onTop(rings, NOW).offer.offer, "ix_4.1");
  assert.equal(onTop(without(rings, "ix_4.1"), NOW).offer.offer, "ix_3.1");
  assert.equal(onTop(without(without(rings, "ix_4.1"), "ix_3.1"), NOW).offer.offer, "ix_1.1");
  assert.deepEqual(behind(rings, onTop(rings, NOW), NOW), { chat: 3 });
});

test("an offer heard twice rings once", () => {
  assert.deepEqual(ids(began(began([], offer("ix_1.1")), offer("ix_1.1"))), ["ix_1.1"]);
});

test("a card in sight says who took it; one that waited behind goes silently", () => {
  const rings = shown(snapshot([], [offer("ix_1.1"), offer("ix_2.1")]), "ix_1.1", 5);
  const end = { outcome: "withdrawn", reason: "taken", by: { id: "claire", name: "Claire" } };
  const after = ended(ended(rings, { ...end, offer: "ix_1.1" }), { ...end, offer: "ix_2.1" });
  assert.deepEqual(ids(after), ["ix_1.1"]);
  assert.deepEqual(after[0].over, { kind: "taken", by: end.by });
});

test("what the agent declined says what becomes of it", () => {
  const rings = shown([{ offer: offer("ix_1.1") }], "ix_1.1", 5);
  const after = ended(rings, { offer: "ix_1.1", outcome: "declined", reason: "" });
  assert.deepEqual(after[0]?.over, { kind: "declined" });
  assert.deepEqual(ended([{ offer: offer("ix_1.1") }], { offer: "ix_1.1", outcome: "declined", reason: "" }), [], "nobody saw it");
});

test("what the agent answered or let pass goes at once", () => {
  const rings = shown([{ offer: offer("ix_1.1") }], "ix_1.1", 5);
  for (const outcome of ["accepted", "expired", "failed"]) {
    assert.deepEqual(ended(rings, { offer: "ix_1.1", outcome, reason: "" }), []);
  }
});

test("what rings comes before a card that says its last word", () => {
  const rings = closing(shown([{ offer: offer("ix_1.1") }, { offer: offer("ix_2.1") }], "ix_1.1", 5), "ix_1.1", { kind: "gone" });
  assert.equal(onTop(rings, NOW).offer.offer, "ix_2.1");
});

test("a snapshot keeps when a card was first seen, and forgets what no longer rings", () => {
  const rings = shown([{ offer: offer("ix_1.1") }, { offer: offer("ix_2.1") }], "ix_1.1", 5);
  const after = snapshot(rings, [offer("ix_1.1", { deadline_ms: NOW + 1 })]);
  assert.deepEqual(after, [{ offer: offer("ix_1.1", { deadline_ms: NOW + 1 }), shownMs: 5 }]);
});

test("without a connection a ring ends by itself, well after its deadline", () => {
  const rings = [{ offer: offer("ix_1.1") }];
  assert.notEqual(onTop(rings, NOW + 29_000), null);
  assert.equal(onTop(rings, NOW + 31_000), null);
});
