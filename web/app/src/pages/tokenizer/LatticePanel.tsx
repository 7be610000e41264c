// SPDX-License-Identifier: Apache-2.0
// All segmentations of a line at once: every piece that may stand at a place, as a bar over its
// bytes, the more opaque the more probable. The layout is computed in plot/lattice_layout.ts.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { textOf } from "../../api/bytes.ts";
import { encode, lattice, type Edge } from "../../api/tokenizer.ts";
import { pieceHue } from "../../plot/colour.ts";
import { layoutLattice, type Layout } from "../../plot/lattice_layout.ts";
import { count, decimal, probability } from "../../plot/numbers.ts";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { AlphaSlider } from "./AlphaSlider.tsx";
import { distributionRows } from "./distribution.ts";
import { Figures } from "../../ui/Figures.tsx";
import { labelOf } from "./label.ts";
import type { PartProps } from "./panel.ts";
import { Glyphs, PieceDetail } from "./Pieces.tsx";

const UNIT = 20; // pixels of a narrow character, more where the line is short
const MOST_UNIT = 34;
const ROOM = 740; // pixels that a short line may fill
const LANE = 30; // pixels from one lane to the next
const BAR = 24;
const TOP = 44; // axis and characters
const LEAST = 0.001; // less probable edges are not drawn
const MOST = 1500; // edges drawn at most
const FAINT = 0.02; // below, the label is grey

function unitOf(bytes: Uint8Array): number {
  return Math.min(
    MOST_UNIT,
    Math.max(UNIT, Math.min(ROOM, innerWidth - 80) / Math.max(1, bytes.length)),
  );
}

