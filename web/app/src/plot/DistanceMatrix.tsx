// SPDX-License-Identifier: Apache-2.0
// The distances that a scheme shows to queries (rows) and keys (columns): one ink for those that
// were trained, another for those that were not, the more the larger; nothing where a key is not
// seen. A cell that is pointed at, or reached with the arrow keys, is read out.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { cellKind } from "./distances.ts";
import { inksOf } from "./inks.ts";
import { count, significant } from "./numbers.ts";

const HIGHEST = 440; // pixels of the picture

export function DistanceMatrix({
  title,
  positions,
  rows,
  train,
}: {
  title: string;
  positions: readonly number[];
  rows: readonly (readonly (number | null)[])[];
  train: number; // N: distances below it were trained
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cell, setCell] = useState<readonly [number, number] | null>(null);
  const [width, setWidth] = useState(HIGHEST);
  const n = positions.length;
  const size = width / Math.max(1, n);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const fit = (): void => setWidth(Math.max(160, Math.min(HIGHEST, element.clientWidth)));
    fit();
    const resize = new ResizeObserver(fit);
    resize.observe(element);
    return () => resize.disconnect();
  }, []);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d") ?? null;
    if (element === null || context === null) return;
    const paint = (): void => {
      const inks = inksOf(element.parentElement ?? element, ["plot-1", "plot-2", "sunk", "ink"]);
      const scale = devicePixelRatio;
      element.width = width * scale;
      element.height = width * scale;
      element.style.width = `${width}px`;
      context.scale(scale, scale);
      context.fillStyle = inks.get("sunk") ?? "";
      context.fillRect(0, 0, width, width);
      const edge = (k: number): number => Math.round(k * size * scale) / scale;
      const largest = rows
        .flat()
        .reduce<number>((most, x) => Math.max(most, Math.abs(x ?? 0)), train);
      rows.forEach((row, i) =>
        row.forEach((distance, j) => {
          if (distance === null) return;
          const outside = cellKind(distance, train) === "outside";
          // Trained distances are told apart over the whole of N, others over what lies beyond.
          const part = outside
            ? (Math.abs(distance) - train) / Math.max(1, largest - train)
            : Math.abs(distance) / train;
          context.globalAlpha = 0.18 + 0.72 * part;
          context.fillStyle = inks.get(outside ? "plot-2" : "plot-1") ?? "";
          // Neighbours touch without overlapping, whatever a cell measures.
          const [x, y] = [edge(j), edge(i)];
          context.fillRect(x, y, edge(j + 1) - x, edge(i + 1) - y);
        }),
      );
      context.globalAlpha = 1;
      if (cell !== null) {
        context.strokeStyle = inks.get("ink") ?? "";
        context.lineWidth = 2;
        context.strokeRect(cell[1] * size, cell[0] * size, size, size);
      }
    };
    paint();
    addEventListener("themechange", paint);
    return () => removeEventListener("themechange", paint);
  }, [rows, train, width, cell]);

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
    const [i, j] = cell ?? [n - 1, -1];
    const within = (x: number): number => Math.max(0, Math.min(n - 1, x));
    setCell([within(i + step[0]), within(j + step[1])]);
  };
  const point = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const i = Math.floor((event.clientY - box.top) / size);
    const j = Math.floor((event.clientX - box.left) / size);
    setCell(i >= 0 && i < n && j >= 0 && j < n ? [i, j] : null);
  };
  const read = (): string => {
    if (cell === null) return "Point at a cell, or use the arrow keys.";
    const [i, j] = cell;
    const query = `query ${count(positions[i] ?? 0)}, key ${count(positions[j] ?? 0)}`;
    const distance = rows[i]?.[j] ?? null;
    if (distance === null)
      return `${query}: ${j > i ? "the key comes later" : "the key is not seen"}`;
    const trained = cellKind(distance, train) === "outside" ? "not trained" : "trained";
    return `${query}: distance ${significant(distance, 6)}, ${trained}`;
  };
  return (
    <figure class="heat-map distance-matrix">
      <div
        ref={place}
        class="heat-map-place"
        tabIndex={0}
        role="application"
        aria-label={`${title}; arrow keys read the cells`}
        onKeyDown={move}
      >
        <canvas ref={canvas} onPointerMove={point} onPointerLeave={() => setCell(null)} />
      </div>
      <figcaption>
        <ul class="facts">
          <li>
            <span class="swatch swatch-plot-1" /> trained: the deeper, the farther
          </li>
          <li>
            <span class="swatch swatch-plot-2" /> not trained
          </li>
          <li>
            <span class="swatch swatch-hidden" /> not seen
          </li>
        </ul>
        <p class="facts">Each row is a query, the first at the top; each column a key.</p>
        <p class="reading" aria-live="polite">
          {read()}
        </p>
      </figcaption>
    </figure>
  );
}
