// SPDX-License-Identifier: Apache-2.0
// The command line that gives the same result, to copy.
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

export function CommandBox({ command }: { command: string | null }): JSX.Element | null {
  const [said, setSaid] = useState("");
  const title = useId();
  const code = useRef<HTMLElement>(null);
  useEffect(() => setSaid(""), [command]);
  if (command === null || command === "") return null;

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command);
      setSaid("Copied");
    } catch {
      // No leave to write to the clipboard: the text is selected, the person presses Ctrl-C.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      setSaid("Selected; press Ctrl-C");
    }
  };
  return (
    <div class="command">
      <span class="command-title" id={title}>
        Same on the command line
      </span>
      <div class="command-row">
        <pre tabIndex={0} aria-labelledby={title}>
          <code ref={code}>{command}</code>
        </pre>
        <button type="button" onClick={copy}>
          Copy
        </button>
      </div>
      <span class="command-said" aria-live="polite">
        {said}
      </span>
    </div>
  );
}
