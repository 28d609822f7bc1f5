import assert from "node:assert/strict";
import { test } from "node:test";

import { changed, heard, isLate, lacks, lastSaid, lastWithoutGap, marked, opened, unread, withMessages } from "../src/state/chats.ts";

const message = (seq, from = "visitor") => ({ id: `ms_${seq}`, conversation: "cv_1", seq, client_id: `c${seq}`, from, name: "Jean", text: "…", at_ms: seq * 1000 });
const chat = (more = {}) => ({
  interaction: "ix_1",
  conversation: "cv_1",
  state: "active",
  since_ms: 0,
  last_message: null,
  last_seq: 0,
  read: { agent: 0, visitor: 0 },
  ...more,
});
const answer = (messages, read = { agent: 0, visitor: 0 }) => ({ messages, read, contact: { id: "ct_1" }, history: [] });

test("a message is shown once, in its place, whichever way it comes", () => {
  let threads = opened(new Map(), "cv_1", answer([message(1), message(2)]));
  threads = withMessages(threads, "cv_1", [message(3), message(2)]);
  threads = opened(threads, "cv_1", answer([message(2), message(3)]));
  assert.deepEqual(threads.get("cv_1").messages.map((each) => each.seq), [1, 2, 3]);
});

test("reading resumes before the first gap, and from the start when nothing was read yet", () => {
  const early = withMessages(new Map(), "cv_1", [message(5)]);
  assert.equal(lastWithoutGap(early.get("cv_1")), 0);
  const threads = withMessages(opened(new Map(), "cv_1", answer([message(1), message(2)])), "cv_1", [message(4)]);
  assert.equal(lastWithoutGap(threads.get("cv_1")), 2);
});

test("what is to be fetched is known from what the server has, and from what never came", () => {
  const early = withMessages(new Map(), "cv_1", [message(2)]).get("cv_1");
  assert.equal(lacks(early, 2), true);
  const whole = opened(new Map(), "cv_1", answer([message(1), message(2)]));
  assert.equal(lacks(whole.get("cv_1"), 2), false);
  assert.equal(lacks(whole.get("cv_1"), 3), true);
  assert.equal(lacks(withMessages(whole, "cv_1", [message(4)]).get("cv_1"), 4), true);
});

test("a state that was overtaken by a message does not take it back", () => {
  const before = heard([chat()], message(3));
  const [after] = changed(before, chat({ state: "wrap_up", last_seq: 2, last_message: message(2) }));
  assert.equal(after.state, "wrap_up");
  assert.equal(after.last_seq, 3);
  assert.equal(after.last_message.seq, 3);
});

test("an ended chat leaves the list; the others keep their places", () => {
  const chats = [chat(), chat({ interaction: "ix_2" }), chat({ interaction: "ix_3" })];
  const after = changed(chats, chat({ interaction: "ix_2", state: "ended" }));
  assert.deepEqual(after.map((each) => each.interaction), ["ix_1", "ix_3"]);
});

test("unread counts the contact's messages alone, and marks never go back", () => {
  let threads = opened(new Map(), "cv_1", answer([message(1), message(2, "agent"), message(3), message(4, "system"), message(5)]));
  const one = chat({ last_seq: 5, last_message: message(5) });
  assert.equal(unread(one, threads.get("cv_1")), 3);
  threads = marked(marked(threads, "cv_1", { agent: 3, visitor: 0 }), "cv_1", { agent: 1, visitor: 2 });
  assert.equal(unread(one, threads.get("cv_1")), 1);
  assert.deepEqual(threads.get("cv_1").read, { agent: 3, visitor: 2 });
});

test("late is who spoke last and has waited two minutes, whatever the system noted since", () => {
  const waiting = chat({ last_seq: 1, last_message: message(1) });
  assert.equal(isLate(waiting, undefined, 1000 + 119_999), false);
  assert.equal(isLate(waiting, undefined, 1000 + 120_000), true);
  assert.equal(isLate(chat({ last_message: message(1, "agent") }), undefined, 10 ** 9), false);
  const joined = opened(new Map(), "cv_1", answer([message(1), message(2, "system")])).get("cv_1");
  const noted = chat({ last_seq: 2, last_message: message(2, "system") });
  assert.equal(lastSaid(noted, joined).seq, 1);
  assert.equal(lastSaid(noted, undefined), null);
  assert.equal(isLate(noted, joined, 1000 + 120_000), true);
});
