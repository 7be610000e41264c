// SPDX-License-Identifier: Apache-2.0
// The model as a file: save it, or open one to look at instead of fitting.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { modelBytes, openModel } from "../../api/density.ts";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { DropZone, FileButton } from "../../ui/FileButton.tsx";
import { saveFile } from "../../ui/save_file.ts";
import type { Opened } from "./panel.ts";

export function ModelCard({
  model,
  opened,
  onOpen,
}: {
  model: string | null;
  opened: Opened | null;
  onOpen: (opened: Opened | null) => void;
}): JSX.Element {
  const [error, setError] = useState<unknown>(null);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(thrown);
    }
  };
  const open = (file: File): Promise<void> =>
    attempt(async () => onOpen({ name: file.name, model: (await openModel(file)).model }));
  const name = (opened?.name ?? "model").replace(/\.(yfd|json)$/, "");
  return (
    <DropZone label="Model" class="card" onFile={open}>
      <h2>Model</h2>
      <p class="facts">{opened === null ? "fitted here" : `${opened.name}, opened`}</p>
      <div class="buttons">
        {model !== null && (
          <>
            <button
              type="button"
              onClick={() => attempt(async () => saveFile(await modelBytes(model), `${name}.yfd`))}
            >
              Download .yfd
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() =>
                saveFile(new Blob([model], { type: "application/json" }), `${name}.json`)
              }
            >
              JSON
            </button>
          </>
        )}
        <FileButton label={"Open model\u2026"} accept=".yfd,.json" onFile={open} />
        {opened !== null && (
          <button type="button" class="quiet" onClick={() => onOpen(null)}>
            Back to the fit
          </button>
        )}
      </div>
      <ErrorBanner error={error} onClose={() => setError(null)} />
    </DropZone>
  );
}
