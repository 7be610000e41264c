// SPDX-License-Identifier: Apache-2.0
// What every panel of the page of language models is given, and what they share.
// Test: tests/lm.spec.ts.
import type { EvalRow, Explanation, LmModel, SchemeTerm } from "../../api/lm.ts";
import type { PlotSeries } from "../../plot/Plot.tsx";

export interface PanelProps {
  model: LmModel | null; // null while there is none
  models: readonly LmModel[];
  context: number; // most tokens of a prompt and what is written
  scheme: string; // chosen on the left; empty: the model's own
  terms: readonly SchemeTerm[];
  onModels: () => void; // the list of models has changed
  onModel: (id: string) => void;
}

/** Schemes worth a click, for a model trained at N tokens. */
export function presets(trainLength: number): string[] {
  const half = Math.max(1, Math.floor(trainLength / 2));
  const quarter = Math.max(1, Math.floor(trainLength / 4));
  return [
    "rope",
    "pi:s=auto",
    "ntk:s=auto",
    "yarn:s=auto",
    `rerope:w=${half}`,
    `rerope:w=${quarter}+logn:clip`,
    `leaky:w=${half},k=16`,
    `selfext:w=${half},G=16`,
    `window:w=${trainLength}`,
    "dyn:step=1+yarn",
  ];
}

/** The terms of a scheme; "layers:..." is one piece. */
export function termsOf(scheme: string): string[] {
  const text = scheme.trim();
  if (text === "") return [];
  return text.startsWith("layers:") ? [text] : text.split("+");
}

/** The scheme with another term; one of the same group makes room for it. */
export function withTerm(scheme: string, term: SchemeTerm, known: readonly SchemeTerm[]): string {
  const added = term.example === "" ? term.name : `${term.name}:${term.example}`;
  if (term.group === "layout") return added;
  const group = (text: string): string | undefined =>
    known.find((row) => row.name === (text.split(":")[0] ?? ""))?.group;
  const kept = termsOf(scheme).filter(
    (text) => text !== "rope" && !text.startsWith("layers:") && group(text) !== term.group,
  );
  return [...kept, added].join("+");
}

/** Where things stand on a meter of tokens, as shares of its width. */
export interface Meter {
  most: number; // tokens at the right end
  used: number;
  written: number; // of these, by the model
  trained: number;
  limit: number | null; // null: none, or beyond the right end
}

/** A meter that shows what is used, the training length and the scheme's limit, where they fit. */
export function meterOf(
  used: number,
  written: number,
  trainLength: number,
  limit: number | null,
  context: number,
): Meter {
  const wanted = Math.max(2 * trainLength, 1.15 * used, limit === null ? 0 : 1.1 * limit);
  const most = Math.max(used, Math.min(wanted, Math.max(context, 2 * trainLength)));
  return {
    most,
    used: used / most,
    written: written / most,
    trained: Math.min(1, trainLength / most),
    limit: limit === null || limit > most ? null : limit / most,
  };
}

/** What an explanation comes to, in a sentence. */
export function verdict({ declaredLimit, firstOutside, at, train }: Explanation): string {
  if (firstOutside !== null)
    return `From token ${firstOutside} on, queries meet distances that were not trained.`;
  return declaredLimit === null
    ? "No query ever meets a distance that was not trained, however long the text."
    : `All distances up to ${Math.min(declaredLimit, Math.max(at, train))} tokens were trained.`;
}

/** Of a list over length, the ends of every stretch in which nothing changes. */
export function changes(factors: Explanation["factors"]): Explanation["factors"] {
  return factors.filter((row, i) =>
    [factors[i - 1], factors[i + 1]].some(
      (other) => other?.factor !== row.factor || other.stretch !== row.stretch,
    ),
  );
}

const INKS = ["plot-1", "plot-2", "plot-3", "plot-4", "plot-5", "plot-6", "muted"];

/** Loss over length, a curve per scheme in the order of their first rows. */
export function lossCurves(rows: readonly EvalRow[]): PlotSeries[] {
  const schemes = [...new Set(rows.map((row) => row.asked))];
  return schemes.map((scheme, i) => {
    const own = rows.filter((row) => row.asked === scheme).sort((a, b) => a.length - b.length);
    return {
      label: scheme,
      ink: INKS[i % INKS.length] ?? "muted",
      points: true,
      ...(i >= INKS.length ? { dash: [6, 4] } : {}),
      x: own.map((row) => Math.log2(row.length)),
      y: own.map((row) => row.loss),
    };
  });
}

/** "rope, yarn:s=4,ramp=turns" cannot be cut at commas; lines can. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
