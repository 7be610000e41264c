// SPDX-License-Identifier: Apache-2.0
// Which vocabulary: choose one, open or drop a file, save it, forget it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { modelFile, removeModel, uploadModel, type Model } from "../../api/tokenizer.ts";
import { count } from "../../plot/numbers.ts";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { DropZone, FileButton } from "../../ui/FileButton.tsx";
import { saveFile } from "../../ui/save_file.ts";

const ORIGINS: Record<string, string> = {
  file: "opened with the program",
  uploaded: "opened here",
  trained: "trained here",
};

export interface ModelCardProps {
  models: readonly Model[] | null; // null while the list is not known
  model: Model | null;
  onChoose: (id: string) => void;
  /** The list has changed; `choose` is the new model, if there is one. */
  onChanged: (choose: string | null) => Promise<void>;
}

export function ModelCard({ models, model, onChoose, onChanged }: ModelCardProps): JSX.Element {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState("");
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    setError(null);
    setBusy(what);
    try {
      await work();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy("");
    }
  };
  const open = (file: File): Promise<void> =>
    attempt(`Opening ${file.name}`, async () => onChanged((await uploadModel(file)).id));

  return (
    <DropZone label="Model" class="card" onFile={open}>
      <h2>Model</h2>
      {models !== null && models.length === 0 ? (
        <p class="empty">
          No vocabulary yet. Open a model file, drop one here, or{" "}
          <a href="#/tokenizer/train">train one</a>.
        </p>
      ) : (
        <label class="field">
          <span class="visually-hidden">Vocabulary</span>
          <select value={model?.id ?? ""} onChange={(e) => onChoose(e.currentTarget.value)}>
            {(models ?? []).map((m) => (
              <option key={m.id} value={m.id}>
                {m.name}
              </option>
            ))}
          </select>
        </label>
      )}
      {model !== null && (
        <p class="facts">
          {model.kind} &middot; {count(model.vocabSize)} ids &middot; pieces up to{" "}
          {model.maxPieceLength} bytes &middot; {ORIGINS[model.origin] ?? model.origin}
        </p>
      )}
      <div class="buttons">
        <FileButton label={"Open file\u2026"} onFile={open} />
        {model !== null && (
          <button
            type="button"
            class="quiet"
            onClick={() => attempt("", async () => saveFile(await modelFile(model.id), model.name))}
          >
            Download
          </button>
        )}
        {model !== null && model.origin !== "file" && (
          <button
            type="button"
            class="quiet"
            onClick={() =>
              attempt("", async () => {
                // Another one first, so that nothing asks about this one any more.
                onChoose(models?.find((other) => other.id !== model.id)?.id ?? "");
                await removeModel(model.id);
                await onChanged(null);
              })
            }
          >
            Forget
          </button>
        )}
      </div>
      <p class="muted" aria-live="polite">
        {busy}
      </p>
      <ErrorBanner error={error} onClose={() => setError(null)} />
    </DropZone>
  );
}
