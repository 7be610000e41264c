// SPDX-License-Identifier: Apache-2.0
// A picture of curves over a common axis, with a histogram behind them, marks, a place that is
// pointed at and an interval that is chosen by dragging. What pointing and dragging do, a page also
// offers as fields, so that nothing needs a mouse. Colours are names of the style sheet.
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";

import { inksOf, type Ink } from "./inks.ts";
import { tick } from "./numbers.ts";
import { usePlot } from "./use_plot.ts";

export interface PlotSeries {
  label: string; // for the legend; empty = it has no place there
  ink: Ink;
  x: readonly number[]; // ascending
  y: readonly (number | null)[];
  width?: number; // pixels
  dash?: readonly number[];
  dots?: boolean; // points instead of a line
  points?: boolean; // points on the line
}

/** Bars between edges; also below zero. */
export interface PlotBars {
  edges: readonly number[];
  density: readonly number[]; // heights, one fewer than edges
  ink?: Ink; // "plot-bar" unless said otherwise
}

export interface PlotMark {
  x: number;
  label: string;
  ink: Ink;
}

export interface PlotProps {
  title: string; // what is seen, for those who do not
  xLabel: string; // with its unit
  yLabel: string;
  wholeX?: boolean; // no ticks between whole numbers
  xTick?: (x: number) => string; // at whole numbers, where they stand for something else
  series: readonly PlotSeries[];
  histogram?: PlotBars | null;
  marks?: readonly PlotMark[];
  xRange?: readonly [number, number];
  yRange?: readonly [number | null, number | null]; // null: as the data are
  height?: number;
  selection?: readonly [number, number] | null;
  onHover?: (x: number | null) => void;
  onSelect?: (from: number, to: number) => void;
}

const HEIGHT = 320; // pixels
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000];
const MARGIN = 0.05; // of the range, above and below

/** Curves on a common list of places; where all have the same list, that one. */
function aligned(series: readonly PlotSeries[]): uPlot.AlignedData {
  const first = series[0];
  if (first === undefined) return [[]];
  if (series.every((s) => s.x === first.x))
    return [first.x as number[], ...series.map((s) => s.y as (number | null)[])];
  return uPlot.join(series.map((s) => [s.x as number[], s.y as (number | null)[]]));
}

/** The range of an axis: of the values with a margin, but where `fixed` says. */
function rangeOf(
  values: readonly (number | null)[],
  fixed: readonly [number | null, number | null],
): [number, number] {
  const known = values.filter((value) => value !== null);
  const low = known.length === 0 ? 0 : Math.min(...known);
  const high = known.length === 0 ? 1 : Math.max(...known);
  const margin = MARGIN * (high - low || Math.abs(high) || 1);
  return [fixed[0] ?? low - margin, fixed[1] ?? high + margin];
}

