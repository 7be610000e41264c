// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { parseEvalRow, parseExplanation, readChunk, type EvalRow } from "../src/api/lm.ts";
import { Field } from "../src/api/parse.ts";
import {
  changes,
  linesOf,
  lossCurves,
  meterOf,
  termsOf,
  verdict,
  withTerm,
} from "../src/pages/lm/panel.ts";
import { cellKind } from "../src/plot/distances.ts";
import {
  chatCommand,
  generateCommand,
  SAMPLING,
  samplingMembers,
  shellQuote,
} from "../src/pages/lm/sampling.ts";

const TERMS = [
  ["yarn", "frequency table", "s=4"],
  ["ntk", "frequency table", "s=4"],
  ["rerope", "split", "w=512"],
  ["logn", "log n", "clip"],
  ["hwfa", "layout", "w=16"],
].map(([name = "", group = "", example = ""]) => ({
  name,
  group,
  example,
  help: "",
  source: "",
  arguments: [],
}));
const [YARN, NTK, REROPE, LOGN, HWFA] = TERMS as [
  (typeof TERMS)[0],
  (typeof TERMS)[0],
  (typeof TERMS)[0],
  (typeof TERMS)[0],
  (typeof TERMS)[0],
];

test("A term takes the place of one of its group and joins the others", () => {
  assert.equal(withTerm("", YARN, TERMS), "yarn:s=4");
  assert.equal(withTerm("rope", YARN, TERMS), "yarn:s=4");
  assert.equal(withTerm("yarn:s=8,ramp=turns", REROPE, TERMS), "yarn:s=8,ramp=turns+rerope:w=512");
  assert.equal(withTerm("yarn:s=8+logn:clip", NTK, TERMS), "logn:clip+ntk:s=4");
  assert.equal(withTerm("rerope:w=64", LOGN, TERMS), "rerope:w=64+logn:clip");
  assert.equal(withTerm("rerope:w=64", HWFA, TERMS), "hwfa:w=16");
  assert.equal(withTerm("layers:0-3=window:w=8", YARN, TERMS), "yarn:s=4");
});

test("A scheme is cut at its terms, layers stay whole", () => {
  assert.deepEqual(termsOf("rerope:w=64+logn:clip"), ["rerope:w=64", "logn:clip"]);
  assert.deepEqual(termsOf("layers:0=rope+logn:clip;1=nope"), ["layers:0=rope+logn:clip;1=nope"]);
  assert.deepEqual(termsOf(" "), []);
});

test("The meter shows the training length, and the limit where it fits", () => {
  const short = meterOf(64, 0, 256, 256, 32768);
  assert.equal(short.most, 512);
  assert.equal(short.used, 0.125);
  assert.equal(short.trained, 0.5);
  assert.equal(short.limit, 0.5);
  const long = meterOf(4096, 96, 256, null, 32768);
  assert.ok(long.most > 4096 && long.trained < 0.06 && long.limit === null);
  assert.equal(meterOf(10, 0, 256, 1e9, 1024).limit, null);
  assert.equal(meterOf(4000, 0, 256, null, 1024).used, 1);
});

test("Cells are told by the training length", () => {
  assert.equal(cellKind(null, 256), "hidden");
  assert.equal(cellKind(255, 256), "trained");
  assert.equal(cellKind(256, 256), "outside");
});

const EXPLANATION = {
  explanation: {
    scheme: "rerope:w=64",
    d: 64,
    base: 10000,
    train: 256,
    at: 1024,
    declared_limit: null,
    first_outside: null,
    largest_distance: 64,
    visible_keys: 1024,
    outside_keys: 0,
    visible: [[0, 1023]],
    positions: [0, 1023],
    matrix: [
      [0, null],
      [64, 0],
    ],
    channels: [
      {
        channel: 0,
        theta: 1,
        slower: 1,
        trained_turns: 40.7,
        turns: 10.2,
        new_angles: false,
      },
    ],
    factors: [{ tokens: 256, stretch: 1, factor: 1 }],
    llama_cpp: null,
    notices: [],
  },
  command: "yonder lm explain --scheme rerope:w=64",
};

test("An explanation is read, with what it comes to", () => {
  const explanation = parseExplanation(new Field(EXPLANATION));
  assert.deepEqual(explanation.matrix, [
    [0, null],
    [64, 0],
  ]);
  assert.match(verdict(explanation), /however long/);
  assert.match(verdict({ ...explanation, firstOutside: 256 }), /From token 256/);
});

const ROW = {
  asked: "pi:s=auto",
  scheme: "rope",
  length: 512,
  train_length: 256,
  targets: 128,
  loss: 4.5,
  loss_low: null,
  loss_high: null,
  accuracy: 0.2,
  bits_per_byte: 1.9,
  tokens_per_second: 1000,
};

test("Rows become a curve per scheme, by length", () => {
  const row = parseEvalRow(new Field(ROW));
  const rows: EvalRow[] = [
    row,
    { ...row, length: 256, loss: 4, scheme: "pi:s=2" },
    { ...row, asked: "nope", scheme: "nope" },
  ];
  const curves = lossCurves(rows);
  assert.deepEqual(
    curves.map((c) => c.label),
    ["pi:s=auto", "nope"],
  );
  assert.deepEqual(curves[0]?.x, [8, 9]);
  assert.deepEqual(curves[0]?.y, [4, 4.5]);
});

test("A flat stretch of factors keeps its ends", () => {
  const row = (tokens: number, factor: number) => ({ tokens, stretch: 1, factor });
  const rows = [row(1, 1), row(2, 1), row(4, 1), row(8, 1.5), row(16, 2)];
  assert.deepEqual(
    changes(rows).map(({ tokens }) => tokens),
    [1, 4, 8, 16],
  );
});

test("Chunks of both kinds of stream bring their text", () => {
  const chunk = (body: unknown) => readChunk(new Field(body));
  assert.deepEqual(chunk({ choices: [{ text: "ab", finish_reason: null }] }), {
    text: "ab",
    finish: null,
    ending: null,
  });
  assert.equal(chunk({ choices: [{ delta: { content: "c" }, finish_reason: null }] }).text, "c");
  assert.equal(chunk({ choices: [{ delta: {}, finish_reason: "stop" }] }).finish, "stop");
  assert.notEqual(chunk({ choices: [], usage: { total_tokens: 1 } }).ending, null);
});

test("The command line has what differs from its defaults", () => {
  assert.equal(
    generateCommand("models/books-7m", "It's", "rope", { ...SAMPLING, tokens: 128 }),
    "yonder lm generate models/books-7m --prompt 'It'\\''s' --scheme rope " +
      "--temperature 0.8 --top-p 0.95 --repetition-penalty 1.1",
  );
  assert.match(generateCommand("m", "x".repeat(3000), "", SAMPLING), /--file prompt.txt/);
  assert.equal(shellQuote(""), "''");
  assert.deepEqual(samplingMembers({ ...SAMPLING, stop: "\n" })["stop"], ["\n"]);
});

test("A conversation becomes lines for the command line", () => {
  assert.equal(
    chatCommand("m", ["Hi", "two\n lines"], "", { ...SAMPLING, topP: 1, repeat: 1 }),
    "printf '%s\\n' Hi 'two lines' | yonder lm chat m --tokens 200 --temperature 0.8",
  );
});

test("Lines are schemes", () => {
  assert.deepEqual(linesOf(" rope \n\nyarn:s=4,ramp=turns\n"), ["rope", "yarn:s=4,ramp=turns"]);
});
