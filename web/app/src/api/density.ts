// SPDX-License-Identifier: Apache-2.0
// Density's part of the HTTP interface: types, readers, calls. A model is the text of its JSON file;
// it is handed back with every question about it. Test: tests/density.spec.ts.
import { request, requestJson } from "./client.ts";
import { Field } from "./parse.ts";

export interface Histogram {
  edges: number[];
  density: number[];
  outside: number; // values beyond the edges
}

export interface Moment {
  value: number | null; // null: it does not exist
  error: number | null; // estimate of the quadrature's error; 0 = an exact sum
}

export interface ModelFacts {
  model: string;
  text: string;
  domain: string; // "circular:24"
  base: string | null;
  order: number;
  parameters: number;
  entropy: number | null; // nats
  mean: Moment;
  variance: Moment;
  direction: number | null; // of a circle, in units of the data
  resultantLength: number | null;
}

export interface Goodness {
  nll: number | null;
  ks: number | null;
  ksPValue: number | null;
  pit: (number | null)[];
}

export interface Picture {
  x: number[];
  pdf: (number | null)[];
  cdf: (number | null)[];
  histogram: Histogram | null; // null without data
  empirical: (number | null)[] | null; // the distribution function of the data at x
  goodness: Goodness | null;
}

export interface OrderScore {
  order: number;
  nll: number | null;
  score: number | null;
  standardError: number | null;
}

export interface Report {
  nll: number | null; // nats per value
  penalty: number | null;
  gap: number | null; // nats; null = no certificate
  lbfgsSteps: number;
  newtonSteps: number;
  seconds: number | null;
  samples: number;
  orders: OrderScore[];
  warnings: string[];
}

export interface Description extends ModelFacts, Picture {
  command: string;
}

export interface Fit extends Description {
  report: Report;
  used: number; // values fitted
  values: number; // values there are
  missing: number; // rows left out
}

export interface Mode {
  maximum: boolean;
  location: number;
  density: number;
  prominence: number;
  curvature: number;
}

export interface QuantileRow {
  share: number;
  quantile: number | null; // null: infinite
  empirical: number | null;
}

export interface Sample {
  values: number[];
  x: number[];
  pdf: (number | null)[];
  histogram: Histogram;
  command: string;
}

export interface ComparisonRow {
  method: string;
  text: string;
  testNll: number | null;
  testError: number | null;
  trainNll: number | null;
  parameters: number;
  modes: number;
  fitSeconds: number | null;
  evalNanoseconds: number | null;
}

export interface Comparison {
  rows: ComparisonRow[];
  x: number[];
  histogram: Histogram;
  curves: { method: string; pdf: (number | null)[] }[];
}

const numbers = (f: Field): number[] => f.list().map((x) => x.number());
const someNumbers = (f: Field): (number | null)[] =>
  f.list().map((x) => x.optional((v) => v.number()));
const maybe = (f: Field): number | null => f.optional((x) => x.number());

function parseHistogram(f: Field): Histogram {
  return {
    edges: numbers(f.get("edges")),
    density: numbers(f.get("density")),
    outside: f.get("outside").number(),
  };
}

function parseMoment(f: Field): Moment {
  return { value: maybe(f.get("value")), error: maybe(f.get("error")) };
}

export function parseFacts(f: Field): ModelFacts {
  const moments = f.get("moments");
  return {
    model: f.get("model").text(),
    text: f.get("text").text(),
    domain: f.get("domain").text(),
    base: f.get("base").optional((b) => b.text()),
    order: f.get("order").number(),
    parameters: f.get("parameters").number(),
    entropy: maybe(f.get("entropy")),
    mean: parseMoment(moments.get("mean")),
    variance: parseMoment(moments.get("variance")),
    direction: maybe(moments.get("direction")),
    resultantLength: maybe(moments.get("resultant_length")),
  };
}

export function parseReport(f: Field): Report {
  return {
    nll: maybe(f.get("nll")),
    penalty: maybe(f.get("penalty")),
    gap: maybe(f.get("gap")),
    lbfgsSteps: f.get("lbfgs_steps").number(),
    newtonSteps: f.get("newton_steps").number(),
    seconds: maybe(f.get("seconds")),
    samples: f.get("samples").number(),
    orders: f
      .get("orders")
      .list()
      .map((o) => ({
        order: o.get("order").number(),
        nll: maybe(o.get("nll")),
        score: maybe(o.get("score")),
        standardError: maybe(o.get("standard_error")),
      })),
    warnings: f
      .get("warnings")
      .list()
      .map((w) => w.text()),
  };
}

