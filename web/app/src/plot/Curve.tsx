// SPDX-License-Identifier: Apache-2.0
// A live curve: one metric of a job over the seconds since it began, drawn by uPlot.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

import type { MetricPoint } from "../api/jobs.ts";
import { compact } from "./numbers.ts";

const HEIGHT = 150; // pixels, as in the style sheet
const LEAST_WIDTH = 200;
const DOTS = 40; // up to so many points are drawn as dots too

type Points = readonly MetricPoint[];

function dataOf(points: Points): uPlot.AlignedData {
  return [points.map(([x]) => x), points.map(([, y]) => y)];
}

/** Decimals that tell two neighbouring ticks apart. */
function decimals(step: number): number {
  return Math.max(0, Math.ceil(-Math.log10(step)));
}

/** Draws into `element` with the colours that the style sheet gives it in the current theme. */
function plotOf(element: HTMLElement, points: Points): uPlot {
  const { color: line, caretColor: ink, outlineColor: grid } = getComputedStyle(element);
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return new uPlot(
    {
      width: Math.max(LEAST_WIDTH, element.clientWidth),
      height: HEIGHT,
      scales: { x: { time: false } },
      legend: { show: false },
      cursor: { show: false },
      axes: [
        {
          ...axis,
          size: 30,
          values: (_plot, ticks, _axis, _space, step) =>
            ticks.map((x) => `${x.toFixed(decimals(step))} s`),
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
    dataOf(points),
    element,
  );
}

export function Curve({ title, points }: { title: string; points: Points }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(points);
  newest.current = points;
  const latest = compact(points.at(-1)?.[1] ?? 0);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const paint = (): void => {
      plot.current?.destroy();
      plot.current = plotOf(element, newest.current);
    };
    paint();
    const resize = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(LEAST_WIDTH, element.clientWidth), height: HEIGHT }),
    );
    resize.observe(element);
    addEventListener("themechange", paint);
    return () => {
      removeEventListener("themechange", paint);
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.setData(dataOf(points)), [points]);

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
