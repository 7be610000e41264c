// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { dataOf, firstColumn, readNumbers, type Source } from "../src/api/numbers.ts";

const SOURCE: Source = {
  kind: "pasted",
  demo: "",
  pasted: "",
  file: "",
  column: "",
  timeColumn: "",
  mend: false,
};

test("Numbers stand between spaces, commas, semicolons and line breaks", () => {
  assert.deepEqual(readNumbers("1 2,3;4\n-5.5\t1e3\r\n"), { values: [1, 2, 3, 4, -5.5, 1000] });
});

test("A heading is passed over, anything else that is no number is named by its line", () => {
  assert.deepEqual(readNumbers("speed\n1\n2"), { values: [1, 2] });
  assert.deepEqual(readNumbers("1\nnan\n2"), {
    problem: 'line 2: "nan" is no number; leave it out',
  });
  assert.deepEqual(readNumbers("1 x\n2"), { problem: 'line 1: "x" is no number; leave it out' });
  assert.deepEqual(readNumbers(" \n"), { problem: "there is no number yet" });
});

test("A source becomes the member of a request", () => {
  assert.deepEqual(dataOf({ ...SOURCE, pasted: "1 2" }, "drop"), { data: { values: [1, 2] } });
  assert.equal(dataOf({ ...SOURCE, kind: "demo" }, "drop"), null);
  assert.deepEqual(
    dataOf({ ...SOURCE, kind: "file", file: "n1", column: "temp", mend: true }, "hold"),
    { data: { file: "n1", column: "temp", "time-column": "", missing: "hold" } },
  );
});

test("The first column is one of numbers that does not count the rows", () => {
  const file = (...names: [string, boolean][]) => ({
    id: "n1",
    name: "a.csv",
    format: "csv",
    columns: names.map(([name, number]) => ({ name, example: "", number })),
  });
  assert.equal(firstColumn(file(["rownames", true], ["name", false], ["temp", true])), "temp");
  assert.equal(firstColumn(file(["time", true])), "time");
  assert.equal(firstColumn(file(["a", false], ["b", false])), "a");
  assert.equal(firstColumn(file()), "");
});
