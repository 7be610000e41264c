// SPDX-License-Identifier: Apache-2.0
import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";

/** A field for one number; what is typed counts once it is one and lies in the range. */
export function NumberField({
  label,
  value,
  min = -Infinity,
  max = Infinity,
  onChange,
}: {
  label: string;
  value: number;
  min?: number;
  max?: number;
  onChange: (value: number) => void;
}): JSX.Element {
  const id = useId();
  const [typed, setTyped] = useState(String(value));
  useEffect(() => {
    if (Number(typed) !== value) setTyped(String(value));
  }, [value]);
  const right = (text: string): boolean => {
    const x = Number(text);
    return text.trim() !== "" && Number.isFinite(x) && x >= min && x <= max;
  };
  return (
    <div class="option number-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputmode="decimal"
        autocomplete="off"
        spellcheck={false}
        value={typed}
        aria-invalid={!right(typed)}
        onInput={(e) => {
          const text = e.currentTarget.value;
          setTyped(text);
          if (right(text)) onChange(Number(text));
        }}
      />
    </div>
  );
}
