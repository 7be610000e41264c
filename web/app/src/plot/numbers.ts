// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them. Test: tests/numbers.spec.ts.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** "1,234,567". */
export function count(n: number): string {
  return grouped.format(n);
}

/** "950", "7.5M", "1.2e-9": a number in little room. */
export function compact(n: number): string {
  return n !== 0 && Math.abs(n) < 1e-3 ? significant(n, 2) : short.format(n);
}

/** "512 B", "1.5 kB", "3.2 MB"; powers of 1,000. */
export function size(bytes: number): string {
  for (const [unit, factor] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const) {
    if (bytes >= factor) return `${(bytes / factor).toFixed(1)} ${unit}`;
  }
  return `${bytes} B`;
}

/** A probability: "1", "44.4 %", "0.15 %", "5.3e-6". */
export function probability(p: number): string {
  if (p >= 0.9995) return p === 1 ? "100 %" : `${(100 * p).toFixed(2)} %`;
  if (p >= 0.001) return `${(100 * p).toPrecision(3)} %`;
  if (p === 0) return "0";
  return p.toExponential(1);
}

/** exp(log) as a probability, also where it is below the range of a double. */
export function probabilityOfLog(log: number): string {
  if (log > -700) return probability(Math.exp(log));
  return power10(log / Math.LN10);
}

/** 10^x as "58", "4.1 x 10^17" with a real multiplication sign and superscripts. */
export function power10(x: number): string {
  if (x >= 0 && x < 6) return count(Math.round(10 ** x));
  const exponent = Math.floor(x);
  const digits = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
  const raised = Array.from(String(exponent), (c) =>
    c === "-" ? "\u207b" : digits[Number(c)],
  ).join("");
  return `${(10 ** (x - exponent)).toFixed(1)}\u2009\u00d7\u200910${raised}`;
}

/** "-1,234.500" with a real minus sign. */
export function decimal(x: number, places = 3): string {
  return x
    .toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places })
    .replace("-", "\u2212");
}

/** The slider's position in [0, 1] to alpha in [0, 1]: finer where small alphas differ most. */
export function alphaOfSlider(position: number): number {
  // As many decimals as a hundredth squared has, so that every step of the slider is a value.
  return Math.round(position ** 2 * 10000) / 10000;
}

/** The inverse of alphaOfSlider(). */
export function sliderOfAlpha(alpha: number): number {
  return Math.sqrt(alpha);
}

/** A place on an axis whose ticks are `step` apart, with the decimals that tell them apart. */
export function tick(x: number, step: number): string {
  if (Math.abs(x) >= 1e6 || step >= 1e5) return compact(x).replace("-", "\u2212");
  let decimals = 0;
  while (decimals < 6 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6)
    ++decimals;
  return decimals > 5 ? significant(x, 3) : decimal(x, decimals);
}

/** A number with so many significant digits: "0.0123", "4,560", "1.2e-9". */
export function significant(x: number, digits = 4): string {
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size < 1e-4 || size >= 1e9) return x.toExponential(digits - 1).replaceAll("-", "\u2212");
  return x
    .toLocaleString("en", { minimumSignificantDigits: 1, maximumSignificantDigits: digits })
    .replace("-", "\u2212");
}

/** The same, or a dash where there is no number. */
export function maybe(x: number | null, digits = 4): string {
  return x === null ? "\u2013" : significant(x, digits);
}
