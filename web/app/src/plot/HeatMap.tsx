// SPDX-License-Identifier: Apache-2.0
// A matrix as coloured cells: one ink for positive entries, another for negative ones, the more of
// it the larger the entry (by the square root of its size, so that small ones are seen too). A cell
// that is pointed at, or reached with the arrow keys, is read out.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { inkShare } from "./ink_share.ts";
import { inksOf } from "./inks.ts";
import { significant } from "./numbers.ts";

const LARGEST = 44; // pixels of a cell
const SMALLEST = 5;
const WITH_TEXT = 40; // pixels a cell must have to hold its number

export function HeatMap({
  title,
  rows,
}: {
  title: string;
  rows: readonly (readonly number[])[];
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cell, setCell] = useState<readonly [number, number] | null>(null);
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  const largest = rows.flat().reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const [size, setSize] = useState(LARGEST);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const fit = (): void =>
      setSize(
        Math.max(SMALLEST, Math.min(LARGEST, Math.floor(element.clientWidth / (width || 1)))),
      );
    fit();
    const resize = new ResizeObserver(fit);
    resize.observe(element);
    return () => resize.disconnect();
  }, [width]);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d") ?? null;
    if (element === null || context === null) return;
    const paint = (): void => {
      const inks = inksOf(element.parentElement ?? element, [
        "plot-1",
        "plot-2",
        "sunk",
        "ink",
        "card",
      ]);
      const scale = devicePixelRatio;
      element.width = width * size * scale;
      element.height = height * size * scale;
      element.style.width = `${width * size}px`;
      context.scale(scale, scale);
      context.fillStyle = inks.get("sunk") ?? "";
      context.fillRect(0, 0, width * size, height * size);
      const gap = size > 12 ? 1 : 0;
      rows.forEach((row, i) =>
        row.forEach((value, j) => {
          context.globalAlpha = 0.85 * inkShare(value, largest);
          context.fillStyle = inks.get(value < 0 ? "plot-2" : "plot-1") ?? "";
          context.fillRect(j * size, i * size, size - gap, size - gap);
        }),
      );
      context.globalAlpha = 1;
      if (size >= WITH_TEXT) {
        context.font = `11px ${getComputedStyle(element).fontFamily}`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        rows.forEach((row, i) =>
          row.forEach((value, j) => {
            // On much ink the colour of paper is read better.
            context.fillStyle = inks.get(inkShare(value, largest) > 0.6 ? "card" : "ink") ?? "";
            context.fillText(significant(value, 3), (j + 0.5) * size, (i + 0.5) * size, size - 4);
          }),
        );
      }
      if (cell !== null) {
        context.strokeStyle = inks.get("ink") ?? "";
        context.lineWidth = 2;
        context.strokeRect(cell[1] * size, cell[0] * size, size - 1, size - 1);
      }
    };
    paint();
    addEventListener("themechange", paint);
    return () => removeEventListener("themechange", paint);
  }, [rows, size, cell]);

  const move = (event: KeyboardEvent): void => {
    const steps: Record<string, readonly [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const [i, j] = cell ?? [0, -1];
    setCell([
      Math.max(0, Math.min(height - 1, i + step[0])),
      Math.max(0, Math.min(width - 1, j + step[1])),
    ]);
  };
  const point = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const i = Math.floor((event.clientY - box.top) / size);
    const j = Math.floor((event.clientX - box.left) / size);
    setCell(i >= 0 && i < height && j >= 0 && j < width ? [i, j] : null);
  };
  return (
    <figure class="heat-map">
      <figcaption class="facts">
        {title}: {height} by {width}, largest entry {significant(largest, 4)}
      </figcaption>
      <div
        ref={place}
        class="heat-map-place"
        tabIndex={0}
        role="application"
        aria-label={`${title}; arrow keys read the entries`}
        onKeyDown={move}
      >
        <canvas ref={canvas} onPointerMove={point} onPointerLeave={() => setCell(null)} />
      </div>
      <p class="reading" aria-live="polite">
        {cell === null
          ? "Point at an entry, or use the arrow keys."
          : `row ${cell[0]}, column ${cell[1]}: ${significant(rows[cell[0]]?.[cell[1]] ?? 0, 10)}`}
      </p>
    </figure>
  );
}
