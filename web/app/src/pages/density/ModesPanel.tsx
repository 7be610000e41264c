// SPDX-License-Identifier: Apache-2.0
// All maxima of the density that stand out far enough, and the minima between them.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { modes } from "../../api/density.ts";
import { maybe, probability, significant } from "../../plot/numbers.ts";
import { Plot, type PlotMark, type PlotSeries } from "../../plot/Plot.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { useLive } from "../../ui/use_live.ts";
import { withPrefix, type PanelProps } from "./panel.ts";
import { ProminenceSlider } from "./ProminenceSlider.tsx";

export function ModesPanel({
  shown,
  prefix,
  unit,
  prominence,
  onProminence,
}: PanelProps): JSX.Element {
  const model = shown?.model ?? null;
  const answer = useLive(model && `${prominence} ${model}`, (signal) =>
    modes(model ?? "", prominence, signal),
  );
  const list = answer.value?.modes ?? [];
  const maxima = list.filter((mode) => mode.maximum);
  const marks = useMemo<PlotMark[]>(
    () => maxima.map((mode, i) => ({ x: mode.location, label: String(i + 1), ink: "plot-2" })),
    [answer.value],
  );
  const series = useMemo<PlotSeries[]>(
    () => (shown === null ? [] : [{ label: "density", ink: "plot-1", x: shown.x, y: shown.pdf }]),
    [shown],
  );
  if (shown === null) return <p class="empty">Fit a density first.</p>;
  let number = 0;
  return (
    <>
      <h2 class="visually-hidden">Modes</h2>
      <p class="explain">
        Every maximum and minimum, found as roots and not on a grid. A mode's prominence is how far
        one must come down from it to reach a higher one; small ones are usually noise.
      </p>
      <ProminenceSlider prominence={prominence} onProminence={onProminence} />
      <ErrorBanner error={answer.error} />
      <Plot
        title={`Density with ${maxima.length} modes marked`}
        xLabel={unit}
        yLabel={`density, per unit of ${unit}`}
        series={series}
        histogram={shown.histogram}
        marks={marks}
        yRange={[0, null]}
        height={260}
      />
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Modes">
        <table>
          <thead>
            <tr>
              <th scope="col">Mode</th>
              <th scope="col" class="number">
                at ({unit})
              </th>
              <th scope="col" class="number">
                Density (per {unit})
              </th>
              <th scope="col" class="number">
                Prominence
              </th>
              <th scope="col" class="number wide-only">
                Curvature (per {unit}&sup3;)
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map((mode, i) => (
              <tr key={i}>
                <td>{mode.maximum ? `${++number}` : <span class="muted">minimum</span>}</td>
                <td class="number">{significant(mode.location, 5)}</td>
                <td class="number">{significant(mode.density, 4)}</td>
                <td class="number">{mode.maximum ? probability(mode.prominence) : ""}</td>
                <td class="number wide-only">{maybe(mode.curvature, 3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <CommandBox command={withPrefix(prefix, answer.value?.command)} />
    </>
  );
}