function parseDescription(f: Field): Description {
  return {
    ...parseFacts(f),
    x: numbers(f.get("x")),
    pdf: someNumbers(f.get("pdf")),
    cdf: someNumbers(f.get("cdf")),
    histogram: f.get("histogram").optional(parseHistogram),
    empirical: f.get("empirical").optional(someNumbers),
    goodness: f.get("goodness").optional((g) => ({
      nll: maybe(g.get("nll")),
      ks: maybe(g.get("ks")),
      ksPValue: maybe(g.get("ks_p_value")),
      pit: someNumbers(g.get("pit")),
    })),
    command: f.get("command").text(),
  };
}

export async function fit(
  data: unknown,
  options: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Fit> {
  const f = await requestJson("/api/density/fit", { json: { data, options }, signal });
  return {
    ...parseDescription(f),
    report: parseReport(f.get("report")),
    used: f.get("used").number(),
    values: f.get("values").number(),
    missing: f.get("missing").number(),
  };
}

/** What a model looks like, beside data where there are some. */
export async function describe(
  model: string,
  data: unknown,
  signal: AbortSignal,
): Promise<Description> {
  return parseDescription(
    await requestJson("/api/density/describe", {
      json: data === null ? { model } : { model, data },
      signal,
    }),
  );
}

export async function modes(
  model: string,
  prominence: number,
  signal: AbortSignal,
): Promise<{ modes: Mode[]; command: string }> {
  const f = await requestJson("/api/density/modes", { json: { model, prominence }, signal });
  return {
    modes: f
      .get("modes")
      .list()
      .map((m) => ({
        maximum: m.get("maximum").flag(),
        location: m.get("location").number(),
        density: m.get("density").number(),
        prominence: m.get("prominence").number(),
        curvature: m.get("curvature").number(),
      })),
    command: f.get("command").text(),
  };
}

export async function quantiles(
  model: string,
  data: unknown,
  signal: AbortSignal,
): Promise<{ rows: QuantileRow[]; command: string }> {
  const f = await requestJson("/api/density/quantiles", {
    json: data === null ? { model } : { model, data },
    signal,
  });
  return {
    rows: f
      .get("rows")
      .list()
      .map((r) => ({
        share: r.get("share").number(),
        quantile: maybe(r.get("quantile")),
        empirical: maybe(r.get("empirical")),
      })),
    command: f.get("command").text(),
  };
}

/** A function of the model at some places: "cdf", "sf", "pdf", "quantile", or "probability" of [a, b]. */
export async function evaluate(
  model: string,
  name: string,
  at: readonly number[],
  signal: AbortSignal,
): Promise<{ values: (number | null)[]; command: string }> {
  const f = await requestJson("/api/density/evaluate", {
    json: { model, function: name, at },
    signal,
  });
  return { values: someNumbers(f.get("values")), command: f.get("command").text() };
}

export async function sample(
  model: string,
  n: number,
  seed: number,
  signal: AbortSignal,
): Promise<Sample> {
  const f = await requestJson("/api/density/sample", { json: { model, n, seed }, signal });
  return {
    values: numbers(f.get("values")),
    x: numbers(f.get("x")),
    pdf: someNumbers(f.get("pdf")),
    histogram: parseHistogram(f.get("histogram")),
    command: f.get("command").text(),
  };
}

/** Opens a .yfd or JSON model file. */
export async function openModel(file: File): Promise<ModelFacts> {
  return parseFacts(await requestJson("/api/density/models", { bytes: file, fileName: file.name }));
}

/** The bytes of the model's .yfd file. */
export async function modelBytes(model: string): Promise<Blob> {
  return (await request("/api/density/file", { json: { model } })).blob();
}

/** What a finished job "density.fit" made. */
export function fittedOf(result: unknown): (ModelFacts & { report: Report }) | null {
  return new Field(result, "the job's result").optional((r) =>
    r.get("fitted").optional((f) => ({ ...parseFacts(f), report: parseReport(f.get("report")) })),
  );
}

/** What a finished job "density.compare" made. */
export function comparisonOf(result: unknown): Comparison | null {
  const field = new Field(result, "the job's result");
  return field.optional((r) =>
    r.get("comparison").optional((rows) => ({
      rows: rows.list().map((row) => ({
        method: row.get("method").text(),
        text: row.get("text").text(),
        testNll: maybe(row.get("test_nll")),
        testError: maybe(row.get("test_error")),
        trainNll: maybe(row.get("train_nll")),
        parameters: row.get("parameters").number(),
        modes: row.get("modes").number(),
        fitSeconds: maybe(row.get("fit_seconds")),
        evalNanoseconds: maybe(row.get("eval_nanoseconds")),
      })),
      x: numbers(r.get("x")),
      histogram: parseHistogram(r.get("histogram")),
      curves: r
        .get("curves")
        .list()
        .map((c) => ({ method: c.get("method").text(), pdf: someNumbers(c.get("pdf")) })),
    })),
  );
}
