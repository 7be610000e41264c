// SPDX-License-Identifier: Apache-2.0
// A form drawn from an option schema: the fields, ranges and sentences are those of the command
// line, because both read the same option struct.
import type { JSX } from "preact";

import type { OptionField } from "../api/options.ts";

export interface OptionFormProps {
  id: string; // prefix of the fields' ids
  fields: readonly OptionField[];
  typed: Readonly<Record<string, string>>; // what was typed, by name; absent = the default
  problems: Readonly<Record<string, string>>;
  first: readonly string[]; // names to show at once; the others are behind "More options"
  onChange: (name: string, text: string) => void;
}

export function OptionForm({
  id,
  fields,
  typed,
  problems,
  first,
  onChange,
}: OptionFormProps): JSX.Element {
  const row = (field: OptionField): JSX.Element => (
    <OptionRow
      key={field.name}
      id={`${id}-${field.name}`}
      field={field}
      text={typed[field.name] ?? field.initial}
      problem={problems[field.name] ?? null}
      onChange={(text) => onChange(field.name, text)}
    />
  );
  const front = first.flatMap((name) => fields.filter((field) => field.name === name));
  const rest = fields.filter((field) => !first.includes(field.name));
  return (
    <div class="option-form">
      <div class="option-grid">{front.map(row)}</div>
      {rest.length > 0 && (
        <details open={rest.some((field) => field.name in problems) || undefined}>
          <summary>{front.length > 0 ? "More options" : "Options"}</summary>
          <div class="option-grid">{rest.map(row)}</div>
        </details>
      )}
    </div>
  );
}

function OptionRow({
  id,
  field,
  text,
  problem,
  onChange,
}: {
  id: string;
  field: OptionField;
  text: string;
  problem: string | null;
  onChange: (text: string) => void;
}): JSX.Element {
  const title = field.name.charAt(0).toUpperCase() + field.name.slice(1).replaceAll("-", " ");
  const described = { "aria-describedby": `${id}-help`, "aria-invalid": problem !== null };
  const help = (
    <p class="help" id={`${id}-help`}>
      {problem === null ? field.help : <strong class="problem">{problem}</strong>}
    </p>
  );
  if (field.kind === "flag") {
    return (
      <div class="option">
        <label class="check">
          <input
            id={id}
            type="checkbox"
            checked={text === "true"}
            onChange={(e) => onChange(String(e.currentTarget.checked))}
            {...described}
          />
          {title}
        </label>
        {help}
      </div>
    );
  }
  return (
    <div class="option">
      <label for={id}>{title}</label>
      {field.kind === "choice" ? (
        <select
          id={id}
          value={text}
          onChange={(e) => onChange(e.currentTarget.value)}
          {...described}
        >
          {field.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(e) => onChange(e.currentTarget.value)}
          {...described}
        />
      )}
      {help}
    </div>
  );
}
