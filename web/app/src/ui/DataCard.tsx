// SPDX-License-Identifier: Apache-2.0
// Which numbers: a series to try, pasted ones, or a column of a file.
import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";

import {
  dataOf,
  firstColumn,
  listNumbers,
  removeNumbers,
  uploadNumbers,
  type Demo,
  type NumberFile,
  type Source,
} from "../api/numbers.ts";
import { Choice } from "./Choice.tsx";
import { ErrorBanner } from "./ErrorBanner.tsx";
import { DropZone, FileButton } from "./FileButton.tsx";

const KINDS = [
  { value: "demo", title: "Try one" },
  { value: "pasted", title: "Paste" },
  { value: "file", title: "File" },
] as const;

export const NO_SOURCE: Source = {
  kind: "demo",
  demo: "",
  pasted: "",
  file: "",
  column: "",
  timeColumn: "",
  mend: false,
};

export interface DataCardProps {
  page: string; // whose series to try are offered
  source: Source;
  times: boolean; // a column of times may be chosen
  mending: string; // what is done to missing numbers, if it is ticked
  accept: string; // endings of files
  facts: string; // what is known about the numbers
  onChange: (source: Source, demo: Demo | null) => void;
}

export function DataCard({
  page,
  source,
  times,
  mending,
  accept,
  facts,
  onChange,
}: DataCardProps): JSX.Element {
  const id = useId();
  const [files, setFiles] = useState<readonly NumberFile[]>([]);
  const [demos, setDemos] = useState<readonly Demo[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState("");
  const file = files.find((f) => f.id === source.file) ?? null;
  const read = dataOf(source, "refuse");
  const problem =
    source.kind === "pasted" && source.pasted.trim() !== "" && read !== null && "problem" in read
      ? new Error(read.problem)
      : null;

  const refresh = async (): Promise<void> => {
    const list = await listNumbers();
    setFiles(list.files);
    const own = list.demos.filter((demo) => demo.page === page);
    setDemos(own);
    // The first series is there at once, so that the page has something to show.
    if (source.kind === "demo" && source.demo === "" && own[0] !== undefined)
      onChange({ ...source, demo: own[0].name }, own[0]);
  };
  useEffect(() => void refresh().catch(setError), []);

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
  const open = (chosen: File): Promise<void> =>
    attempt(`Opening ${chosen.name}`, async () => {
      const opened = await uploadNumbers(chosen, chosen.name);
      setFiles([...files, opened]);
      choose(opened);
    });
  const choose = (chosen: NumberFile | undefined): void =>
    onChange(
      {
        ...source,
        kind: "file",
        file: chosen?.id ?? "",
        column: chosen === undefined ? "" : firstColumn(chosen),
        timeColumn: "",
      },
      null,
    );
  const forget = (): Promise<void> =>
    attempt("", async () => {
      const rest = files.filter((f) => f.id !== source.file);
      choose(rest[0]);
      await removeNumbers(source.file);
      setFiles(rest);
    });

  return (
    <DropZone label="Data" class="card data-card" onFile={open}>
      <h2>Data</h2>
      <Choice
        legend="Where the numbers come from"
        name={`${page}-source`}
        options={KINDS}
        value={source.kind}
        onChange={(kind) =>
          onChange(
            { ...source, kind },
            kind === "demo" ? (demos.find((d) => d.name === source.demo) ?? null) : null,
          )
        }
      />
      {source.kind === "demo" && (
        <label class="field">
          <span class="visually-hidden">Series to try</span>
          <select
            value={source.demo}
            onChange={(e) => {
              const name = e.currentTarget.value;
              onChange({ ...source, demo: name }, demos.find((d) => d.name === name) ?? null);
            }}
          >
            {demos.map((demo) => (
              <option key={demo.name} value={demo.name}>
                {demo.title}
              </option>
            ))}
          </select>
        </label>
      )}
      {source.kind === "pasted" && (
        <label class="field">
          <span class="visually-hidden">Numbers</span>
          <textarea
            rows={6}
            spellcheck={false}
            placeholder="Numbers, between spaces, commas or line breaks"
            value={source.pasted}
            onInput={(e) => onChange({ ...source, pasted: e.currentTarget.value }, null)}
          />
        </label>
      )}
      {source.kind === "file" && (
        <>
          {files.length > 0 && (
            <label class="field">
              <span class="visually-hidden">File</span>
              <select
                value={source.file}
                onChange={(e) => choose(files.find((f) => f.id === e.currentTarget.value))}
              >
                {file === null && <option value={source.file}>choose a file</option>}
                {files.map((f) => (
                  <option key={f.id} value={f.id}>
                    {f.name}
                  </option>
                ))}
              </select>
            </label>
          )}
          {file !== null && file.columns.length > 0 && (
            <div class="option">
              <label for={`${id}-column`}>Column</label>
              <select
                id={`${id}-column`}
                value={source.column}
                onChange={(e) => onChange({ ...source, column: e.currentTarget.value }, null)}
              >
                {file.columns.map((c) => (
                  <option key={c.name} value={c.name}>
                    {c.example === "" ? c.name : `${c.name} (${c.example}, \u2026)`}
                  </option>
                ))}
              </select>
            </div>
          )}
          {times && file?.format === "csv" && (
            <div class="option">
              <label for={`${id}-times`}>Times</label>
              <select
                id={`${id}-times`}
                value={source.timeColumn}
                onChange={(e) => onChange({ ...source, timeColumn: e.currentTarget.value }, null)}
              >
                <option value="">equally spaced</option>
                {file.columns.map((c) => (
                  <option key={c.name} value={c.name}>
                    {c.name}
                  </option>
                ))}
              </select>
            </div>
          )}
          {file !== null && (
            <label class="check">
              <input
                type="checkbox"
                checked={source.mend}
                onChange={(e) => onChange({ ...source, mend: e.currentTarget.checked }, null)}
              />
              {mending}
            </label>
          )}
        </>
      )}
      <p class="facts">{facts}</p>
      <div class="buttons">
        <FileButton label={"Open file\u2026"} accept={accept} onFile={open} />
        {source.kind === "file" && file !== null && (
          <button type="button" class="quiet" onClick={forget}>
            Forget
          </button>
        )}
      </div>
      <p class="muted" aria-live="polite">
        {busy}
      </p>
      <ErrorBanner error={error ?? problem} />
    </DropZone>
  );
}
