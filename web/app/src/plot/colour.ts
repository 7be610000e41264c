// SPDX-License-Identifier: Apache-2.0
// The colour of a piece: a hue that depends on its id and on nothing else, so that a piece looks the
// same everywhere and on every day. Lightness and chroma belong to the theme (style/pieces.css);
// PIECE_TONES repeats them so that tests can compute the contrast of text for every hue.
// Test: tests/colour.spec.ts.

/** Hue of an id in degrees, [0, 360), a whole number. Neighbouring ids lie far apart. */
export function pieceHue(id: number): number {
  // Steps of the golden angle fill the circle evenly for any run of ids.
  return Math.floor((id * 137.50776405003785) % 360);
}

export interface Tone {
  lightness: number;
  chroma: number;
}

/** Background of a piece and the ink on it, per theme: as in style/pieces.css. */
export const PIECE_TONES: Record<"light" | "dark", { fill: Tone; ink: string }> = {
  light: { fill: { lightness: 0.91, chroma: 0.055 }, ink: "#1d2129" },
  dark: { fill: { lightness: 0.37, chroma: 0.065 }, ink: "#eceae4" },
};

/** Linear-light sRGB of an OKLCH colour, clipped to [0, 1]. Source: Ottosson 2020, "Oklab". */
export function oklchToLinear(
  lightness: number,
  chroma: number,
  hue: number,
): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (x: number): number => Math.min(1, Math.max(0, x));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Linear-light sRGB of "#rrggbb". */
export function hexToLinear(colour: string): [number, number, number] {
  const part = (i: number): number => {
    const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** Contrast ratio of two linear-light colours, 1 to 21. Source: WCAG 2.1. */
export function contrast(a: readonly number[], b: readonly number[]): number {
  const luminance = ([r = 0, g = 0, blue = 0]: readonly number[]): number =>
    0.2126 * r + 0.7152 * g + 0.0722 * blue;
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
