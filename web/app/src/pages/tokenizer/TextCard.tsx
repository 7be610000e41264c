// SPDX-License-Identifier: Apache-2.0
// Which text: typed, pasted, opened or dropped. A file that is no UTF-8 is shown with \xNN escapes,
// so that its bytes can be seen and changed.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { escapeBytes, textOf, unescapeBytes, utf8 } from "../../api/bytes.ts";
import { count, size } from "../../plot/numbers.ts";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { DropZone, FileButton } from "../../ui/FileButton.tsx";

const MOST = 200_000; // bytes that the text box takes from a file

export interface TextState {
  typed: string;
  escapes: boolean; // \xNN in `typed` stands for a byte
}

/** The bytes of a text box; `problem` says why there are none. */
export function bytesOf({
  typed,
  escapes,
}: TextState): { bytes: Uint8Array; problem: null } | { bytes: null; problem: Error } {
  try {
    return { bytes: escapes ? unescapeBytes(typed) : utf8(typed), problem: null };
  } catch (error) {
    return { bytes: null, problem: error instanceof Error ? error : new Error(String(error)) };
  }
}

export interface TextCardProps {
  text: TextState;
  onChange: (text: TextState) => void;
  /** The cursor moved to this byte offset. */
  onCursor: (byte: number) => void;
}

export function TextCard({ text, onChange, onCursor }: TextCardProps): JSX.Element {
  const [error, setError] = useState<unknown>(null);
  const { bytes, problem } = bytesOf(text);

  const open = async (file: File): Promise<void> => {
    setError(null);
    if (file.size > MOST) {
      setError(
        new Error(
          `${file.name} has ${size(file.size)}; this box takes up to ${size(MOST)}. Measure larger texts with the command below, or train on them`,
        ),
      );
      return;
    }
    const content = new Uint8Array(await file.arrayBuffer());
    const plain = textOf(content);
    onChange(
      plain === null
        ? { typed: escapeBytes(content), escapes: true }
        : { typed: plain, escapes: false },
    );
  };
  const toggle = (escapes: boolean): void => {
    if (bytes === null) {
      onChange({ typed: text.typed, escapes });
    } else {
      const plain = textOf(bytes);
      if (escapes || plain === null) onChange({ typed: escapeBytes(bytes), escapes: true });
      else onChange({ typed: plain, escapes: false });
      if (!escapes && plain === null)
        setError(new Error("these bytes are not UTF-8 and can be written with escapes only"));
    }
  };
  const cursor = (event: Event): void => {
    const box = event.currentTarget as HTMLTextAreaElement;
    const before = bytesOf({
      typed: box.value.slice(0, box.selectionStart),
      escapes: text.escapes,
    }).bytes;
    if (before !== null) onCursor(before.length);
  };

  return (
    <DropZone label="Text" class="card" onFile={open}>
      <h2>
        <label for="text">Text</label>
      </h2>
      <textarea
        id="text"
        rows={7}
        spellcheck={false}
        value={text.typed}
        onInput={(e) => {
          setError(null);
          onChange({ ...text, typed: e.currentTarget.value });
        }}
        onSelect={cursor}
        onKeyUp={cursor}
        onClick={cursor}
      />
      <p class="facts">
        {bytes !== null && (
          <>
            {count(bytes.length)} bytes &middot; {count(Array.from(text.typed).length)} characters
            {text.escapes && " typed"}
          </>
        )}
      </p>
      <div class="buttons">
        <FileButton label={"Open text\u2026"} onFile={open} />
        <label class="check">
          <input
            type="checkbox"
            checked={text.escapes}
            onChange={(e) => toggle(e.currentTarget.checked)}
          />
          <span>
            <code>\xNN</code> is a byte
          </span>
        </label>
      </div>
      <ErrorBanner error={error ?? problem} />
    </DropZone>
  );
}
