// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { parseRoute } from "../src/ui/route.ts";

test("An address names a page and a section", () => {
  assert.deepEqual(parseRoute("#/tokenizer/n-best"), { page: "tokenizer", section: "n-best" });
  assert.deepEqual(parseRoute("#/jobs"), { page: "jobs", section: "" });
});

test("Anything else names none", () => {
  for (const fragment of ["", "#", "#/", "#main", "#/a/b/c", "#/<img>"])
    assert.deepEqual(parseRoute(fragment), { page: "", section: "" }, fragment);
});