function makePlot(
  element: HTMLElement,
  width: number,
  data: uPlot.AlignedData,
  now: () => PlotProps,
): uPlot {
  const props = now();
  const names = [
    "muted",
    "line",
    "ink",
    props.histogram?.ink ?? "plot-bar",
    "plot-bar-edge",
    "accent-soft",
    ...props.series.map((s) => s.ink),
    ...(props.marks ?? []).map((m) => m.ink),
  ];
  const inks = inksOf(element, names);
  const ink = (name: Ink): string => inks.get(name) ?? inksOf(element, [name]).get(name) ?? "";
  const grid = { stroke: ink("line"), width: 1 };
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const axis: uPlot.Axis = { stroke: ink("muted"), grid, ticks: grid, font, labelFont: font };

  const drawBars = (plot: uPlot): void => {
    const bars = now().histogram;
    if (bars === null || bars === undefined) return;
    const { ctx } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
    ctx.clip();
    ctx.fillStyle = ink(bars.ink ?? "plot-bar");
    ctx.strokeStyle = ink("plot-bar-edge");
    ctx.lineWidth = 1;
    const bottom = plot.valToPos(0, "y", true);
    bars.density.forEach((height, i) => {
      const left = plot.valToPos(bars.edges[i] ?? 0, "x", true);
      const right = plot.valToPos(bars.edges[i + 1] ?? 0, "x", true);
      const top = plot.valToPos(height, "y", true);
      ctx.fillRect(left, top, right - left, bottom - top);
      ctx.strokeRect(left, top, right - left, bottom - top);
    });
    ctx.restore();
  };
  const drawMarks = (plot: uPlot): void => {
    const { ctx } = plot;
    const scale = devicePixelRatio;
    ctx.save();
    const chosen = now().selection;
    if (chosen !== null && chosen !== undefined) {
      const [left, right] = chosen.map((x) => plot.valToPos(x, "x", true)) as [number, number];
      ctx.globalAlpha = 0.55;
      ctx.globalCompositeOperation = "destination-over";
      ctx.fillStyle = ink("accent-soft");
      ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
      ctx.globalCompositeOperation = "source-over";
      ctx.globalAlpha = 1;
    }
    ctx.font = `${12 * scale}px ${getComputedStyle(element).fontFamily}`;
    ctx.textAlign = "center";
    for (const mark of now().marks ?? []) {
      const x = plot.valToPos(mark.x, "x", true);
      if (x < plot.bbox.left - 1 || x > plot.bbox.left + plot.bbox.width + 1) continue;
      ctx.strokeStyle = ink(mark.ink);
      ctx.fillStyle = ink(mark.ink);
      ctx.lineWidth = 1.5 * scale;
      ctx.setLineDash([4 * scale, 3 * scale]);
      ctx.beginPath();
      ctx.moveTo(x, plot.bbox.top + 16 * scale);
      ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
      ctx.stroke();
      ctx.fillText(mark.label, x, plot.bbox.top + 11 * scale);
    }
    ctx.restore();
  };

  return new uPlot(
    {
      width,
      height: props.height ?? HEIGHT,
      scales: {
        x: {
          time: false,
          range: (_plot, low, high) => {
            const fixed = now().xRange;
            return fixed === undefined ? [low, high] : [fixed[0], fixed[1]];
          },
        },
        y: {
          range: (_plot, low, high) =>
            rangeOf([low, high, ...(now().histogram?.density ?? [])], now().yRange ?? [null, null]),
        },
      },
      legend: { show: false },
      cursor: {
        show: now().onHover !== undefined || now().onSelect !== undefined,
        x: true,
        y: false,
        points: { show: false },
        drag: { x: now().onSelect !== undefined, y: false, setScale: false },
      },
      axes: [
        {
          ...axis,
          size: 34,
          label: props.xLabel,
          ...(props.wholeX === true || props.xTick !== undefined ? { incrs: WHOLE_STEPS } : {}),
          labelSize: 18,
          labelGap: 0,
          values: (_plot, ticks, _axis, _space, step) =>
            ticks.map((x) => props.xTick?.(x) ?? tick(x, step)),
        },
        {
          ...axis,
          size: 66,
          label: props.yLabel,
          labelSize: 18,
          labelGap: 0,
          values: (_plot, ticks, _axis, _space, step) => ticks.map((y) => tick(y, step)),
        },
      ],
      series: [
        {},
        ...props.series.map((s): uPlot.Series => ({
          stroke: ink(s.ink),
          width: s.dots === true ? 0 : (s.width ?? 2),
          ...(s.dash === undefined ? {} : { dash: [...s.dash] }),
          spanGaps: true,
          points: { show: s.dots === true || s.points === true, size: 6, fill: ink(s.ink) },
        })),
      ],
      hooks: {
        drawAxes: [drawBars],
        draw: [drawMarks],
        setCursor: [
          (plot) => {
            const left = plot.cursor.left ?? -1;
            now().onHover?.(left < 0 ? null : plot.posToVal(left, "x"));
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width: wide } = plot.select;
            if (wide < 3) return;
            now().onSelect?.(plot.posToVal(left, "x"), plot.posToVal(left + wide, "x"));
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    data,
    element,
  );
}

export function Plot(props: PlotProps): JSX.Element {
  const { series, marks, selection, histogram, xRange, yRange } = props;
  const newest = useRef(props);
  newest.current = props;
  // What is drawn beside the curves counts as data: new data are drawn again.
  const data = useMemo(
    () => aligned(series),
    [series, marks, selection, histogram, xRange, yRange],
  );
  const kind = JSON.stringify([
    series.map((s) => [s.ink, s.width, s.dash, s.dots, s.points]),
    props.xLabel,
    props.yLabel,
    props.height,
    props.onSelect !== undefined,
    props.onHover !== undefined,
  ]);
  const place = usePlot(
    (element, width, drawn) => makePlot(element, width, drawn, () => newest.current),
    data,
    kind,
  );
  const named = series.filter((s) => s.label !== "");
  return (
    <figure class="plot">
      <div ref={place} class="plot-place" role="img" aria-label={props.title} />
      {named.length > 0 && (
        <figcaption class="legend">
          {named.map((s) => (
            <span key={s.label}>
              <span class={`swatch swatch-${s.ink}`} />
              {s.label}
            </span>
          ))}
          {histogram !== null && histogram !== undefined && histogram.ink === undefined && (
            <span>
              <span class="swatch swatch-plot-bar" />
              histogram
            </span>
          )}
        </figcaption>
      )}
    </figure>
  );
}
