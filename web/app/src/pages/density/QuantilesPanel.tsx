// SPDX-License-Identifier: Apache-2.0
// Quantiles of the density beside those of the data, and a calculator: probabilities of intervals,
// density and distribution at a value.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { evaluate, quantiles } from "../../api/density.ts";
import { maybe, significant } from "../../plot/numbers.ts";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { Figures } from "../../ui/Figures.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { withPrefix, type PanelProps } from "./panel.ts";

export function QuantilesPanel({ data, shown, prefix, unit }: PanelProps): JSX.Element {
  const model = shown?.model ?? null;
  const table = useAnswer(model && JSON.stringify([model, data]), (signal) =>
    quantiles(model ?? "", data, signal),
  );
  if (shown === null) return <p class="empty">Fit a density first.</p>;
  const place = (share: number): number =>
    Number((shown.x[Math.floor(share * (shown.x.length - 1))] ?? 0).toPrecision(3));
  return (
    <>
      <h2 class="visually-hidden">Quantiles</h2>
      <p class="explain">
        The value that a share of the distribution lies below: of the density, and of the data it
        was fitted to.
      </p>
      <ErrorBanner error={table.error} />
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Quantiles">
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                Share below
              </th>
              <th scope="col" class="number">
                Density ({unit})
              </th>
              <th scope="col" class="number">
                Data ({unit})
              </th>
            </tr>
          </thead>
          <tbody>
            {(table.value?.rows ?? []).map((row) => (
              <tr key={row.share}>
                <td class="number">{significant(100 * row.share)} %</td>
                <td class="number">{maybe(row.quantile, 5)}</td>
                <td class="number">{maybe(row.empirical, 5)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Calculator model={shown.model} ends={[place(0.4), place(0.6)]} unit={unit} />
      <CommandBox command={withPrefix(prefix, table.value?.command)} />
    </>
  );
}

/** Questions with typed numbers. */
function Calculator({
  model,
  ends,
  unit,
}: {
  model: string;
  ends: readonly [number, number]; // of the interval, before anybody typed one
  unit: string;
}): JSX.Element {
  const [typed, setTyped] = useState<readonly [number, number] | null>(null);
  const [from, to] = typed ?? ends;
  const [share, setShare] = useKept("density.share", 50);
  const answer = useAnswer(JSON.stringify([model, from, to, share]), async (signal) => {
    const [between, density, below, above, quantile] = await Promise.all([
      evaluate(model, "probability", [from, to], signal),
      evaluate(model, "pdf", [from], signal),
      evaluate(model, "cdf", [from], signal),
      evaluate(model, "sf", [to], signal),
      evaluate(model, "quantile", [share / 100], signal),
    ]);
    const first = (of: { values: (number | null)[] }): number | null => of.values[0] ?? null;
    return {
      between: first(between),
      density: first(density),
      below: first(below),
      above: first(above),
      quantile: first(quantile),
    };
  });
  const value = answer.value;
  const percent = (p: number | null): string =>
    p === null ? "\u2013" : `${significant(100 * p, 5)} %`;
  return (
    <section class="readings" aria-label="Calculator">
      <h3>Calculator</h3>
      <div class="field-row">
        <NumberField label={`From (${unit})`} value={from} onChange={(x) => setTyped([x, to])} />
        <NumberField label={`To (${unit})`} value={to} onChange={(x) => setTyped([from, x])} />
        <NumberField label="Share below (%)" value={share} min={0} max={100} onChange={setShare} />
      </div>
      <ErrorBanner error={answer.error} />
      {value !== null && (
        <div role="status" aria-label="Probabilities">
          <Figures
            rows={[
              [`between ${significant(from)} and ${significant(to)}`, percent(value.between)],
              [`below ${significant(from)}`, percent(value.below)],
              [`above ${significant(to)}`, percent(value.above)],
              [`density at ${significant(from)}`, `${maybe(value.density)} per unit of ${unit}`],
              [
                `${significant(share)} % lie below`,
                value.quantile === null ? "no finite value" : `${maybe(value.quantile, 6)} ${unit}`,
              ],
            ]}
          />
        </div>
      )}
    </section>
  );
}
