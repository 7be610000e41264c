// SPDX-License-Identifier: Apache-2.0
// How detailed a density the data bear: each order's score on data it was not fitted to, and the
// order that is chosen by it.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { fit, type OrderScore } from "../../api/density.ts";
import { maybe } from "../../plot/numbers.ts";
import { Plot, type PlotSeries } from "../../plot/Plot.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import type { PanelProps } from "./panel.ts";

const CRITERIA: readonly { name: string; title: string; unit: string }[] = [
  { name: "kfold", title: "cross-validation", unit: "nats per held-out value" },
  { name: "holdout", title: "one part held out", unit: "nats per held-out value" },
  { name: "aic", title: "AIC", unit: "nats per value" },
  { name: "bic", title: "BIC", unit: "nats per value" },
];

/** Scores as a curve with a band of the standard error of their difference from the best. */
function curves(scores: readonly OrderScore[]): PlotSeries[] {
  const x = scores.map((s) => s.order);
  const side = (sign: number): (number | null)[] =>
    scores.map((s) => (s.score === null ? null : s.score + sign * (s.standardError ?? 0)));
  const errors = scores.some((s) => (s.standardError ?? 0) > 0);
  return [
    ...(errors
      ? [
          {
            label: "standard error of the difference from the best",
            ink: "plot-4",
            x,
            y: side(-1),
            width: 1,
            dash: [4, 4],
          },
          { label: "", ink: "plot-4", x, y: side(1), width: 1, dash: [4, 4] },
        ]
      : []),
    { label: "score", ink: "plot-1", x, y: scores.map((s) => s.score) },
    { label: "on all data", ink: "plot-2", x, y: scores.map((s) => s.nll), width: 1 },
  ];
}

export function OrderPanel({ data, options, unit, onOptions }: PanelProps): JSX.Element {
  const [most, setMost] = useKept("density.most-order", 24);
  const [criterion, setCriterion] = useKept("density.criterion", "kfold");
  const [asked, setAsked] = useState<string | null>(null);
  const question = data === null ? null : JSON.stringify([data, options, most, criterion]);
  const answer = useAnswer(
    asked !== null && asked === question ? question : null,
    (signal) => fit(data, { ...options, order: `auto:1-${most}`, criterion }, signal),
    0,
  );
  const scores = answer.value?.report.orders ?? [];
  const series = useMemo(() => curves(scores), [answer.value]);
  const row = CRITERIA.find((c) => c.name === criterion) ?? CRITERIA[0];
  const chosen = answer.value?.order ?? null;
  if (data === null) return <p class="empty">Choose or paste numbers first.</p>;
  return (
    <>
      <h2 class="visually-hidden">Order</h2>
      <p class="explain">
        A higher order always fits the data it sees better. What counts is how it describes data it
        has not seen: of the orders that the best does not clearly beat, by more than the standard error of
        their difference, the smallest is chosen.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(question);
        }}
      >
        <div class="field-row">
          <NumberField
            label="Orders from 1 to"
            value={most}
            min={2}
            max={256}
            onChange={(n) => setMost(Math.floor(n))}
          />
          <div class="option">
            <label for="density-criterion">Score by</label>
            <select
              id="density-criterion"
              value={criterion}
              onChange={(e) => setCriterion(e.currentTarget.value)}
            >
              {CRITERIA.map((c) => (
                <option key={c.name} value={c.name}>
                  {c.title}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" class="primary">
            Score the orders
          </button>
        </div>
      </form>
      <p class="muted" aria-live="polite">
        {answer.pending ? "Fitting every order\u2026" : ""}
      </p>
      <ErrorBanner error={answer.error} />
      {chosen !== null && (
        <>
          <Plot
            title={`Score of each order; ${chosen} is chosen`}
            xLabel="order N"
            wholeX={true}
            yLabel={row?.unit ?? ""}
            series={series}
            marks={[{ x: chosen, label: `N = ${chosen}`, ink: "plot-3" }]}
          />
          <div class="buttons">
            <button
              type="button"
              class="primary"
              onClick={() => onOptions({ order: String(chosen) })}
            >
              Use N = {chosen}
            </button>
          </div>
          <div class="table-scroll tall" tabIndex={0} role="region" aria-label="Scores of orders">
            <table>
              <thead>
                <tr>
                  <th scope="col" class="number">
                    Order N
                  </th>
                  <th scope="col" class="number">
                    Score ({row?.unit})
                  </th>
                  <th scope="col" class="number">
                    Standard error
                  </th>
                  <th scope="col" class="number">
                    On all data
                  </th>
                </tr>
              </thead>
              <tbody>
                {scores.map((s) => (
                  <tr key={s.order} class={s.order === chosen ? "chosen" : undefined}>
                    <td class="number">{s.order}</td>
                    <td class="number">{maybe(s.score, 6)}</td>
                    <td class="number">
                      {(s.standardError ?? 0) > 0 ? maybe(s.standardError, 2) : ""}
                    </td>
                    <td class="number">{maybe(s.nll, 6)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p class="facts">Likelihoods are of densities per unit of {unit}.</p>
        </>
      )}
      <CommandBox command={answer.value?.command ?? null} />
    </>
  );
}
