// SPDX-License-Identifier: Apache-2.0
// Where the bars of the lattice go: positions of the text from left to right, one bar per edge.
//
// The best path lies in the topmost lane, where its bars touch each other and cover the text once.
// All other edges go below, the more probable the higher, each into the first lane with room. Which
// edges are drawn at all is decided here too: the most probable ones, and always the best path.
// Test: tests/lattice_layout.spec.ts.
import { clusterEnds } from "./glyphs.ts";

export interface LayoutEdge {
  start: number; // bytes
  end: number;
  probability: number;
}

export interface Column {
  start: number; // bytes of one grapheme cluster
  end: number;
  x: number; // pixels
  width: number;
}

export interface Bar {
  edge: number; // index into the edges
  lane: number;
  x: number;
  width: number;
  best: boolean;
}

export interface Layout {
  columns: Column[];
  bars: Bar[]; // by start, then end
  lanes: number;
  width: number;
  hidden: number; // edges that are not drawn
}

/** Pixels that a cluster gets: at least `unit`, more where its single bytes must be told apart. */
export function columnsOf(bytes: Uint8Array, splitAt: ReadonlySet<number>, unit: number): Column[] {
  const columns: Column[] = [];
  let start = 0;
  let x = 0;
  for (const end of clusterEnds(bytes)) {
    let parts = 1;
    for (let i = start + 1; i < end; ++i) if (splitAt.has(i)) ++parts;
    // Wide characters (Chinese, emoji) are drawn about twice as wide as Latin ones.
    const width = Math.max(unit * parts, end - start > 2 ? unit * 1.5 : unit);
    columns.push({ start, end, x, width });
    start = end;
    x += width;
  }
  return columns;
}

/** Pixel of a byte position: linear inside a column. */
export function positionOf(columns: readonly Column[], byte: number): number {
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((columns[middle]?.end ?? 0) < byte) low = middle + 1;
    else high = middle;
  }
  const column = columns[low];
  if (column === undefined) return 0;
  return column.x + (column.width * (byte - column.start)) / (column.end - column.start);
}

/**
 * Lays out the lattice of `bytes`.
 * edges       any order
 * best        the best path, as "start-end" keys of its edges
 * least       edges below this probability are left out unless the best path has them
 * most        at most so many edges are drawn, the most probable ones
 */
export function layoutLattice(
  bytes: Uint8Array,
  edges: readonly LayoutEdge[],
  best: ReadonlySet<string>,
  { least, most, unit }: { least: number; most: number; unit: number },
): Layout {
  const key = (e: LayoutEdge): string => `${e.start}-${e.end}`;
  const order = edges
    .map((edge, i) => ({ edge, i, best: best.has(key(edge)) }))
    .filter((item) => item.best || item.edge.probability >= least)
    .sort(
      (a, b) =>
        Number(b.best) - Number(a.best) || b.edge.probability - a.edge.probability || a.i - b.i,
    )
    .slice(0, Math.max(most, best.size));
  const splits = new Set(order.flatMap(({ edge }) => [edge.start, edge.end]));
  const columns = columnsOf(bytes, splits, unit);
  const last = columns.at(-1);

  const lanes: [number, number][][] = [];
  const bars = order.map(({ edge, i, best: isBest }): Bar => {
    let lane = isBest ? 0 : 1;
    const free = (taken: [number, number][]): boolean =>
      taken.every(([s, e]) => edge.end <= s || e <= edge.start);
    while (!free((lanes[lane] ??= []))) ++lane;
    lanes[lane]?.push([edge.start, edge.end]);
    const x = positionOf(columns, edge.start);
    return { edge: i, lane, x, width: positionOf(columns, edge.end) - x, best: isBest };
  });
  const at = (bar: Bar): LayoutEdge => edges[bar.edge] as LayoutEdge;
  bars.sort((a, b) => at(a).start - at(b).start || at(a).end - at(b).end);
  return {
    columns,
    bars,
    lanes: lanes.length,
    width: last === undefined ? 0 : last.x + last.width,
    hidden: edges.length - bars.length,
  };
}
