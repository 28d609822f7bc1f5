import assert from "node:assert/strict";
import { test } from "node:test";

import { callWord, entries, goesOn } from "../src/state/entries.ts";

const note = (seq, client_id, text, name) => ({ seq, client_id, text, name, from: "system", at_ms: seq * 1000 });
const said = (seq, text) => ({ seq, client_id: `c${seq}`, text, name: "Jean", from: "visitor", at_ms: seq * 1000 });
const past = (interaction, channel, ended_ms) => ({ interaction, channel, at_ms: 0, ended_ms, outcome: ended_ms === null ? null : "handled" });
const shown = (messages, history, interaction = "ix_now", channel = "call") =>
  entries({ messages, history }, interaction, channel).map((entry) =>
    entry.kind === "noted" ? [entry.channel, entry.code, entry.message.name, entry.from].filter(Boolean).join(" ") : entry.kind,
  );

test("a call under way tells who took it, who joined, and from whom it went to whom", () => {
  const messages = [
    note(1, "joined.ix_now.1", "agent_joined", "Anna"),
    note(2, "guest.ix_now.k", "agent_joined", "Omar"),
    note(3, "joined.ix_now.2", "agent_joined", "Claire"),
    note(4, "left.ix_now.k", "agent_left", "Claire"),
    note(5, "joined.ix_now.3", "agent_joined", "Anna"),
  ];
  const told = ["call call_taken Anna", "call call_joined Omar", "call took_over Claire Anna", "call call_left Claire", "call call_taken Anna"];
  assert.deepEqual(shown(messages, []), told, "before history knows of it");
  assert.deepEqual(shown(messages, [past("ix_now", "call", null)]), told);
});

test("a call that is given to somebody is theirs once they answer", () => {
  const given = note(1, "given.ix_now.c", "agent_given", "Anna");
  const messages = [given, note(2, "joined.ix_now.2", "agent_joined", "Claire"), note(3, "given.ix_now.d", "agent_given", "Anna"), note(4, "joined.ix_now.3", "agent_joined", "Anna")];
  assert.deepEqual(shown(messages, []), ["call call_given Anna", "call call_taken Claire", "call call_given Anna", "call took_over Anna Claire"]);
  assert.deepEqual(shown([given], [past("ix_now", "call", 5000)]), ["called"], "its end tells who had it");
});

test("a call that is over is one entry at its end, beside what else happened in it", () => {
  const messages = [
    said(1, "Hello"),
    note(2, "joined.ix_old.1", "agent_joined", "Anna"),
    note(3, "joined.ix_old.2", "agent_joined", "Claire"),
    note(4, "ended.ix_old", "chat_ended", ""),
    said(6, "Me again"),
  ];
  assert.deepEqual(shown(messages, [past("ix_old", "call", 5000)]), ["said", "call call_taken Anna", "call took_over Claire Anna", "called", "said"]);
  assert.deepEqual(shown(messages.slice(3, 4), [past("ix_old", "call", null)]), ["call call_ended"], "history does not know its end yet");
  assert.deepEqual(shown([], [past("ix_missed", "call", 5000)]), ["called"], "nobody took it");
});

test("a chat keeps its own words, and says who took over", () => {
  const messages = [
    note(1, "joined.ix_chat.1", "agent_joined", "Anna"),
    note(2, "joined.ix_chat.k", "agent_joined", "Claire"),
    note(3, "ended.ix_chat", "chat_ended", ""),
  ];
  assert.deepEqual(shown(messages, [past("ix_chat", "chat", 4000)]), ["chat agent_joined Anna", "chat took_over Claire Anna", "chat chat_ended"]);
});

test("what history does not hold is told in words that fit any channel", () => {
  const messages = [note(1, "joined.ix_far.1", "agent_joined", "Anna"), note(2, "ended.ix_far", "chat_ended", "")];
  assert.deepEqual(shown(messages, []), ["agent_joined Anna", "chat_ended"]);
});

test("a call that is over is told by what came of it", () => {
  const word = (outcome, callback = false) => callWord({ outcome, callback });
  assert.equal(word("handled"), "from");
  assert.equal(word("handled", true), "back");
  assert.equal(word("abandoned"), "missed");
  assert.equal(word("abandoned", true), "withdrawn");
  assert.equal(word("unreached", true), "unreached");
  assert.equal(word("unreached"), "from", "nobody could call them back: refused, as its outcome says");
  assert.equal(word("rejected"), "from");
});

test("a thread goes on while history knows no end of something, or its last note is of what history does not hold", () => {
  const of = (messages, ...history) => goesOn({ messages, history });
  assert.equal(of([], past("ix_1", "call", null)), true);
  assert.equal(of([note(1, "joined.ix_1.1", "agent_joined", "Anna")], past("ix_1", "call", 5000)), false, "history knows better");
  assert.equal(of([note(1, "joined.ix_far.1", "agent_joined", "Anna"), said(2, "Hello")]), true);
  assert.equal(of([note(1, "joined.ix_far.1", "agent_joined", "Anna"), note(2, "ended.ix_far", "chat_ended", "")]), false);
  assert.equal(of([said(1, "Hello")]), false);
});
