// SPDX-License-Identifier: Apache-2.0
// One of the program's texts, or a file that becomes one.
import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";

import { listTexts, uploadText, type TextFile } from "../../api/tokenizer.ts";
import { size } from "../../plot/numbers.ts";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { DropZone, FileButton } from "../../ui/FileButton.tsx";

export interface TextChooserProps {
  label: string;
  value: string; // id; empty: none
  none: string | null; // how no text is called, where there may be none
  onChange: (id: string) => void;
}

export function TextChooser({ label, value, none, onChange }: TextChooserProps): JSX.Element {
  const id = useId();
  const [texts, setTexts] = useState<readonly TextFile[]>([]);
  const [error, setError] = useState<unknown>(null);
  const refresh = async (): Promise<readonly TextFile[]> => {
    const list = await listTexts();
    setTexts(list);
    return list;
  };
  useEffect(() => {
    refresh()
      .then((list) => {
        const known = list.some((text) => text.id === value);
        if (none === null && !known && list[0] !== undefined) onChange(list[0].id);
        else if (value !== "" && !known) onChange("");
      })
      .catch(setError);
  }, []);
  const add = async (file: File): Promise<void> => {
    setError(null);
    try {
      const text = await uploadText(file, file.name);
      await refresh();
      onChange(text.id);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <DropZone label={label} class="option" onFile={(file) => void add(file)}>
      <label for={id}>{label}</label>
      <div class="chooser-row">
        <select id={id} value={value} onChange={(e) => onChange(e.currentTarget.value)}>
          {(none !== null || texts.length === 0) && (
            <option value="">{none ?? "no text yet"}</option>
          )}
          {texts.map((text) => (
            <option key={text.id} value={text.id}>
              {text.name}, {size(text.bytes)}
            </option>
          ))}
        </select>
        <FileButton label={"Add a file\u2026"} onFile={(file) => void add(file)} />
      </div>
      <ErrorBanner error={error} />
    </DropZone>
  );
}
