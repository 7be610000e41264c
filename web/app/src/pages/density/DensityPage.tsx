// SPDX-License-Identifier: Apache-2.0
// The density page: numbers and options on one side, what the fit says about them on the other. The
// fit follows the sliders.
import type { ComponentType, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { describe, fit } from "../../api/density.ts";
import { dataOf, type Demo, type Source } from "../../api/numbers.ts";
import { loadOptions, readOptions, type OptionField } from "../../api/options.ts";
import { count } from "../../plot/numbers.ts";
import { DataCard, NO_SOURCE } from "../../ui/DataCard.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { useLive } from "../../ui/use_live.ts";
import type { PageProps } from "../page.ts";
import { ComparePanel } from "./ComparePanel.tsx";
import { DensityPanel } from "./DensityPanel.tsx";
import { FIRST_ORDER, FitCard } from "./FitCard.tsx";
import { FitJobPanel } from "./FitJobPanel.tsx";
import { ModelCard } from "./ModelCard.tsx";
import { ModesPanel } from "./ModesPanel.tsx";
import { OrderPanel } from "./OrderPanel.tsx";
import type { Opened, PanelProps, Shown } from "./panel.ts";
import { QuantilesPanel } from "./QuantilesPanel.tsx";
import { SamplesPanel } from "./SamplesPanel.tsx";

const PANELS: readonly { name: string; title: string; panel: ComponentType<PanelProps> }[] = [
  { name: "density", title: "Density", panel: DensityPanel },
  { name: "modes", title: "Modes", panel: ModesPanel },
  { name: "quantiles", title: "Quantiles", panel: QuantilesPanel },
  { name: "order", title: "Order", panel: OrderPanel },
  { name: "compare", title: "Compare", panel: ComparePanel },
  { name: "samples", title: "Samples", panel: SamplesPanel },
  { name: "fit", title: "Fit all", panel: FitJobPanel },
];
const NO_FIELDS: readonly OptionField[] = [];
const FORM = "density.fit";

export function DensityPage({ section }: PageProps): JSX.Element {
  const row = PANELS.find((p) => p.name === section) ?? PANELS[0];
  const [source, setSource] = useKept<Source>("density.source", NO_SOURCE);
  const [typed, setTyped] = useKept<Record<string, string>>("density.options", {
    order: FIRST_ORDER,
  });
  const [prominence, setProminence] = useKept("density.prominence", 0.05);
  const [opened, setOpened] = useState<Opened | null>(null);

  const schema = useAnswer(FORM, () => loadOptions(FORM), 0);
  const fields = schema.value ?? NO_FIELDS;
  const { values: options, problems } = useMemo(() => readOptions(fields, typed), [fields, typed]);
  const read = useMemo(() => dataOf(source, "drop"), [source]);
  const data = read !== null && "data" in read ? read.data : null;

  const ready = opened !== null || (data !== null && fields.length > 0);
  const question = useMemo(
    () =>
      ready && Object.keys(problems).length === 0
        ? JSON.stringify([data, opened?.model ?? options])
        : null,
    [ready, data, opened, options, problems],
  );
  const answer = useLive<Shown>(question, async (signal) =>
    opened === null
      ? fit(data, options, signal)
      : {
          ...(await describe(opened.model, data, signal)),
          report: null,
          used: 0,
          values: 0,
          missing: 0,
        },
  );
  const shown = answer.value;
  const Panel = row?.panel;
  const unit =
    source.kind === "file" && source.column !== ""
      ? source.column
      : (DEMO_UNITS[source.demo] ?? "value");

  const change = (changes: Record<string, string>): void => {
    setOpened(null);
    setTyped((before) => ({ ...before, ...changes }));
  };
  const open = (model: Opened): void => {
    setOpened(model);
    location.hash = "#/density/density";
  };
  const choose = (next: Source, demo: Demo | null): void => {
    setSource(next);
    // A series to try brings the domain and base that suit it, and takes them away again.
    if (demo !== null || (source.kind === "demo" && next.kind !== "demo"))
      change({ domain: "line", base: "logistic", ...demo?.options });
  };

  return (
    <div class="page">
      <div>
        <h1>Density</h1>
        <p class="lead">The distribution behind a column of numbers, and how sure it is.</p>
      </div>
      <div class="page-grid">
        <div class="side">
          <DataCard
            page="density"
            source={source}
            times={false}
            mending="Leave out rows without a number"
            accept=".csv,.tsv,.txt,.npy,.f32,.f64"
            facts={
              shown !== null && shown.values > 0
                ? `${count(shown.values)} values${shown.missing > 0 ? `, ${count(shown.missing)} rows left out` : ""}`
                : ""
            }
            onChange={choose}
          />
          <FitCard
            fields={fields}
            typed={typed}
            problems={problems}
            order={shown?.report === undefined ? null : (shown?.order ?? null)}
            range={
              shown === null || shown.x.length === 0 ? null : [shown.x[0] ?? 0, shown.x.at(-1) ?? 1]
            }
            onChange={change}
          />
          <ModelCard model={shown?.model ?? null} opened={opened} onOpen={setOpened} />
        </div>
        <div class="results">
          <Tabs
            label="Panels"
            tabs={PANELS}
            current={row?.name ?? ""}
            address={(name) => `#/density/${name}`}
          >
            <ErrorBanner error={answer.error ?? schema.error} />
            {Panel !== undefined && (
              <Panel
                key={row?.name}
                data={data}
                options={options}
                shown={shown}
                pending={answer.pending}
                prefix={opened === null ? (shown?.command ?? "") : ""}
                unit={unit}
                onOptions={change}
                onOpen={open}
                prominence={prominence}
                onProminence={setProminence}
              />
            )}
          </Tabs>
        </div>
      </div>
    </div>
  );
}

/** What the numbers of the series to try are. */
const DEMO_UNITS: Record<string, string> = { hours: "hours" };
