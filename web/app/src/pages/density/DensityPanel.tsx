// SPDX-License-Identifier: Apache-2.0
// The main picture: histogram and fitted density, or the distribution functions, with the modes
// marked, the certificate in words and the figures of the fit.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { modes } from "../../api/density.ts";
import { count, maybe, probability, significant } from "../../plot/numbers.ts";
import { Plot, type PlotMark, type PlotSeries } from "../../plot/Plot.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { Figures } from "../../ui/Figures.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { certificate, type PanelProps, type Shown } from "./panel.ts";

type View = "density" | "distribution";

function figuresOf(shown: Shown, unit: string): [string, string][] {
  const nll = shown.report?.nll ?? shown.goodness?.nll ?? null;
  const rows: [string, string][] = [["order N", count(shown.order)]];
  if (nll !== null) {
    rows.push(["negative log-likelihood", `${significant(nll, 5)} nats per value`]);
    rows.push(["the same", `${significant(nll / Math.LN2, 5)} bits per value`]);
  }
  rows.push(["entropy", `${maybe(shown.entropy, 5)} nats`]);
  if (shown.direction !== null) {
    rows.push(["mean direction", `${significant(shown.direction)} ${unit}`]);
    rows.push(["resultant length", maybe(shown.resultantLength, 3)]);
  } else {
    rows.push([
      "mean",
      shown.mean.value === null ? "does not exist" : `${significant(shown.mean.value)} ${unit}`,
    ]);
    rows.push([
      "standard deviation",
      shown.variance.value === null
        ? "does not exist"
        : `${significant(Math.sqrt(shown.variance.value))} ${unit}`,
    ]);
  }
  if (shown.goodness !== null)
    rows.push([
      "Kolmogorov\u2013Smirnov distance",
      `${maybe(shown.goodness.ks, 3)}${
        shown.goodness.ksPValue === null ? "" : `, p = ${maybe(shown.goodness.ksPValue, 2)}`
      }`,
    ]);
  return rows;
}

export function DensityPanel({
  options,
  shown,
  pending,
  unit,
  prominence,
}: PanelProps): JSX.Element {
  const [view, setView] = useKept<View>("density.view", "density");
  const [at, setAt] = useState<number | null>(null);
  const model = shown?.model ?? null;
  const found = useAnswer(model && `${prominence} ${model}`, (signal) =>
    modes(model ?? "", prominence, signal),
  );
  const marks = useMemo<PlotMark[]>(
    () =>
      (found.value?.modes ?? [])
        .filter((mode) => mode.maximum)
        .map((mode, i) => ({ x: mode.location, label: String(i + 1), ink: "muted" })),
    [found.value],
  );
  const series = useMemo<PlotSeries[]>(() => {
    if (shown === null) return [];
    if (view === "density")
      return [{ label: "fitted density", ink: "plot-1", x: shown.x, y: shown.pdf }];
    return [
      ...(shown.empirical === null
        ? []
        : [{ label: "data", ink: "plot-2", x: shown.x, y: shown.empirical, width: 1.5 }]),
      { label: "fitted distribution", ink: "plot-1", x: shown.x, y: shown.cdf },
    ];
  }, [shown, view]);
  if (shown === null)
    return <p class="empty">Choose or paste numbers, and their density appears.</p>;

  const words = shown.report === null ? null : certificate(shown.report, shown.order, options);
  const nearest =
    at === null
      ? -1
      : shown.x.reduce(
          (best, x, i) => (Math.abs(x - at) < Math.abs((shown.x[best] ?? 0) - at) ? i : best),
          0,
        );
  return (
    <>
      <h2 class="visually-hidden">Density</h2>
      <div class="panel-head">
        <p class="explain">
          The histogram of the numbers and the density fitted to them: an exact maximum of the
          likelihood, with its certificate.
        </p>
        <Choice
          legend="View"
          name="density-view"
          options={[
            { value: "density", title: "Density" },
            { value: "distribution", title: "Distribution" },
          ]}
          value={view}
          onChange={setView}
        />
      </div>
      <div class={pending ? "pending" : undefined}>
        <Plot
          title={`${view === "density" ? "Density" : "Distribution function"} of ${unit}, order ${shown.order}, ${marks.length} modes`}
          xLabel={unit}
          yLabel={view === "density" ? `density, per unit of ${unit}` : "share of values below"}
          series={series}
          histogram={view === "density" ? shown.histogram : null}
          marks={view === "density" ? marks : []}
          yRange={view === "density" ? [0, null] : [0, 1]}
          onHover={setAt}
        />
        <p class="reading" role="status" aria-label="Reading">
          {nearest < 0
            ? "Point at the picture to read it; the Quantiles panel takes typed values."
            : `at ${significant(shown.x[nearest] ?? 0)} ${unit}: density ${maybe(shown.pdf[nearest] ?? null)}, share below ${probability(shown.cdf[nearest] ?? 0)}`}
        </p>
      </div>
      {words !== null && (
        <p class="certificate" data-state={words.state}>
          {words.words}
        </p>
      )}
      <Figures rows={figuresOf(shown, unit)} />
      <p class="facts">
        {shown.report !== null && (
          <>
            {count(shown.parameters)} free parameters &middot; {count(shown.report.lbfgsSteps)}{" "}
            L-BFGS and {count(shown.report.newtonSteps)} Newton steps in{" "}
            {maybe(shown.report.seconds, 2)} s
          </>
        )}
        {shown.histogram !== null && shown.histogram.outside > 0 && (
          <> &middot; {count(shown.histogram.outside)} values lie outside the picture</>
        )}
      </p>
      {shown.used < shown.values && (
        <p class="notice">
          Fitted to {count(shown.used)} of {count(shown.values)} values, drawn at random, so that it
          follows the sliders. <a href="#/density/fit">A job fits all of them.</a>
        </p>
      )}
      {shown.report !== null && shown.report.warnings.length > 0 && (
        <ul class="warnings">
          {shown.report.warnings.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      <CommandBox command={shown.command} />
    </>
  );
}
