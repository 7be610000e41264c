// SPDX-License-Identifier: Apache-2.0
// The tokenizer page: a model and a text on one side, what the model makes of the text on the other.
import type { ComponentType, JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import { listModels, textMember, type Model } from "../../api/tokenizer.ts";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { useJobs } from "../../ui/jobs_store.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { useKept } from "../../ui/use_kept.ts";
import type { PageProps } from "../page.ts";
import { LatticePanel } from "./LatticePanel.tsx";
import { LineChooser } from "./LineChooser.tsx";
import { ModelCard } from "./ModelCard.tsx";
import { NbestPanel } from "./NbestPanel.tsx";
import { lineAt, linesOf, type PartProps } from "./panel.ts";
import sampleText from "./sample.txt?raw";
import { SamplePanel } from "./SamplePanel.tsx";
import { SegmentPanel } from "./SegmentPanel.tsx";
import { StatsPanel } from "./StatsPanel.tsx";
import { bytesOf, TextCard, type TextState } from "./TextCard.tsx";
import { TrainPanel } from "./TrainPanel.tsx";

interface PanelRow {
  name: string; // in the address
  title: string;
  part: boolean; // about one line of the text instead of all of it
  panel: ComponentType<PartProps> | null; // null: training, which needs other things
}

const PANELS: readonly PanelRow[] = [
  { name: "segmentation", title: "Segmentation", part: false, panel: SegmentPanel },
  { name: "n-best", title: "N-best", part: true, panel: NbestPanel },
  { name: "sampling", title: "Sampling", part: true, panel: SamplePanel },
  { name: "lattice", title: "Lattice", part: true, panel: LatticePanel },
  { name: "statistics", title: "Statistics", part: false, panel: StatsPanel },
  { name: "train", title: "Train", part: false, panel: null },
];

export function TokenizerPage({ section }: PageProps): JSX.Element {
  const row = PANELS.find((p) => p.name === section) ?? PANELS[0];
  const [models, setModels] = useState<readonly Model[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [chosen, setChosen] = useKept("tokenizer.model", "");
  const [text, setText] = useKept<TextState>("tokenizer.text", {
    typed: sampleText.trimEnd(),
    escapes: false,
  });
  const [alpha, setAlpha] = useKept("tokenizer.alpha", 0.36);
  const [cursor, setCursor] = useState(0);
  const { jobs } = useJobs();

  const refresh = useCallback(
    async (choose: string | null) => {
      try {
        const list = await listModels();
        setModels(list);
        setError(null);
        if (choose !== null) setChosen(choose);
      } catch (thrown) {
        setError(thrown);
      }
    },
    [setChosen],
  );
  const made = jobs.filter((job) => job.model !== null).length;
  useEffect(() => void refresh(null), [refresh, made]);

  const model = models?.find((m) => m.id === chosen) ?? models?.[0] ?? null;
  const typed = useMemo(() => bytesOf(text).bytes, [text]);
  const all = typed ?? new Uint8Array();
  const lines = useMemo(() => linesOf(all), [typed]);
  const line = lineAt(lines, cursor);
  const part = lines[line];

  const bytes = row?.part === true ? all.subarray(part?.start ?? 0, part?.end ?? 0) : all;
  const question = useMemo(
    () =>
      model === null || typed === null || bytes.length === 0
        ? null
        : `${model.id} ${JSON.stringify(textMember(bytes))}`,
    [model?.id, typed, bytes.byteOffset, bytes.length],
  );
  const Panel = row?.panel ?? null;

  return (
    <div class="page tokenizer">
      <div>
        <h1>Tokenizer</h1>
        <p class="lead">How a vocabulary cuts a text, and how else it could have cut it.</p>
      </div>
      <ErrorBanner error={error} />
      <div class="page-grid">
        <div class="side">
          <ModelCard models={models} model={model} onChoose={setChosen} onChanged={refresh} />
          <TextCard text={text} onChange={setText} onCursor={setCursor} />
        </div>
        <div class="results">
          <Tabs
            label="Panels"
            tabs={PANELS}
            current={row?.name ?? ""}
            address={(name) => `#/tokenizer/${name}`}
          >
            {Panel === null ? (
              <TrainPanel
                bytes={all}
                models={models ?? []}
                onUse={(id) => {
                  setChosen(id);
                  location.hash = "#/tokenizer/segmentation";
                }}
              />
            ) : models !== null && model === null ? (
              <p class="empty">
                Open a model file or <a href="#/tokenizer/train">train a vocabulary</a>, and its
                pieces appear here.
              </p>
            ) : bytes.length === 0 ? (
              <p class="empty">Type or paste a text, and its pieces appear here.</p>
            ) : (
              <Panel
                key={row?.name}
                model={model?.id ?? ""}
                bytes={bytes}
                question={question}
                alpha={alpha}
                onAlpha={setAlpha}
                lineChooser={
                  <LineChooser
                    bytes={all}
                    lines={lines}
                    line={line}
                    onLine={(i) => setCursor(lines[i]?.start ?? 0)}
                  />
                }
              />
            )}
          </Tabs>
        </div>
      </div>
    </div>
  );
}
