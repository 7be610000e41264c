// SPDX-License-Identifier: Apache-2.0
// Memory's part of the HTTP interface: types, readers, calls. A stream is named by its samples and
// options, or by a snapshot (base64 of a .yms file), with every question about it.
// Test: tests/memory.spec.ts.
import { requestJson } from "./client.ts";
import type { Field } from "./parse.ts";

export interface Measure {
  name: string; // "legt"
  help: string;
  hasWidth: boolean; // "legt:4096"
  mergeable: boolean;
  approximate: boolean; // the system itself approximates the projection
}

/** What a memory holds at one moment. */
export interface Summary {
  begin: number;
  end: number;
  exact: boolean; // the coefficients are the projection of the samples
  values: (number | null)[]; // the reconstruction at equally spaced times, begin to end
  coefficients: (number | null)[];
  rmsResidual: number | null;
  clamped: number | null;
  localError: number | null; // an estimate
  measured: number | null; // rms error at the points drawn, against the samples
}

export interface Frame extends Summary {
  samples: number; // fed so far
}

export interface Run {
  values: number; // samples
  missing: number; // that were held over
  step: number;
  signal: { t: number[]; u: number[] };
  frames: Frame[];
  stateBytes: number;
  command: string;
}

export interface Reading {
  t: number;
  estimate: number | null;
  rmsError: number | null;
  bound: number | null; // null: there is none
  truth: number | null; // of the samples, where they are at hand
}

/** What is fed: which samples, with which options, after which snapshot. */
export interface Feed {
  data: unknown;
  options: Record<string, unknown>;
  first: number;
  samples: number;
  snapshot: string | null;
}

export interface SnapshotFacts {
  names: string[];
  options: Record<string, unknown>;
  samples: number;
  stateBytes: number;
  summary: Summary;
  command: string;
}

export interface MatrixAnswer {
  a: number[][];
  b: (number | null)[];
  bNext: (number | null)[] | null; // foh
  timeVarying: boolean; // to be divided by t
  forwardLimit: number | null; // the largest step of forward Euler
  command: string;
}

export interface Advice {
  order: number; // of legs and window
  legtOrder: number; // 0: above 4096
  cycles: number | null; // over the window
  error: number | null; // relative rms error of a tone
  samplesPerCycle: number | null;
  orders: number[];
  errors: number[]; // of these orders
  command: string;
}

export interface ContestRow {
  name: string;
  bytes: number;
  working: number; // bytes while the stream runs
  rmsError: number | null;
  relative: number | null;
  nanosecondsPerSample: number | null;
}

const numbers = (f: Field): number[] => f.list().map((x) => x.number());
const someNumbers = (f: Field): (number | null)[] =>
  f.list().map((x) => x.optional((v) => v.number()));
const maybe = (f: Field): number | null => f.optional((x) => x.number());

export function parseSummary(f: Field): Summary {
  return {
    begin: f.get("begin").number(),
    end: f.get("end").number(),
    exact: f.get("exact").flag(),
    values: someNumbers(f.get("values")),
    coefficients: someNumbers(f.get("coefficients")),
    rmsResidual: maybe(f.get("rms_residual")),
    clamped: maybe(f.get("clamped")),
    localError: maybe(f.get("local_error")),
    measured: maybe(f.get("measured")),
  };
}

function parseReading(f: Field, t: number): Reading {
  return {
    t,
    estimate: maybe(f.get("estimate")),
    rmsError: maybe(f.get("rms_error")),
    bound: maybe(f.get("bound")),
    truth: maybe(f.get("truth")),
  };
}

function parseSnapshot(f: Field): SnapshotFacts {
  return {
    names: f
      .get("names")
      .list()
      .map((n) => n.text()),
    options: Object.fromEntries(
      f
        .get("options")
        .entries()
        .map(([name, value]) => [name, value.value]),
    ),
    samples: f.get("samples").number(),
    stateBytes: f.get("state_bytes").number(),
    summary: parseSummary(f.get("summary")),
    command: f.get("command").text(),
  };
}

/** The members of a request that name a stream. */
function feedMembers({ snapshot, options, ...rest }: Feed): Record<string, unknown> {
  return snapshot === null ? { ...rest, options } : { ...rest, snapshot };
}

export async function listMeasures(): Promise<Measure[]> {
  return (await requestJson("/api/memory/measures"))
    .get("measures")
    .list()
    .map((m) => ({
      name: m.get("name").text(),
      help: m.get("help").text(),
      hasWidth: m.get("has_width").flag(),
      mergeable: m.get("mergeable").flag(),
      approximate: m.get("approximate").flag(),
    }));
}

