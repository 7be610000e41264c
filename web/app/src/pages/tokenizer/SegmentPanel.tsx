// SPDX-License-Identifier: Apache-2.0
// The segmentation of the whole text: coloured pieces in four views, details of the one pointed at.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { loadOptions, readOptions } from "../../api/options.ts";
import { encode } from "../../api/tokenizer.ts";
import { count, decimal } from "../../plot/numbers.ts";
import { Choice } from "../../ui/Choice.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { OptionForm } from "../../ui/OptionForm.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { Figures } from "../../ui/Figures.tsx";
import type { PanelProps } from "./panel.ts";
import { PieceDetail, Pieces, type View } from "./Pieces.tsx";

const VIEWS = [
  { value: "text", title: "Text" },
  { value: "ids", title: "Ids" },
  { value: "bytes", title: "Bytes" },
  { value: "scores", title: "Scores" },
] as const;
const STEP = 2000; // pieces drawn at first, and more at each press of the button
const HIDDEN = new Set(["document", "max-lag"]); // no use for one text that is there at once

export function SegmentPanel({ model, bytes, question }: PanelProps): JSX.Element {
  const [view, setView] = useKept<View>("tokenizer.view", "text");
  const [typed, setTyped] = useKept<Record<string, string>>("tokenizer.encode", {});
  const [active, setActive] = useState<number | null>(null);
  const [shown, setShown] = useState(STEP);
  const box = useRef<HTMLDivElement>(null);

  const schema = useAnswer("tokenizer.encode", () => loadOptions("tokenizer.encode"), 0);
  const fields = useMemo(
    () => (schema.value ?? []).filter((field) => !HIDDEN.has(field.name)),
    [schema.value],
  );
  const { values, problems } = useMemo(() => readOptions(fields, typed), [fields, typed]);
  const answer = useAnswer(question && question + JSON.stringify(values), (signal) =>
    encode(model, bytes, values, signal),
  );
  const encoding = answer.value;
  const pieces = useMemo(() => encoding?.pieces.slice(0, shown) ?? [], [encoding, shown]);

  useEffect(() => setActive(null), [encoding]);
  // The mark moves without drawing thousands of pieces anew.
  useEffect(() => {
    const element = active === null ? null : document.getElementById(`piece-${active}`);
    element?.setAttribute("aria-selected", "true");
    return () => element?.setAttribute("aria-selected", "false");
  }, [active, view]);

  const drawn = useMemo(
    () => <Pieces pieces={pieces} view={view} prefix="piece" />,
    [pieces, view],
  );
  const point = (event: Event): void => {
    const i = (event.target as HTMLElement).closest<HTMLElement>("[data-i]")?.dataset["i"];
    if (i !== undefined) setActive(Number(i));
  };
  const move = (event: KeyboardEvent): void => {
    const at = active ?? -1;
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: pieces.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || pieces.length === 0) return;
    event.preventDefault();
    const next = Math.min(pieces.length - 1, Math.max(0, to));
    setActive(next);
    document.getElementById(`piece-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const tokens = encoding?.pieces.length ?? 0;

  return (
    <>
      <h2 class="visually-hidden">Segmentation</h2>
      <div class="panel-head">
        <p class="explain">
          The text cut into the pieces of the vocabulary; the colour of a piece depends on its id.
        </p>
        <Choice legend="Show" name="view" options={VIEWS} value={view} onChange={setView} />
      </div>
      <ErrorBanner error={answer.error} />
      {encoding !== null && (
        <>
          <Figures
            rows={[
              ["tokens", count(tokens)],
              ["bytes per token", tokens === 0 ? "\u2013" : decimal(encoding.bytes / tokens, 2)],
              ["characters", count(encoding.characters)],
              ["score", encoding.score === null ? "\u2013" : decimal(encoding.score, 2)],
            ]}
          />
          <div
            ref={box}
            class={`segmentation view-${view}${answer.pending ? " pending" : ""}`}
            role="listbox"
            aria-label={`Pieces, ${count(tokens)}`}
            aria-activedescendant={active === null ? undefined : `piece-${active}`}
            tabIndex={0}
            dir="auto"
            onPointerOver={point}
            onClick={point}
            onKeyDown={move}
            onFocus={() => setActive((i) => i ?? (pieces.length > 0 ? 0 : null))}
          >
            {drawn}
          </div>
          {tokens > shown && (
            <p class="more">
              The first {count(shown)} pieces of {count(tokens)} are drawn.{" "}
              <button type="button" class="quiet" onClick={() => setShown(shown + STEP)}>
                Draw more
              </button>
            </p>
          )}
          <PieceDetail piece={active === null ? null : (pieces[active] ?? null)} />
        </>
      )}
      {fields.length > 0 && (
        <OptionForm
          id="encode"
          fields={fields}
          typed={typed}
          problems={problems}
          first={[]}
          onChange={(name, text) => setTyped({ ...typed, [name]: text })}
        />
      )}
      <CommandBox command={encoding?.command ?? null} />
      <p class="visually-hidden" aria-live="polite">
        {encoding !== null && !answer.pending && `${tokens} tokens`}
      </p>
    </>
  );
}
