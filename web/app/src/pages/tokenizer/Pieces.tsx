// SPDX-License-Identifier: Apache-2.0
// Pieces drawn one after the other, each with the colour of its id, in one of four views. What is
// drawn for which bytes is decided in plot/glyphs.ts.
import { Fragment, type ComponentChildren, type JSX } from "preact";

import { hex } from "../../api/bytes.ts";
import type { Piece } from "../../api/tokenizer.ts";
import { pieceHue } from "../../plot/colour.ts";
import { glyphs, groupPieces } from "../../plot/glyphs.ts";
import { decimal } from "../../plot/numbers.ts";

const NEWLINE = 10;

export type View = "text" | "ids" | "bytes" | "scores";

/** A piece's bytes as marked text. Line breaks that end it are drawn as marks only. */
export function Glyphs({ bytes }: { bytes: Uint8Array }): JSX.Element {
  const list = glyphs(bytes);
  const last = list.findLastIndex((glyph) => glyph.kind !== "newline");
  return (
    <>
      {list.map((glyph, i) => {
        switch (glyph.kind) {
          case "text":
            return glyph.text;
          case "space":
            return (
              <span key={i} class="g-space" data-mark={glyph.mark}>
                {glyph.text}
              </span>
            );
          case "newline":
            return (
              <span key={i} class="g-mark" data-mark={glyph.mark}>
                {i < last && glyph.text}
              </span>
            );
          case "label":
            return (
              <span key={i} class="g-label">
                {glyph.mark}
              </span>
            );
          case "byte":
            return (
              <span key={i} class="g-byte">
                {glyph.mark}
              </span>
            );
        }
      })}
    </>
  );
}

function contentOf(piece: Piece, view: View): ComponentChildren {
  switch (view) {
    case "text":
      return <Glyphs bytes={piece.bytes} />;
    case "ids":
      return piece.id;
    case "bytes":
      return hex(piece.bytes);
    case "scores":
      return piece.score === null ? "\u2013" : decimal(piece.score, 2);
  }
}

/**
 * Draws pieces; an element of piece i carries data-i="i".
 * prefix  with it, the element also has the id "<prefix>-<i>" and is an option of a list box
 */
export function Pieces({
  pieces,
  view,
  prefix,
}: {
  pieces: readonly Piece[];
  view: View;
  prefix?: string;
}): JSX.Element {
  const chip = (i: number): JSX.Element | null => {
    const piece = pieces[i];
    if (piece === undefined) return null;
    return (
      <span
        key={i}
        class="piece"
        style={{ "--hue": String(pieceHue(piece.id)) }}
        data-i={i}
        {...(prefix === undefined
          ? {}
          : { id: `${prefix}-${i}`, role: "option", "aria-selected": false })}
      >
        {contentOf(piece, view)}
      </span>
    );
  };
  return (
    <>
      {groupPieces(pieces).map(({ first, last, cut }) => {
        const chips = Array.from({ length: last - first }, (_, k) => chip(first + k));
        // The line break comes after the piece, so that the next line does not begin with its end.
        const after = view === "text" && pieces[last - 1]?.bytes.at(-1) === NEWLINE && <br />;
        return (
          <Fragment key={first}>
            {cut === "" ? (
              chips
            ) : (
              <span
                class="cluster"
                role={prefix === undefined ? undefined : "group"}
                aria-label={`${cut}, cut into pieces`}
              >
                <span class="cluster-whole" aria-hidden="true">
                  {cut}
                </span>
                <span class="cluster-parts">{chips}</span>
              </span>
            )}
            {after}
          </Fragment>
        );
      })}
    </>
  );
}

/** One line about one piece: what hovering or moving to it shows. */
export function PieceDetail({
  piece,
  children,
}: {
  piece: Piece | null;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="detail" role="status" aria-label="Piece">
      {piece === null ? (
        <span class="muted">Point at a piece, or move here with Tab and the arrow keys.</span>
      ) : (
        <dl>
          <div>
            <dt>piece</dt>
            <dd class="detail-piece">
              <span class="piece" style={{ "--hue": String(pieceHue(piece.id)) }}>
                <Glyphs bytes={piece.bytes} />
              </span>
            </dd>
          </div>
          <div>
            <dt>id</dt>
            <dd>{piece.id}</dd>
          </div>
          <div>
            <dt>bytes</dt>
            <dd class="mono">{hex(piece.bytes)}</dd>
          </div>
          <div>
            <dt>score</dt>
            <dd>{piece.score === null ? "none" : decimal(piece.score)}</dd>
          </div>
          <div>
            <dt>span</dt>
            <dd>
              {piece.start}&ndash;{piece.end}
            </dd>
          </div>
          {children}
        </dl>
      )}
    </div>
  );
}