export async function run(feed: Feed, frames: number, signal: AbortSignal): Promise<Run> {
  const f = await requestJson("/api/memory/run", {
    json: { ...feedMembers(feed), frames },
    signal,
  });
  return {
    values: f.get("values").number(),
    missing: f.get("missing").number(),
    step: f.get("step").number(),
    signal: { t: numbers(f.get("signal").get("t")), u: numbers(f.get("signal").get("u")) },
    frames: f
      .get("frames")
      .list()
      .map((frame) => ({ ...parseSummary(frame), samples: frame.get("samples").number() })),
    stateBytes: f.get("state_bytes").number(),
    command: f.get("command").text(),
  };
}

/** The value at a time and the mean over an interval, each where it is asked for. */
export async function read(
  feed: Feed,
  at: number | null,
  interval: readonly [number, number] | null,
  signal: AbortSignal,
): Promise<{ at: Reading | null; mean: Reading | null; command: string }> {
  const f = await requestJson("/api/memory/read", {
    json: {
      ...feedMembers(feed),
      ...(at === null ? {} : { at: [at] }),
      ...(interval === null ? {} : { from: interval[0], to: interval[1] }),
    },
    signal,
  });
  return {
    at: f.get("at").optional((list) => {
      const first = list.list()[0];
      return first === undefined ? null : parseReading(first, first.get("t").number());
    }),
    mean: f.get("mean").optional((m) => parseReading(m, NaN)),
    command: f.get("command").text(),
  };
}

export interface Snapshot extends SnapshotFacts {
  name: string; // of its file
  snapshot: string; // base64 of the file
}

/** The state after the feed. older: the name of the snapshot it goes on from. */
export async function takeSnapshot(feed: Feed, name: string, older: string): Promise<Snapshot> {
  const f = await requestJson("/api/memory/snapshot", {
    json: { ...feedMembers(feed), name, older },
  });
  return { ...parseSnapshot(f), name, snapshot: f.get("snapshot").text() };
}

/** What is in a snapshot. */
export async function inspect(snapshot: string, name: string): Promise<Snapshot> {
  const f = await requestJson("/api/memory/inspect", { json: { snapshot, name } });
  return { ...parseSnapshot(f), name, snapshot };
}

/** One snapshot of two of adjacent stretches. */
export async function merge(older: Snapshot, newer: Snapshot, name: string): Promise<Snapshot> {
  const f = await requestJson("/api/memory/merge", {
    json: {
      older: older.snapshot,
      newer: newer.snapshot,
      "older-name": older.name,
      "newer-name": newer.name,
      name,
    },
  });
  return { ...parseSnapshot(f), name, snapshot: f.get("snapshot").text() };
}

export async function matrix(
  question: Record<string, unknown>,
  signal: AbortSignal,
): Promise<MatrixAnswer> {
  const f = await requestJson("/api/memory/matrix", { json: question, signal });
  return {
    a: f.get("a").list().map(numbers),
    b: someNumbers(f.get("b")),
    bNext: f.get("b_next").optional(someNumbers),
    timeVarying: f.get("time_varying").flag(),
    forwardLimit: maybe(f.get("forward_limit")),
    command: f.get("command").text(),
  };
}

/** How many coefficients a frequency needs over a window, to a relative error. */
export async function choose(
  question: { frequency: number; window: number; error: number },
  signal: AbortSignal,
): Promise<Advice> {
  const f = await requestJson("/api/memory/choose", { json: question, signal });
  return {
    order: f.get("order").number(),
    legtOrder: f.get("legt_order").number(),
    cycles: maybe(f.get("cycles")),
    error: maybe(f.get("error")),
    samplesPerCycle: maybe(f.get("samples_per_cycle")),
    orders: numbers(f.get("orders")),
    errors: numbers(f.get("errors")),
    command: f.get("command").text(),
  };
}

export async function contest(
  feed: Feed,
  bytes: number,
  signal: AbortSignal,
): Promise<{ rows: ContestRow[]; command: string }> {
  const f = await requestJson("/api/memory/contest", {
    json: { data: feed.data, first: feed.first, samples: feed.samples, options: { bytes } },
    signal,
  });
  return {
    rows: f
      .get("rows")
      .list()
      .map((r) => ({
        name: r.get("name").text(),
        bytes: r.get("bytes").number(),
        working: r.get("working").number(),
        rmsError: maybe(r.get("rms_error")),
        relative: maybe(r.get("relative")),
        nanosecondsPerSample: maybe(r.get("nanoseconds_per_sample")),
      })),
    command: f.get("command").text(),
  };
}
