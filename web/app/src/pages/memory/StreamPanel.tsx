// SPDX-License-Identifier: Apache-2.0
// The stream as it is fed, its reconstruction from N numbers beside it, and the account of the
// error: the exact one, the estimate, readings at a time and over an interval.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { read, type Frame, type Reading } from "../../api/memory.ts";
import { count, maybe, significant, size } from "../../plot/numbers.ts";
import { Plot, type PlotSeries } from "../../plot/Plot.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { Figures } from "../../ui/Figures.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { Slider } from "../../ui/Slider.tsx";
import { useKept } from "../../ui/use_kept.ts";
import { useLive } from "../../ui/use_live.ts";
import { feedUpTo, signalUpTo, timesOf, type PanelProps } from "./panel.ts";

const SPEEDS = [
  { value: "4", title: "Slow" },
  { value: "15", title: "Normal" },
  { value: "40", title: "Fast" },
] as const; // moments per second

type Speed = (typeof SPEEDS)[number]["value"];

/** Advances `frame` while it is playing. */
function usePlayer(
  frame: number,
  frames: number,
  speed: Speed,
  onFrame: (frame: number) => void,
): { playing: boolean; toggle: () => void; stop: () => void } {
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(
      () => {
        if (frame + 1 < frames) onFrame(frame + 1);
        else setPlaying(false);
      },
      1000 / Number(speed),
    );
    return () => clearTimeout(timer);
  }, [playing, frame, frames, speed]);
  return {
    playing,
    toggle: () => {
      if (!playing && frame + 1 >= frames) onFrame(0);
      setPlaying(!playing);
    },
    stop: () => setPlaying(false),
  };
}

