// SPDX-License-Identifier: Apache-2.0
// What every panel of the density page is given, and what they share. Test: tests/density.spec.ts.
import type { Description, Report } from "../../api/density.ts";
import { significant } from "../../plot/numbers.ts";

/** The density that is shown: fitted to the data, or opened from a file. */
export interface Shown extends Description {
  report: Report | null; // null: opened, not fitted here
  used: number; // values fitted
  values: number; // values there are
  missing: number; // rows left out
}

/** A model that was opened. */
export interface Opened {
  name: string; // of the file
  model: string;
}

export interface PanelProps {
  data: unknown; // the member "data" of requests; null = none
  options: Record<string, unknown>; // of the fit
  shown: Shown | null;
  pending: boolean;
  prefix: string; // the command that makes the model file; empty = it is there
  unit: string; // what the numbers are, for axes
  onOptions: (changes: Record<string, string>) => void; // as typed
  onOpen: (opened: Opened) => void; // looks at a model instead of the fit
  prominence: number; // [0, 1]
  onProminence: (prominence: number) => void;
}

/** A command about the model, after the one that makes it. */
export function withPrefix(prefix: string, command: string | undefined): string | null {
  if (command === undefined) return null;
  return prefix === "" ? command : `${prefix}\n${command}`;
}

export interface Certificate {
  state: "good" | "open" | "none";
  words: string;
}

const GOOD = 1e-8; // nats, as the fit's own tolerance

/** What the certificate says. gap: nats, null where there is none. */
export function certificate(
  report: Report,
  order: number,
  options: Readonly<Record<string, unknown>>,
): Certificate {
  if (report.gap === null) {
    const why =
      Number(options["gamma"] ?? 0) > 0
        ? "the roughness penalty is on"
        : options["learn-map"] === true
          ? "location and scale were fitted too"
          : "this way of fitting has none";
    return { state: "none", words: `No certificate: ${why}.` };
  }
  const gap = `${significant(report.gap, 2)} nats per value`;
  return report.gap <= GOOD
    ? {
        state: "good",
        words: `Certified: no density of order ${order} here explains these numbers better by more than ${gap}.`,
      }
    : {
        state: "open",
        words: `Not certified to the last digit: the best density of order ${order} may be better by up to ${gap}.`,
      };
}

/** "line", "circular:24@-12", "reflected:0:1" in parts, as the form has them. */
export interface DomainParts {
  kind: string;
  first: string; // period, or lower end
  second: string; // lower end of a circle, or upper end
}

export function splitDomain(text: string): DomainParts {
  const [kind = "line", first = "", second = ""] = text.split(/[:@]/);
  return { kind, first, second };
}

export function joinDomain({ kind, first, second }: DomainParts): string {
  if (kind === "line") return "line";
  if (kind === "circular") return `circular:${first}${second === "" ? "" : `@${second}`}`;
  return `${kind}:${first}:${second}`;
}

/** The penalty of a slider's position 0..61: none, then 1e-6 to 1 in even steps of the logarithm. */
export function gammaOfSlider(position: number): number {
  return position === 0 ? 0 : Number((10 ** (-6 + (position - 1) / 10)).toPrecision(3));
}

export function sliderOfGamma(gamma: number): number {
  if (!(gamma > 0)) return 0;
  return Math.min(61, Math.max(1, Math.round(10 * (Math.log10(gamma) + 6)) + 1));
}
