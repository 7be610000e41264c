// SPDX-License-Identifier: Apache-2.0
// A live curve: one metric of a job over the seconds since it began, drawn by uPlot.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import uPlot from "uplot";

import type { MetricPoint } from "../api/jobs.ts";
import { inksOf } from "./inks.ts";
import { compact, tick } from "./numbers.ts";
import { usePlot } from "./use_plot.ts";

const HEIGHT = 150; // pixels, as in the style sheet
const DOTS = 40; // up to so many points are drawn as dots too

function plotOf(element: HTMLElement, width: number, data: uPlot.AlignedData): uPlot {
  const inks = inksOf(element, ["accent", "muted", "line"]);
  const line = inks.get("accent") ?? "";
  const grid = { stroke: inks.get("line") ?? "", width: 1 };
  const axis = { stroke: inks.get("muted") ?? "", grid, ticks: grid };
  return new uPlot(
    {
      width,
      height: HEIGHT,
      scales: { x: { time: false } },
      legend: { show: false },
      cursor: { show: false },
      axes: [
        {
          ...axis,
          size: 30,
          space: 80,
          values: (_plot, ticks, _axis, _space, step) => ticks.map((x) => `${tick(x, step)} s`),
        },
        { ...axis, size: 52, values: (_, ticks) => ticks.map(compact) },
      ],
      series: [
        {},
        {
          stroke: line,
          width: 2,
          points: { show: (plot) => plot.data[0].length <= DOTS, size: 6, fill: line },
        },
      ],
    },
    data,
    element,
  );
}

export function Curve({
  title,
  points,
}: {
  title: string;
  points: readonly MetricPoint[];
}): JSX.Element {
  const data = useMemo<uPlot.AlignedData>(
    () => [points.map(([x]) => x), points.map(([, y]) => y)],
    [points],
  );
  const place = usePlot(plotOf, data, "");
  const latest = compact(points.at(-1)?.[1] ?? 0);
  return (
    <figure class="curve">
      <figcaption>
        {title} <strong>{latest}</strong>
      </figcaption>
      <div
        ref={place}
        class="curve-plot"
        role="img"
        aria-label={`${title}: ${points.length} values, the last is ${latest}`}
      />
    </figure>
  );
}
