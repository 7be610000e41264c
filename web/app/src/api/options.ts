// SPDX-License-Identifier: Apache-2.0
// The option schema: what /api/options/NAME says about the fields of an option struct, and how what
// a person typed becomes a value of the right type. One line in the C++ struct is the source of the
// field here, on the command line and in the docs. Test: tests/options.spec.ts.
import { requestJson } from "./client.ts";
import type { Field } from "./parse.ts";

export type OptionKind =
  "flag" | "integer" | "bytes" | "seed" | "real" | "text" | "path" | "choice" | "list" | "integers";

export interface OptionField {
  name: string; // "vocab-size"
  kind: OptionKind;
  initial: string; // the default as a person would type it; "true" and "false" for a flag
  min: number | null;
  max: number | null;
  choices: string[];
  help: string;
}

const KINDS: readonly string[] = [
  "flag",
  "integer",
  "bytes",
  "seed",
  "real",
  "text",
  "path",
  "choice",
  "list",
  "integers",
];

export function parseOption(field: Field): OptionField {
  const kind = field.get("kind").text();
  const initial = field.get("default");
  return {
    name: field.get("name").text(),
    kind: KINDS.includes(kind) ? (kind as OptionKind) : "text",
    initial: Array.isArray(initial.value) ? initial.value.join(", ") : String(initial.value ?? ""),
    min: field.get("min").optional((f) => f.number()),
    max: field.get("max").optional((f) => f.number()),
    choices: field.get("choices").optional((f) => f.list().map((c) => c.text())) ?? [],
    help: field.get("help").text(),
  };
}

export async function loadOptions(name: string): Promise<OptionField[]> {
  return (await requestJson(`/api/options/${name}`)).get("fields").list().map(parseOption);
}

/** "80k" -> 80000; unit is 1000 for counts and 1024 for bytes; null if it is no whole number. */
export function parseCount(text: string, unit: 1000 | 1024): number | null {
  const match = /^(-?\d+(?:\.\d+)?)([kMG]?)$/.exec(text.trim());
  if (match === null) return null;
  const value = Number(match[1]) * unit ** ["", "k", "M", "G"].indexOf(match[2] ?? "");
  return Number.isSafeInteger(value) ? value : null;
}

/** What was typed as a JSON value, or the sentence that says why it is none. */
export function readOption(
  option: OptionField,
  typed: string,
): { value: unknown } | { problem: string } {
  const range = (value: number): { value: number } | { problem: string } => {
    const { min, max } = option;
    if ((min !== null && value < min) || (max !== null && value > max)) {
      return {
        problem: max === null ? `must be at least ${min}` : `must lie between ${min} and ${max}`,
      };
    }
    return { value };
  };
  const count = (text: string, unit: 1000 | 1024): { value: number } | { problem: string } => {
    const value = parseCount(text, unit);
    return value === null
      ? { problem: `"${text.trim()}" is no whole number; write e.g. 300 or 16k` }
      : range(value);
  };
  switch (option.kind) {
    case "flag":
      return { value: typed === "true" };
    case "integer":
      return count(typed, 1000);
    case "seed": // as text: it may be larger than a number of JavaScript
      return /^\d+$/.test(typed.trim())
        ? { value: typed.trim() }
        : { problem: `"${typed}" is no whole number` };
    case "bytes":
      return count(typed, 1024);
    case "real": {
      const value = Number(typed);
      return typed.trim() === "" || !Number.isFinite(value)
        ? { problem: `"${typed}" is no number` }
        : range(value);
    }
    case "integers": {
      const values: number[] = [];
      for (const part of typed.split(",").filter((t) => t.trim() !== "")) {
        const read = count(part, 1000);
        if ("problem" in read) return read;
        values.push(read.value);
      }
      return values.length === 0
        ? { problem: "at least one number is needed, e.g. 16k" }
        : { value: values };
    }
    case "list":
      return {
        value: typed
          .split(",")
          .map((t) => t.trim())
          .filter((t) => t !== ""),
      };
    case "text":
    case "path":
    case "choice":
      return { value: typed };
  }
}

/** The fields whose typed text differs from the default, as a JSON object; or problems by name. */
export function readOptions(
  fields: readonly OptionField[],
  typed: Readonly<Record<string, string>>,
): { values: Record<string, unknown>; problems: Record<string, string> } {
  const values: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const text = typed[field.name];
    if (text === undefined || text === field.initial) continue;
    const read = readOption(field, text);
    if ("problem" in read) problems[field.name] = read.problem;
    else values[field.name] = read.value;
  }
  return { values, problems };
}