export function LatticePanel({
  model,
  bytes,
  question,
  alpha,
  onAlpha,
  lineChooser,
}: PartProps): JSX.Element {
  const [active, setActive] = useState<number | null>(null);
  const answer = useAnswer(question && `${question} ${alpha}`, async (signal) => {
    const [all, best] = await Promise.all([
      lattice(model, bytes, alpha, signal),
      encode(model, bytes, {}, signal),
    ]);
    return { ...all, bytes, best: new Set(best.pieces.map((p) => `${p.start}-${p.end}`)) };
  });
  const value = answer.value;
  const layout = useMemo(
    () =>
      value === null
        ? null
        : layoutLattice(value.bytes, value.edges, value.best, {
            least: LEAST,
            most: MOST,
            unit: unitOf(value.bytes),
          }),
    [value],
  );
  const edge = active === null ? null : (value?.edges[active] ?? null);

  const point = (event: Event): void => {
    const i = (event.target as Element).closest("[data-edge]")?.getAttribute("data-edge");
    if (i !== null && i !== undefined) setActive(Number(i));
  };
  const move = (event: KeyboardEvent): void => {
    if (layout === null || layout.bars.length === 0) return;
    const at = layout.bars.findIndex((bar) => bar.edge === active);
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: layout.bars.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const bar = layout.bars[Math.min(layout.bars.length - 1, Math.max(0, to))];
    if (bar === undefined) return;
    setActive(bar.edge);
    (event.currentTarget as Element)
      .querySelector(`[data-edge="${bar.edge}"]`)
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  return (
    <>
      <h2 class="visually-hidden">Lattice</h2>
      <p class="explain">
        Every piece that may stand at a place of a line: the more opaque, the more probable at
        &alpha;. The top row is the best segmentation.
      </p>
      <div class="controls">
        {lineChooser}
        <AlphaSlider alpha={alpha} onAlpha={onAlpha} />
      </div>
      <ErrorBanner error={answer.error} />
      {value !== null && layout !== null && (
        <>
          <Figures rows={distributionRows(value)} />
          <div
            class={`lattice${answer.pending ? " pending" : ""}`}
            tabIndex={0}
            role="group"
            aria-label={`Lattice of ${count(value.edges.length)} edges; arrow keys move from edge to edge, a table follows below`}
            onPointerOver={point}
            onClick={point}
            onKeyDown={move}
          >
            <LatticePicture
              layout={layout}
              edges={value.edges}
              bytes={value.bytes}
              active={active}
            />
          </div>
          <PieceDetail piece={edge}>
            <div>
              <dt>probability</dt>
              <dd>{edge === null ? "" : probability(edge.probability)}</dd>
            </div>
          </PieceDetail>
          {layout.hidden > 0 && (
            <p class="more">
              {count(layout.hidden)} improbable {layout.hidden === 1 ? "edge is" : "edges are"} not
              drawn; the table below has all.
            </p>
          )}
          <EdgeTable edges={value.edges} best={value.best} />
        </>
      )}
      <CommandBox command={value?.command ?? null} />
    </>
  );
}

function LatticePicture({
  layout,
  edges,
  bytes,
  active,
}: {
  layout: Layout;
  edges: readonly Edge[];
  bytes: Uint8Array;
  active: number | null;
}): JSX.Element {
  const height = TOP + layout.lanes * LANE + 4;
  const still = useMemo(
    () => (
      <>
        {layout.columns.map((column) => (
          <g key={column.start}>
            <line class="lattice-line" x1={column.x} x2={column.x} y1={TOP - 6} y2={height} />
            <text class="lattice-offset" x={column.x + 1} y={11}>
              {column.start % 5 === 0 ? column.start : ""}
            </text>
            <text class="lattice-character" x={column.x + column.width / 2} y={31}>
              {(
                textOf(bytes.subarray(column.start, column.end)) ??
                labelOf(bytes.subarray(column.start, column.end))
              ).replace(" ", "\u00b7")}
            </text>
          </g>
        ))}
        {layout.bars.map((bar) => {
          const e = edges[bar.edge] as Edge;
          return (
            <g
              key={bar.edge}
              data-edge={bar.edge}
              class={`edge${bar.best ? " edge-best" : ""}${e.probability < FAINT ? " edge-faint" : ""}`}
              style={{ "--hue": String(pieceHue(e.id)) }}
            >
              <rect
                x={bar.x + 1}
                y={TOP + bar.lane * LANE}
                width={Math.max(2, bar.width - 2)}
                height={BAR}
                rx="5"
                fill-opacity={e.probability}
              />
              <text x={bar.x + bar.width / 2} y={TOP + bar.lane * LANE + 16.5}>
                {labelOf(e.bytes)}
              </text>
            </g>
          );
        })}
      </>
    ),
    [layout, edges, bytes],
  );
  const marked = layout.bars.find((bar) => bar.edge === active);
  return (
    <svg
      width={layout.width + 2}
      height={height}
      viewBox={`-1 0 ${layout.width + 2} ${height}`}
      aria-hidden="true"
    >
      {still}
      {marked !== undefined && (
        <rect
          class="edge-active"
          x={marked.x}
          y={TOP + marked.lane * LANE - 1}
          width={Math.max(4, marked.width)}
          height={BAR + 2}
          rx="6"
        />
      )}
    </svg>
  );
}

const ROWS = 300; // of the table, at first and more at each press of the button

/** The lattice as a table: the same in words, for those who cannot see the picture. */
function EdgeTable({
  edges,
  best,
}: {
  edges: readonly Edge[];
  best: ReadonlySet<string>;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState(ROWS);
  return (
    <details class="edges" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <div class="table-scroll tall" tabIndex={0} role="region" aria-label="Edges of the lattice">
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">
                  Span
                </th>
                <th scope="col">Piece</th>
                <th scope="col" class="number">
                  Id
                </th>
                <th scope="col" class="number">
                  Score
                </th>
                <th scope="col" class="number">
                  Probability
                </th>
                <th scope="col">Best</th>
              </tr>
            </thead>
            <tbody>
              {edges.slice(0, shown).map((e, i) => (
                <tr key={i}>
                  <td class="number">
                    {e.start}&ndash;{e.end}
                  </td>
                  <td>
                    <span class="piece" style={{ "--hue": String(pieceHue(e.id)) }}>
                      <Glyphs bytes={e.bytes} />
                    </span>
                  </td>
                  <td class="number">{e.id}</td>
                  <td class="number">{e.score === null ? "" : decimal(e.score, 2)}</td>
                  <td class="number">{probability(e.probability)}</td>
                  <td>{best.has(`${e.start}-${e.end}`) ? "yes" : ""}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {edges.length > shown && (
            <p class="more">
              {count(edges.length - shown)} more edges.{" "}
              <button type="button" class="quiet" onClick={() => setShown(shown + ROWS)}>
                Show more
              </button>
            </p>
          )}
        </div>
      )}
    </details>
  );
}
