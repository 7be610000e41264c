// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { errorOf, splitToken } from "../src/api/client.ts";

test("The token leaves the address, the page stays", () => {
  assert.deepEqual(splitToken("#token=abc"), { token: "abc", rest: "" });
  assert.deepEqual(splitToken("#/tokenizer&token=abc"), { token: "abc", rest: "#/tokenizer" });
  assert.deepEqual(splitToken("#token=abc&/jobs"), { token: "abc", rest: "#/jobs" });
  assert.deepEqual(splitToken("#/jobs"), { token: null, rest: "#/jobs" });
});

test("An error is the program's own sentence", () => {
  const error = errorOf(
    422,
    '{"error":{"kind":"bad_data","message":"x.model: byte 0 is no model","column":-1}}',
  );
  assert.equal(error.message, "x.model: byte 0 is no model");
  assert.equal(error.kind, "bad_data");
});

test("A failure without a sentence still says what to do", () => {
  assert.match(errorOf(403, "Forbidden").message, /address that `yonder serve` printed/);
  assert.match(errorOf(500, "").message, /status 500/);
});
