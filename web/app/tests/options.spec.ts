// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { parseCount, parseOption, readOption, readOptions } from "../src/api/options.ts";
import { Field } from "../src/api/parse.ts";

const field = (kind: string, initial: unknown, more: object = {}) =>
  parseOption(new Field({ name: "x", kind, default: initial, help: "what it is", ...more }));

test("Counts end in k, M or G, as on the command line", () => {
  assert.equal(parseCount("80k", 1000), 80000);
  assert.equal(parseCount("1.5M", 1000), 1500000);
  assert.equal(parseCount("4G", 1024), 4294967296);
  assert.equal(parseCount("-2", 1000), -2);
  for (const wrong of ["", "k", "1.5", "80 k", "1e3", "9999999G"])
    assert.equal(parseCount(wrong, 1000), null, wrong);
});

test("Every kind of option becomes the JSON value of its type", () => {
  assert.deepEqual(readOption(field("flag", false), "true"), { value: true });
  assert.deepEqual(readOption(field("integer", 6, { min: 1, max: 7 }), "7"), { value: 7 });
  assert.deepEqual(readOption(field("bytes", 0), "16k"), { value: 16384 });
  assert.deepEqual(readOption(field("seed", "0"), "18446744073709551615"), {
    value: "18446744073709551615",
  });
  assert.deepEqual(readOption(field("real", 0.1), "1e-3"), { value: 0.001 });
  assert.deepEqual(readOption(field("integers", [16000]), "160k, 80k"), { value: [160000, 80000] });
  assert.deepEqual(readOption(field("list", []), "a, b,"), { value: ["a", "b"] });
  assert.deepEqual(readOption(field("choice", "none", { choices: ["none", "nfc"] }), "nfc"), {
    value: "nfc",
  });
});

test("What is out of range or no number gets a sentence", () => {
  assert.deepEqual(readOption(field("integer", 6, { min: 1, max: 7 }), "9"), {
    problem: "must lie between 1 and 7",
  });
  assert.deepEqual(readOption(field("integer", 6, { min: 1 }), "0"), {
    problem: "must be at least 1",
  });
  assert.match(JSON.stringify(readOption(field("real", 1), "")), /is no number/);
  assert.match(JSON.stringify(readOption(field("integers", [1]), " , ")), /at least one number/);
});

test("Only what differs from the default is sent", () => {
  const fields = [
    field("integer", 6),
    { ...field("integers", [16000, 8000]), name: "y" },
    { ...field("real", 1), name: "z" },
  ];
  assert.deepEqual(readOptions(fields, { x: "6", y: "300", z: "much" }), {
    values: { y: [300] },
    problems: { z: '"much" is no number' },
  });
  assert.equal(fields[1]?.initial, "16000, 8000");
});