function ReadingRow({
  what,
  reading,
  unit,
}: {
  what: string;
  reading: Reading;
  unit: string;
}): JSX.Element {
  const off =
    reading.estimate === null || reading.truth === null ? null : reading.estimate - reading.truth;
  return (
    <div class="detail" role="status" aria-label={what}>
      <dl>
        {(
          [
            [what, `${maybe(reading.estimate, 5)} ${unit}`],
            ["rms error of the whole", `${maybe(reading.rmsError, 3)} ${unit}`],
            [
              "off by at most",
              reading.bound === null ? "no bound" : `${maybe(reading.bound, 3)} ${unit}`,
            ],
            [
              "of the samples",
              reading.truth === null ? "not at hand" : `${maybe(reading.truth, 5)} ${unit}`,
            ],
            ["really off by", off === null ? "\u2013" : `${significant(Math.abs(off), 3)} ${unit}`],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function accountOf(frame: Frame, unit: string): [string, string][] {
  return [
    [
      frame.exact ? "rms residual, exact" : "rms residual, estimate",
      // The energy of an approximate recurrence can fall short of what its coefficients hold.
      !frame.exact && frame.rmsResidual === 0
        ? "too small to tell"
        : `${maybe(frame.rmsResidual, 4)} ${unit}`,
    ],
    ...(frame.measured === null
      ? []
      : ([["measured at the points drawn", `${significant(frame.measured, 4)} ${unit}`]] as [
          string,
          string,
        ][])),
    ["local error now, estimate", `${maybe(frame.localError, 3)} ${unit}`],
  ];
}

export function StreamPanel({
  feed,
  run,
  pending,
  frame: index,
  onFrame,
  unit,
  timeUnit,
}: PanelProps): JSX.Element {
  const [speed, setSpeed] = useKept<Speed>("memory.speed", "15");
  const [at, setAt] = useState<number | null>(null);
  const [interval, setInterval] = useState<readonly [number, number] | null>(null);
  const frames = run?.frames.length ?? 0;
  const frame = run?.frames[Math.min(index, frames - 1)] ?? null;
  const player = usePlayer(Math.min(index, frames - 1), frames, speed, onFrame);

  const inside = (t: number): boolean => frame !== null && t >= frame.begin && t <= frame.end;
  const time = at !== null && inside(at) ? at : null;
  const chosen = interval !== null && inside(interval[0]) && inside(interval[1]) ? interval : null;
  const asks =
    feed !== null && frame !== null && !player.playing && (time !== null || chosen !== null);
  const answer = useLive(
    asks ? JSON.stringify([feed, frame.samples, time, chosen]) : null,
    (signal) =>
      read(feedUpTo(feed as NonNullable<typeof feed>, frame as Frame), time, chosen, signal),
  );

  const all = run?.signal;
  const yRange = useMemo<[number, number]>(() => {
    const values = all?.u ?? [0, 1];
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const margin = 0.12 * (high - low || 1);
    return [low - margin, high + margin];
  }, [all]);
  const last = run?.frames.at(-1) ?? null;
  const xRange = useMemo<[number, number]>(
    () => [all?.t[0] ?? 0, Math.max(last?.end ?? 1, all?.t.at(-1) ?? 0)],
    [all, last],
  );
  const series = useMemo<PlotSeries[]>(() => {
    if (frame === null || all === undefined) return [];
    const fed = signalUpTo(all, frame.end);
    return [
      { label: "the stream", ink: "plot-soft", x: fed.t, y: fed.u, width: 4 },
      {
        label: `rebuilt from ${count(frame.coefficients.length)} numbers`,
        ink: "plot-1",
        x: timesOf(frame),
        y: frame.values,
      },
    ];
  }, [frame, all]);
  const errors = useMemo<PlotSeries[]>(() => {
    const shown = run?.frames.slice(0, index + 1) ?? [];
    const x = shown.map((f) => f.end);
    return [
      {
        label: frame?.exact === false ? "rms residual, estimate" : "rms residual, exact",
        ink: "plot-1",
        x,
        y: shown.map((f) => f.rmsResidual),
      },
      {
        label: "local error, estimate",
        ink: "plot-4",
        x,
        y: shown.map((f) => f.localError),
        dash: [5, 4],
      },
    ];
  }, [run, index]);
  const bars = useMemo(() => {
    const c = frame?.coefficients ?? [];
    return {
      edges: Array.from({ length: c.length + 1 }, (_, n) => n - 0.5),
      density: c.map((x) => x ?? 0),
      ink: "plot-1",
    };
  }, [frame]);
  const baseline = useMemo<PlotSeries[]>(
    () => [{ label: "", ink: "muted", x: [-0.5, bars.density.length - 0.5], y: [0, 0], width: 1 }],
    [bars],
  );

  if (run === null || frame === null)
    return <p class="empty">Choose a series or open a file, and it is fed to the memory here.</p>;
  const endpoints = chosen ?? [frame.begin, frame.end];
  return (
    <>
      <h2 class="visually-hidden">Stream</h2>
      <p class="explain">
        Samples go in one after the other; what stays is N numbers, and from them the past is
        rebuilt.
      </p>
      <div class="player">
        <button type="button" class="primary" onClick={player.toggle}>
          {player.playing ? "Pause" : "Play"}
        </button>
        <Choice
          legend="Speed"
          name="memory-speed"
          options={SPEEDS}
          value={speed}
          onChange={setSpeed}
        />
        <Slider
          label="Fed so far"
          value={Math.min(index, frames - 1)}
          min={0}
          max={frames - 1}
          shown={`${count(frame.samples)} of ${count(run.values)} samples`}
          ends={["begin", "end"]}
          onInput={(i) => {
            player.stop();
            onFrame(i);
          }}
        />
      </div>
      <div class={pending ? "pending" : undefined}>
        <Plot
          title={`The stream up to sample ${frame.samples} and its reconstruction from ${frame.coefficients.length} coefficients`}
          xLabel={timeUnit}
          yLabel={unit}
          series={series}
          xRange={xRange}
          yRange={yRange}
          selection={chosen}
          onHover={(t) => setAt(t === null ? null : round(t))}
          onSelect={(from, to) =>
            setInterval([Math.max(round(from), frame.begin), Math.min(round(to), frame.end)])
          }
        />
      </div>
      <Figures
        rows={[
          ...accountOf(frame, unit),
          ["state", `${size(run.stateBytes)} for ${size(8 * run.values)} of samples`],
        ]}
      />
      {!frame.exact && (
        <p class="facts">
          This measure follows the past by an approximate recurrence: its residual is an estimate.
          legs and window are exact.
        </p>
      )}
      <section class="readings" aria-label="Readings">
        <h3>Reading back</h3>
        <p class="explain">
          Point at the picture for the value at a time; drag over it for the mean of an interval,
          which has a bound that cannot be broken. Or type:
        </p>
        <div class="field-row">
          <NumberField
            label={`At (${timeUnit})`}
            value={round(time ?? frame.end)}
            onChange={setAt}
          />
          <NumberField
            label={`Mean from (${timeUnit})`}
            value={round(endpoints[0])}
            onChange={(from) => setInterval([from, endpoints[1]])}
          />
          <NumberField
            label={`to (${timeUnit})`}
            value={round(endpoints[1])}
            onChange={(to) => setInterval([endpoints[0], to])}
          />
        </div>
        <ErrorBanner error={answer.error} />
        {answer.value?.at !== undefined && answer.value.at !== null && (
          <ReadingRow
            what={`value at ${significant(answer.value.at.t, 6)}`}
            reading={answer.value.at}
            unit={unit}
          />
        )}
        {answer.value?.mean !== undefined && answer.value.mean !== null && (
          <ReadingRow what="mean of the interval" reading={answer.value.mean} unit={unit} />
        )}
      </section>
      <div class="two-columns">
        <section aria-labelledby="coefficients-title">
          <h3 id="coefficients-title">Coefficients</h3>
          <Plot
            title={`The ${frame.coefficients.length} coefficients`}
            xLabel="number of the coefficient"
            wholeX={true}
            yLabel={unit}
            series={baseline}
            histogram={bars}
            height={220}
          />
        </section>
        <section aria-labelledby="errors-title">
          <h3 id="errors-title">Error as it is fed</h3>
          <Plot
            title="Residual of the reconstruction after each moment"
            xLabel={timeUnit}
            yLabel={unit}
            series={errors}
            xRange={xRange}
            yRange={[0, null]}
            height={220}
          />
        </section>
      </div>
      <CommandBox command={answer.value?.command ?? run.command} />
    </>
  );
}

/** As few digits as a place in the picture needs. */
function round(x: number): number {
  return Number(x.toPrecision(7));
}
