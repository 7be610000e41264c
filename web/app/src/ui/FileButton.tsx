// SPDX-License-Identifier: Apache-2.0
// Two ways to hand a file over: a button, and a region that takes what is dropped on it.
import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";

/** A button that opens the browser's file dialog. */
export function FileButton({
  label,
  accept,
  onFile,
}: {
  label: string;
  accept?: string;
  onFile: (file: File) => void;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        class="hidden-input"
        tabIndex={-1}
        aria-label={label}
        accept={accept}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // the same file may be chosen again
          if (file !== undefined) onFile(file);
        }}
      />
    </>
  );
}

/** A section that takes dropped files; what is dragged over it is seen. */
export function DropZone({
  label,
  class: className,
  onFile,
  children,
}: {
  label: string;
  class: string;
  onFile: (file: File) => void;
  children: ComponentChildren;
}): JSX.Element {
  const [over, setOver] = useState(0); // dragenter and dragleave also come from children
  return (
    <section
      class={`${className} drop${over > 0 ? " drop-over" : ""}`}
      aria-label={label}
      onDragEnter={(event) => {
        event.preventDefault();
        setOver((n) => n + 1);
      }}
      onDragOver={(event) => event.preventDefault()}
      onDragLeave={() => setOver((n) => n - 1)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(0);
        const file = event.dataTransfer?.files[0];
        if (file !== undefined) onFile(file);
      }}
    >
      {children}
    </section>
  );
}
