// SPDX-License-Identifier: Apache-2.0
// The memory page: a series and what is remembered of it on one side; on the other the stream as it
// is fed, readings, snapshots, matrices, contests.
import type { ComponentType, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { listMeasures, run, type Feed, type Measure } from "../../api/memory.ts";
import { dataOf, type Source } from "../../api/numbers.ts";
import { loadOptions, readOptions, type OptionField } from "../../api/options.ts";
import { count } from "../../plot/numbers.ts";
import { DataCard, NO_SOURCE } from "../../ui/DataCard.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { useLive } from "../../ui/use_live.ts";
import type { PageProps } from "../page.ts";
import { AdvisorPanel } from "./AdvisorPanel.tsx";
import { ContestPanel } from "./ContestPanel.tsx";
import { MatricesPanel } from "./MatricesPanel.tsx";
import { MemoryCard } from "./MemoryCard.tsx";
import type { PanelProps } from "./panel.ts";
import { SnapshotsPanel } from "./SnapshotsPanel.tsx";
import { StreamPanel } from "./StreamPanel.tsx";

const PANELS: readonly { name: string; title: string; panel: ComponentType<PanelProps> }[] = [
  { name: "stream", title: "Stream", panel: StreamPanel },
  { name: "snapshots", title: "Snapshots", panel: SnapshotsPanel },
  { name: "advisor", title: "Advisor", panel: AdvisorPanel },
  { name: "contest", title: "Contest", panel: ContestPanel },
  { name: "matrices", title: "Matrices", panel: MatricesPanel },
];
const NO_FIELDS: readonly OptionField[] = [];
const NO_MEASURES: readonly Measure[] = [];
const FORM = "memory.stream";
const FRAMES = 80;
const MOST_SAMPLES = 200_000; // that the program takes in one request

export function MemoryPage({ section }: PageProps): JSX.Element {
  const row = PANELS.find((p) => p.name === section) ?? PANELS[0];
  const [source, setSource] = useKept<Source>("memory.source", NO_SOURCE);
  const [typed, setTyped] = useKept<Record<string, string>>("memory.options", { order: "32" });
  const [range, setRange] = useKept("memory.range", { first: 0, samples: MOST_SAMPLES });
  const [frame, setFrame] = useState(FRAMES - 1);

  const schema = useAnswer(FORM, () => loadOptions(FORM), 0);
  const measures = useAnswer("measures", () => listMeasures(), 0);
  const fields = schema.value ?? NO_FIELDS;
  const { values: options, problems } = useMemo(() => readOptions(fields, typed), [fields, typed]);
  const read = useMemo(() => dataOf(source, "hold"), [source]);
  const data = read !== null && "data" in read ? read.data : null;
  const feed = useMemo<Feed | null>(
    () =>
      data === null || fields.length === 0 || Object.keys(problems).length > 0
        ? null
        : { data, options, ...range, snapshot: null },
    [data, options, problems, fields, range],
  );
  const answer = useLive(feed === null ? null : JSON.stringify(feed), (signal) =>
    run(feed as Feed, FRAMES, signal),
  );
  const fed = answer.value;
  const Panel = row?.panel;
  const isWav = fed !== null && fed.step !== 1 && source.kind === "file";
  const timeUnit = isWav ? "s" : source.timeColumn !== "" ? source.timeColumn : "samples";
  const unit = source.kind === "file" && source.column !== "" ? source.column : "units";

  const change = (changes: Record<string, string>): void =>
    setTyped((before) => ({ ...before, ...changes }));
  const choose = (next: Source): void => {
    setSource(next);
    setRange({ first: 0, samples: MOST_SAMPLES });
    setFrame(FRAMES - 1);
  };
  return (
    <div class="page">
      <div>
        <h1>Memory</h1>
        <p class="lead">An endless stream in N numbers, and what can be read back from them.</p>
      </div>
      <div class="page-grid">
        <div class="side">
          <DataCard
            page="memory"
            source={source}
            times={true}
            mending="Hold the last value over missing ones"
            accept=".csv,.tsv,.txt,.npy,.f32,.f64,.wav"
            facts={
              fed === null
                ? ""
                : `${count(fed.values)} samples are fed${fed.missing > 0 ? `, ${count(fed.missing)} held over` : ""}`
            }
            onChange={choose}
          />
          <MemoryCard
            measures={measures.value ?? NO_MEASURES}
            fields={fields}
            typed={typed}
            problems={problems}
            length={lengthOf(fed)}
            timeUnit={timeUnit}
            onChange={change}
          />
          <section class="card" aria-label="Range">
            <h2>Range</h2>
            <div class="field-row">
              <NumberField
                label="Pass over (samples)"
                value={range.first}
                min={0}
                onChange={(first) => setRange({ ...range, first: Math.floor(first) })}
              />
              <NumberField
                label="Feed (samples)"
                value={range.samples}
                min={1}
                max={MOST_SAMPLES}
                onChange={(samples) => setRange({ ...range, samples: Math.floor(samples) })}
              />
            </div>
          </section>
        </div>
        <div class="results">
          <Tabs
            label="Panels"
            tabs={PANELS}
            current={row?.name ?? ""}
            address={(name) => `#/memory/${name}`}
          >
            <ErrorBanner error={answer.error ?? schema.error ?? measures.error} />
            {Panel !== undefined && (
              <Panel
                key={row?.name}
                feed={feed}
                run={fed}
                pending={answer.pending}
                frame={frame}
                onFrame={setFrame}
                onOptions={change}
                unit={unit}
                timeUnit={timeUnit}
              />
            )}
          </Tabs>
        </div>
      </div>
    </div>
  );
}

/** Of the whole stream, in units of time. */
function lengthOf(fed: { signal: { t: readonly number[] }; step: number } | null): number {
  const t = fed?.signal.t ?? [];
  return t.length === 0 ? 1 : (t.at(-1) ?? 0) - (t[0] ?? 0) + (fed?.step ?? 1);
}
