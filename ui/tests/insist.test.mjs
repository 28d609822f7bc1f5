import assert from "node:assert/strict";
import { test } from "node:test";

import { insist } from "../src/insist.ts";

test("what fails is asked for again, until it is there", async () => {
  const answers = [new Error("no network"), new Error("still none"), "words"];
  const load = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  assert.equal(await insist(load, 1), "words");
  assert.deepEqual(answers, []);
});
