// SPDX-License-Identifier: Apache-2.0
// Snapshots: save the state at the moment shown, look into a saved one, go on from it with the
// samples of the page, merge two of adjacent stretches.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { fromBase64, toBase64 } from "../../api/bytes.ts";
import { inspect, merge, takeSnapshot, type Snapshot } from "../../api/memory.ts";
import { count, maybe, size, significant } from "../../plot/numbers.ts";
import { Plot, type PlotSeries } from "../../plot/Plot.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { Figures } from "../../ui/Figures.tsx";
import { DropZone, FileButton } from "../../ui/FileButton.tsx";
import { saveFile } from "../../ui/save_file.ts";
import { feedUpTo, timesOf, type PanelProps } from "./panel.ts";

const save = (kept: Snapshot): void => saveFile(new Blob([fromBase64(kept.snapshot)]), kept.name);

export function SnapshotsPanel({
  feed,
  run,
  frame: index,
  unit,
  timeUnit,
}: PanelProps): JSX.Element {
  const [list, setList] = useState<readonly Snapshot[]>([]);
  const [error, setError] = useState<unknown>(null);
  const frame = run?.frames[Math.min(index, (run?.frames.length ?? 1) - 1)] ?? null;

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(thrown);
    }
  };
  const add = (snapshot: Snapshot): void => setList((before) => [...before, snapshot]);
  const unused = (stem: string): string => {
    let name = `${stem}.yms`;
    for (let i = 2; list.some((kept) => kept.name === name); ++i) name = `${stem}-${i}.yms`;
    return name;
  };
  const unusedLike = (name: string): string => unused(name.replace(/\.yms$/, ""));
  const open = (file: File): Promise<void> =>
    attempt(async () =>
      add(await inspect(toBase64(new Uint8Array(await file.arrayBuffer())), unusedLike(file.name))),
    );
  const take = (): Promise<void> =>
    attempt(async () => {
      if (feed === null || frame === null) return;
      add(await takeSnapshot(feedUpTo(feed, frame), unused("stream"), ""));
    });
  const resume = (kept: Snapshot): Promise<void> =>
    attempt(async () => {
      if (feed === null) return;
      const onward = { ...feed, snapshot: kept.snapshot };
      add(await takeSnapshot(onward, unused("resumed"), kept.name));
    });
  const join = (older: Snapshot, newer: Snapshot): Promise<void> =>
    attempt(async () => {
      add(await merge(older, newer, unused("merged")));
    });

  return (
    <DropZone label="Snapshots" class="readings" onFile={open}>
      <h2 class="visually-hidden">Snapshots</h2>
      <p class="explain">
        A snapshot is the whole state in a few kilobytes: going on from it gives the same bits as
        never having stopped. Snapshots of stretches that follow each other merge exactly.
      </p>
      <div class="buttons">
        <button type="button" class="primary" onClick={take} disabled={frame === null}>
          Take one after {count(frame?.samples ?? 0)} samples
        </button>
        <FileButton label={"Open snapshot\u2026"} accept=".yms" onFile={open} />
      </div>
      <ErrorBanner error={error} onClose={() => setError(null)} />
      {list.length === 0 && (
        <p class="empty">
          No snapshot yet. Take one at any moment of the stream, or open a .yms file. To merge, take
          one of the first samples, pass over these under Range, and take another.
        </p>
      )}
      {list.map((kept, i) => (
        <SnapshotCard
          key={kept.name}
          kept={kept}
          unit={unit}
          timeUnit={timeUnit}
          others={list.filter((other) => other !== kept)}
          onResume={feed === null ? null : () => resume(kept)}
          onMerge={(newer) => join(kept, newer)}
          onForget={() => setList(list.filter((_, at) => at !== i))}
        />
      ))}
    </DropZone>
  );
}

function SnapshotCard({
  kept,
  unit,
  timeUnit,
  others,
  onResume,
  onMerge,
  onForget,
}: {
  kept: Snapshot;
  unit: string;
  timeUnit: string;
  others: readonly Snapshot[];
  onResume: (() => void) | null;
  onMerge: (newer: Snapshot) => void;
  onForget: () => void;
}): JSX.Element {
  const { summary } = kept;
  const series = useMemo<PlotSeries[]>(
    () => [
      {
        label: `rebuilt from ${summary.coefficients.length} numbers`,
        ink: "plot-1",
        x: timesOf(summary),
        y: summary.values,
      },
    ],
    [kept],
  );
  const next = others.filter(
    (other) =>
      Math.abs(other.summary.begin - summary.end) < 1e-9 * Math.max(1, Math.abs(summary.end)),
  );
  return (
    <article class="job" aria-label={kept.name}>
      <header>
        <h3>{kept.name}</h3>
        <span class="muted">{String(kept.options["measure"] ?? "")}</span>
        <span class="state">{kept.names.join(", ")}</span>
        <button type="button" class="quiet" onClick={onForget}>
          Forget
        </button>
      </header>
      <Figures
        rows={[
          ["samples", count(kept.samples)],
          [
            "interval",
            `${significant(summary.begin, 6)} to ${significant(summary.end, 6)} ${timeUnit}`,
          ],
          [
            summary.exact ? "rms residual, exact" : "rms residual, estimate",
            `${maybe(summary.rmsResidual)} ${unit}`,
          ],
          ["state", size(kept.stateBytes)],
        ]}
      />
      <Plot
        title={`What ${kept.name} holds`}
        xLabel={timeUnit}
        yLabel={unit}
        series={series}
        height={200}
      />
      <div class="buttons">
        <button type="button" onClick={() => save(kept)}>
          Download
        </button>
        {onResume !== null && (
          <button type="button" onClick={onResume}>
            Go on with these samples
          </button>
        )}
        {next.map((newer) => (
          <button key={newer.name} type="button" onClick={() => onMerge(newer)}>
            Merge with {newer.name}
          </button>
        ))}
      </div>
      <CommandBox command={kept.command} />
    </article>
  );
}
