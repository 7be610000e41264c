// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { afterEvent, isOver, share, type Job } from "../src/api/jobs.ts";

const STATE = {
  id: "j1",
  kind: "tokenizer.train",
  name: "mine.model",
  state: "running",
  what: "counting",
  done: 5,
  total: 20,
  unit: "bytes",
  metrics: {
    pieces: [
      [1, 100],
      [1.5, null],
    ],
  },
  warnings: [],
  error: null,
  result: null,
  command: "yonder tokenizer train",
};
const event = (name: string, data: unknown): { event: string; data: string } => ({
  event: name,
  data: JSON.stringify(data),
});
const started = afterEvent(null, event("state", STATE)) as Job;

test("The first state is the whole job", () => {
  assert.deepEqual(started.metrics, {
    pieces: [
      [1, 100],
      [1.5, null],
    ],
  });
  assert.equal(share(started), 0.25);
  assert.equal(isOver(started), false);
});

test("Nothing is known before the first state", () => {
  assert.equal(afterEvent(null, event("warn", { text: "x" })), null);
});

test("Events change the job and leave the old value alone", () => {
  const later = [
    event("progress", { what: "pruning", done: 2, total: 0, unit: "passes" }),
    event("metric", { name: "pieces", step: 2, value: 90 }),
    event("warn", { text: "few pieces" }),
    event("of a later version", {}),
  ].reduce(afterEvent, started as Job | null) as Job;
  assert.equal(later.what, "pruning");
  assert.equal(share(later), null);
  assert.deepEqual(later.metrics, {
    pieces: [
      [1, 100],
      [1.5, null],
      [2, 90],
    ],
  });
  assert.deepEqual(later.warnings, ["few pieces"]);
  assert.equal(started.metrics["pieces"]?.length, 2);
});

test("A finished job names its model, a failed one its sentence", () => {
  const done = afterEvent(
    started,
    event("state", { ...STATE, state: "done", result: { model: "m2" } }),
  ) as Job;
  assert.equal(done.model, "m2");
  assert.equal(share(done), 1);
  const failed = afterEvent(
    started,
    event("state", {
      ...STATE,
      state: "failed",
      error: { kind: "memory", message: "too much", column: -1 },
    }),
  ) as Job;
  assert.equal(failed.error, "too much");
  assert.ok(isOver(failed));
});
