// SPDX-License-Identifier: Apache-2.0
// Training a vocabulary: choose texts, fill in the form, watch the job, use the result.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { startJob } from "../../api/jobs.ts";
import { loadOptions, readOptions, type OptionField } from "../../api/options.ts";
import {
  listTexts,
  modelFile,
  removeText,
  uploadText,
  type Model,
  type TextFile,
} from "../../api/tokenizer.ts";
import { size } from "../../plot/numbers.ts";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { DropZone, FileButton } from "../../ui/FileButton.tsx";
import { JobCard } from "../../ui/JobCard.tsx";
import { useJobs } from "../../ui/jobs_store.tsx";
import { OptionForm } from "../../ui/OptionForm.tsx";
import { saveFile } from "../../ui/save_file.ts";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";

const KIND = "tokenizer.train";
const NONE: readonly OptionField[] = [];
const FIRST = ["vocab-size", "order", "min-count", "max-piece-length"];

export interface TrainPanelProps {
  bytes: Uint8Array; // the text box
  models: readonly Model[];
  onUse: (model: string) => void;
}

export function TrainPanel({ bytes, models, onUse }: TrainPanelProps): JSX.Element {
  const [texts, setTexts] = useState<readonly TextFile[]>([]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [name, setName] = useKept("tokenizer.train.name", "mine.model");
  const [typed, setTyped] = useKept<Record<string, string>>("tokenizer.train", {});
  const [error, setError] = useState<unknown>(null);
  const { jobs, cut, refresh } = useJobs();

  const schema = useAnswer(KIND, () => loadOptions(KIND), 0);
  const fields = schema.value ?? NONE;
  const { values, problems } = useMemo(() => readOptions(fields, typed), [fields, typed]);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(thrown);
    }
  };
  useEffect(() => void attempt(async () => setTexts(await listTexts())), []);
  const choose = (id: string, on: boolean): void =>
    setChosen(
      (before) => new Set(on ? [...before, id] : [...before].filter((other) => other !== id)),
    );
  const add = (content: Blob, as: string): Promise<void> =>
    attempt(async () => {
      const text = await uploadText(content, as);
      setTexts(await listTexts());
      choose(text.id, true);
    });
  const forget = (id: string): Promise<void> =>
    attempt(async () => {
      await removeText(id);
      choose(id, false);
      setTexts(await listTexts());
    });
  const start = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      if (chosen.size === 0) throw new Error("no text is chosen; tick one above, or open a file");
      if (Object.keys(problems).length > 0)
        throw new Error("an option is not right yet; see the marked field");
      await startJob({ kind: KIND, options: values, texts: [...chosen], name });
      await refresh();
    });
  };

  return (
    <>
      <h2 class="visually-hidden">Train a vocabulary</h2>
      <p class="explain">
        A vocabulary from your own text, in bounded memory. The job goes on if you close this tab.
      </p>
      <form onSubmit={start}>
        <DropZone label="Training texts" class="texts" onFile={(file) => add(file, file.name)}>
          <fieldset>
            <legend>Texts</legend>
            {texts.length === 0 && (
              <p class="empty">No text yet. Open a file, drop one here, or use the text box.</p>
            )}
            <ul>
              {texts.map((text) => (
                <li key={text.id}>
                  <label class="check">
                    <input
                      type="checkbox"
                      checked={chosen.has(text.id)}
                      onChange={(e) => choose(text.id, e.currentTarget.checked)}
                    />
                    <span class="file-name">{text.name}</span>
                  </label>
                  <span class="muted">{size(text.bytes)}</span>
                  {text.origin === "uploaded" && (
                    <button
                      type="button"
                      class="quiet"
                      aria-label={`Forget ${text.name}`}
                      onClick={() => forget(text.id)}
                    >
                      Forget
                    </button>
                  )}
                </li>
              ))}
            </ul>
            <div class="buttons">
              <FileButton label={"Add a file\u2026"} onFile={(file) => add(file, file.name)} />
              <button
                type="button"
                class="quiet"
                onClick={() => add(new Blob([bytes.slice()]), "text-box.txt")}
              >
                Use the text box
              </button>
            </div>
          </fieldset>
        </DropZone>
        <div class="option train-name">
          <label for="train-name">Name</label>
          <input
            id="train-name"
            type="text"
            autocomplete="off"
            value={name}
            onInput={(e) => setName(e.currentTarget.value)}
            aria-describedby="train-name-help"
          />
          <p class="help" id="train-name-help">
            of the model file
          </p>
        </div>
        <OptionForm
          id="train"
          fields={fields}
          typed={typed}
          problems={problems}
          first={FIRST}
          onChange={(option, text) => setTyped({ ...typed, [option]: text })}
        />
        <ErrorBanner error={error ?? schema.error} />
        <div class="buttons">
          <button type="submit" class="primary">
            Train
          </button>
        </div>
      </form>
      {cut && <p class="notice">The connection was cut; trying again.</p>}
      {jobs
        .filter((job) => job.kind === KIND)
        .map((job) => (
          <JobCard key={job.id} job={job}>
            {job.model !== null && models.some((m) => m.id === job.model) && (
              <div class="buttons">
                <button type="button" class="primary" onClick={() => onUse(job.model ?? "")}>
                  Use this model
                </button>
                <button
                  type="button"
                  onClick={() =>
                    attempt(async () => {
                      const id = job.model ?? "";
                      saveFile(
                        await modelFile(id),
                        models.find((m) => m.id === id)?.name ?? "model",
                      );
                    })
                  }
                >
                  Download
                </button>
              </div>
            )}
          </JobCard>
        ))}
    </>
  );
}
