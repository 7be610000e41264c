// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { utf8 } from "../src/api/bytes.ts";
import { lineAt, linesOf } from "../src/pages/tokenizer/panel.ts";

test("Lines are without their breaks, and empty ones are left out", () => {
  assert.deepEqual(linesOf(utf8("ab\n\nc\n")), [
    { start: 0, end: 2 },
    { start: 4, end: 5 },
  ]);
  assert.deepEqual(linesOf(utf8("")), []);
});

test("A cursor is in the line before or at it", () => {
  const lines = linesOf(utf8("ab\n\nc\n"));
  assert.deepEqual(
    [0, 2, 3, 4, 6].map((byte) => lineAt(lines, byte)),
    [0, 0, 0, 1, 1],
  );
  assert.equal(lineAt([], 5), 0);
});
