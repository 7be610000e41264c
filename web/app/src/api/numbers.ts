// SPDX-License-Identifier: Apache-2.0
// The numbers a page is about: series to try, numbers that were pasted, columns of files that the
// program has opened. Test: tests/source.spec.ts.
import { request, requestJson } from "./client.ts";
import type { Field } from "./parse.ts";

export interface Demo {
  name: string;
  page: string; // "density" or "memory"
  title: string;
  options: Record<string, string>; // that suit it
}

export interface Column {
  name: string;
  example: string; // the first cell
  number: boolean; // it is one
}

export interface NumberFile {
  id: string;
  name: string;
  format: string; // "csv", "npy", "f32", "f64", "wav"
  columns: Column[];
}

/** What a person chose, as the data card keeps it. */
export interface Source {
  kind: "demo" | "pasted" | "file";
  demo: string;
  pasted: string;
  file: string; // id
  column: string;
  timeColumn: string; // "" = none
  mend: boolean; // missing numbers are left out, or held over
}

export function parseFile(f: Field): NumberFile {
  return {
    id: f.get("id").text(),
    name: f.get("name").text(),
    format: f.get("format").text(),
    columns: f
      .get("columns")
      .list()
      .map((c) => ({
        name: c.get("name").text(),
        example: c.get("example").text(),
        number: c.get("number").flag(),
      })),
  };
}

export function parseDemo(f: Field): Demo {
  return {
    name: f.get("name").text(),
    page: f.get("page").text(),
    title: f.get("title").text(),
    options: Object.fromEntries(
      f
        .get("options")
        .entries()
        .map(([name, value]) => [name, value.text()]),
    ),
  };
}

export async function listNumbers(): Promise<{ files: NumberFile[]; demos: Demo[] }> {
  const f = await requestJson("/api/numbers");
  return {
    files: f.get("files").list().map(parseFile),
    demos: f.get("demos").list().map(parseDemo),
  };
}

export async function uploadNumbers(content: Blob, name: string): Promise<NumberFile> {
  return parseFile(await requestJson("/api/numbers", { bytes: content, fileName: name }));
}

export async function removeNumbers(id: string): Promise<void> {
  await request(`/api/numbers/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/**
 * The numbers of a text, between spaces, line breaks, commas or semicolons; a first line without
 * any number is a heading. Or the sentence that says what is none.
 */
export function readNumbers(text: string): { values: number[] } | { problem: string } {
  const values: number[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const words = line.split(/[\s,;]+/).filter((word) => word !== "");
    const numbers = words.map(Number);
    const bad = numbers.findIndex((x) => !Number.isFinite(x));
    if (bad < 0) values.push(...numbers);
    else if (i > 0 || numbers.some(Number.isFinite))
      return { problem: `line ${i + 1}: "${words[bad]}" is no number; leave it out` };
  }
  return values.length === 0 ? { problem: "there is no number yet" } : { values };
}

/**
 * The member "data" of a request; null while nothing is chosen, a sentence where it cannot be.
 * missing  what is done to missing numbers where they are to be mended: "drop" or "hold"
 */
export function dataOf(
  source: Source,
  missing: string,
): { data: unknown } | { problem: string } | null {
  switch (source.kind) {
    case "demo":
      return source.demo === "" ? null : { data: { demo: source.demo } };
    case "pasted": {
      const read = readNumbers(source.pasted);
      return "problem" in read ? read : { data: { values: read.values } };
    }
    case "file":
      return source.file === ""
        ? null
        : {
            data: {
              file: source.file,
              column: source.column,
              "time-column": source.timeColumn,
              missing: source.mend ? missing : "refuse",
            },
          };
  }
}

/** The column to begin with: the first that holds numbers and does not merely count the rows. */
export function firstColumn(file: NumberFile): string {
  const numbers = file.columns.filter((c) => c.number);
  const chosen =
    numbers.find(
      (c) => c.name !== "" && !/^(rownames|index|id|time|date|time_hour)$/i.test(c.name),
    ) ??
    numbers[0] ??
    file.columns[0];
  return chosen?.name ?? "";
}
