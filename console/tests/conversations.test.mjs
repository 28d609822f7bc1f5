import assert from "node:assert/strict";
import { test } from "node:test";

import { signal } from "@preact/signals";

import { Conversations } from "../src/state/conversations.ts";

const turn = () => new Promise((done) => setTimeout(done));

/** A desk whose reads are answered when the test says so. */
function desk() {
  const asked = [];
  const told = new Map();
  const its = {
    chats: signal([]),
    threads: signal(new Map()),
    typing: signal(new Map()),
    trouble: signal(null),
    connection: {
      on: (event, hear) => told.set(event, hear),
      request: (_event, { conversation }) => new Promise((resolve, reject) => asked.push({ conversation, resolve, reject })),
    },
  };
  const conversations = new Conversations(its);
  conversations.listen();
  return { its, asked, conversations, historyOf: (conversation) => told.get("history")({ conversation }) };
}

const answer = (...outcomes) => ({ messages: [], read: { agent: 0, visitor: 0 }, contact: { id: "ct_1" }, history: outcomes });

test("what is read anew in the background neither shows a refusal nor takes one away", async () => {
  const { its, asked, conversations, historyOf } = desk();
  void conversations.fetch("cv_1");
  asked[0].resolve(answer());
  await turn();
  const shown = new Error("refused");
  its.trouble.value = shown;
  historyOf("cv_1");
  asked[1].resolve(answer("handled"));
  await turn();
  assert.equal(its.trouble.value, shown);
  its.trouble.value = null;
  historyOf("cv_1");
  asked[2].reject(new Error("not theirs any more"));
  await turn();
  assert.equal(its.trouble.value, null);
  assert.deepEqual(its.threads.value.get("cv_1").history, ["handled"]);
});

test("a conversation that cannot be read at all says so, until it can", async () => {
  const { its, asked, conversations } = desk();
  void conversations.fetch("cv_1");
  asked[0].reject(new Error("no"));
  await turn();
  assert.notEqual(its.trouble.value, null);
  void conversations.fetch("cv_1");
  asked[1].resolve(answer());
  await turn();
  assert.equal(its.trouble.value, null);
});

test("a conversation is read once at a time, and once more where that was asked meanwhile", async () => {
  const { its, asked, conversations, historyOf } = desk();
  void conversations.fetch("cv_1");
  historyOf("cv_1");
  historyOf("cv_1");
  void conversations.fetch("cv_2");
  assert.deepEqual(asked.map((each) => each.conversation), ["cv_1", "cv_2"]);
  asked[0].resolve(answer("older"));
  await turn();
  assert.equal(asked.length, 3);
  asked[2].resolve(answer("newer"));
  await turn();
  assert.equal(asked.length, 3);
  assert.deepEqual(its.threads.value.get("cv_1").history, ["newer"]);
});

test("what left the desk is read while something of it goes on, and then no more", async () => {
  const { its, asked, conversations } = desk();
  const note = (seq, client_id) => ({ seq, client_id, conversation: "cv_1", from: "system", name: "Claire", text: "", at_ms: seq });
  const read = async (more) => {
    asked.at(-1).resolve({ ...answer(), ...more });
    await turn();
  };
  void conversations.fetch("cv_1");
  await read({ history: [{ interaction: "ix_1", ended_ms: 1 }] });
  conversations.follow("cv_1");
  assert.equal(asked.length, 1, "it is over");
  conversations.hear(note(1, "joined.ix_2.1"));
  conversations.follow("cv_1");
  assert.equal(asked.length, 2, "a colleague took a new call");
  await read({ history: [{ interaction: "ix_2", ended_ms: null }, { interaction: "ix_1", ended_ms: 1 }] });
  conversations.follow("cv_1");
  assert.equal(asked.length, 3);
  await read({ messages: [note(2, "ended.ix_2")], history: [{ interaction: "ix_2", ended_ms: 9 }, { interaction: "ix_1", ended_ms: 1 }] });
  conversations.follow("cv_1");
  assert.equal(asked.length, 3);
  assert.equal(its.threads.value.get("cv_1").messages.length, 2);
});
