// SPDX-License-Identifier: Apache-2.0
// The position scheme as text, the language that command line and requests use too; with schemes to
// click and all terms to put together.
import type { JSX } from "preact";

import type { SchemeTerm } from "../../api/lm.ts";
import { presets, withTerm } from "./panel.ts";

export interface SchemeCardProps {
  scheme: string;
  trainLength: number;
  own: string; // what the checkpoint asks for
  terms: readonly SchemeTerm[];
  onChange: (scheme: string) => void;
}

export function SchemeCard({
  scheme,
  trainLength,
  own,
  terms,
  onChange,
}: SchemeCardProps): JSX.Element {
  const groups = [...new Set(terms.map((term) => term.group))];
  return (
    <section class="card" aria-label="Position scheme">
      <h2>Position scheme</h2>
      <div class="option">
        <label class="visually-hidden" for="lm-scheme">
          Position scheme
        </label>
        <input
          id="lm-scheme"
          type="text"
          class="mono"
          autocomplete="off"
          spellcheck={false}
          placeholder={own === "" ? "the model's own" : own}
          value={scheme}
          aria-describedby="lm-scheme-help"
          onInput={(e) => onChange(e.currentTarget.value)}
        />
        <p class="help" id="lm-scheme-help">
          Terms joined by +, e.g. rerope:w=64+logn:clip; empty: the model's own.
        </p>
      </div>
      <div class="chips" role="group" aria-label="Schemes to try">
        {presets(trainLength).map((text) => (
          <button
            key={text}
            type="button"
            class="chip mono"
            aria-pressed={text === scheme}
            onClick={() => onChange(text === scheme ? "" : text)}
          >
            {text}
          </button>
        ))}
      </div>
      <details class="terms">
        <summary>All terms</summary>
        <div class="terms-list">
          {groups.map((group) => (
            <section key={group}>
              <h3>{group}</h3>
              <ul>
                {terms
                  .filter((term) => term.group === group)
                  .map((term) => (
                    <li key={term.name}>
                      <button
                        type="button"
                        class="chip mono"
                        aria-label={`Add ${term.name}`}
                        onClick={() => onChange(withTerm(scheme, term, terms))}
                      >
                        {term.name}
                      </button>{" "}
                      {term.help}
                      {term.arguments.length > 0 && (
                        <span class="muted">
                          {" "}
                          ({term.arguments.map((a) => `${a.name}: ${a.help}`).join("; ")})
                        </span>
                      )}
                    </li>
                  ))}
              </ul>
            </section>
          ))}
        </div>
      </details>
    </section>
  );
}
