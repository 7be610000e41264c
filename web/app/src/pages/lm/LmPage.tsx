// SPDX-License-Identifier: Apache-2.0
// The page of language models: a model and a position scheme on one side; on the other text written
// with them, what the scheme does, how well it reads, and training.
import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";

import { listLmModels, listSchemeTerms, type LmModel, type SchemeTerm } from "../../api/lm.ts";
import { compact, count, size } from "../../plot/numbers.ts";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import type { PageProps } from "../page.ts";
import { EvaluatePanel } from "./EvaluatePanel.tsx";
import { ExplainPanel } from "./ExplainPanel.tsx";
import type { PanelProps } from "./panel.ts";
import { SchemeCard } from "./SchemeCard.tsx";
import { TrainPanel } from "./TrainPanel.tsx";
import { WritePanel } from "./WritePanel.tsx";

const PANELS: readonly { name: string; title: string; panel: ComponentType<PanelProps> }[] = [
  { name: "write", title: "Write", panel: WritePanel },
  { name: "explain", title: "Explain", panel: ExplainPanel },
  { name: "evaluate", title: "Evaluate", panel: EvaluatePanel },
  { name: "train", title: "Train", panel: TrainPanel },
];
const NO_MODELS: readonly LmModel[] = [];
const NO_TERMS: readonly SchemeTerm[] = [];

export function LmPage({ section }: PageProps): JSX.Element {
  const row = PANELS.find((p) => p.name === section) ?? PANELS[0];
  const [chosen, setChosen] = useKept("lm.model", "");
  const [scheme, setScheme] = useKept("lm.scheme", "");
  const [version, setVersion] = useState(0);
  const list = useAnswer(`models ${version}`, () => listLmModels(), 0);
  const terms = useAnswer("terms", () => listSchemeTerms(), 0);
  const models = list.value?.models ?? NO_MODELS;
  const model = models.find((m) => m.id === chosen) ?? models[0] ?? null;
  const Panel = row?.panel;
  return (
    <div class="page">
      <div>
        <h1>Language models</h1>
        <p class="lead">Text past the length a model was trained at, by any position scheme.</p>
      </div>
      <div class="page-grid">
        <div class="side">
          <section class="card" aria-label="Model">
            <h2>Model</h2>
            {models.length === 0 && list.value !== null && (
              <p class="empty">
                No model is open. Start the program with one, <code>yonder serve --lm FOLDER</code>,
                or train one here.
              </p>
            )}
            {model !== null && (
              <>
                <div class="option">
                  <label class="visually-hidden" for="lm-model">
                    Model
                  </label>
                  <select
                    id="lm-model"
                    value={model.id}
                    onChange={(e) => setChosen(e.currentTarget.value)}
                  >
                    {models.map((m) => (
                      <option key={m.id} value={m.id}>
                        {m.id}
                      </option>
                    ))}
                  </select>
                </div>
                <p class="facts">
                  {compact(model.parameters)} parameters, {model.layers} layers, trained at{" "}
                  <strong>{count(model.trainLength)} tokens</strong>;{" "}
                  {size(model.cacheBytesPerToken)} of memory per token read.
                </p>
              </>
            )}
          </section>
          <SchemeCard
            scheme={scheme}
            trainLength={model?.trainLength ?? 256}
            own={model?.scheme ?? ""}
            terms={terms.value ?? NO_TERMS}
            onChange={setScheme}
          />
        </div>
        <div class="results">
          <Tabs
            label="Panels"
            tabs={PANELS}
            current={row?.name ?? ""}
            address={(name) => `#/lm/${name}`}
          >
            <ErrorBanner error={list.error ?? terms.error} />
            {Panel !== undefined && (
              <Panel
                key={row?.name}
                model={model}
                models={models}
                context={list.value?.context ?? 0}
                scheme={scheme !== "" ? scheme : (list.value?.scheme ?? "")}
                terms={terms.value ?? NO_TERMS}
                onModels={() => setVersion((v) => v + 1)}
                onModel={setChosen}
              />
            )}
          </Tabs>
        </div>
      </div>
    </div>
  );
}
