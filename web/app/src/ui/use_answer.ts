// SPDX-License-Identifier: Apache-2.0
// An answer that follows its question: asked a moment after the last change, given up when the
// question changes again, so that an old answer can never replace a newer one.
import { useEffect, useState } from "preact/hooks";

import { isAbort } from "../api/client.ts";

export interface Answer<T> {
  value: T | null; // the last good answer, kept while the next one is on its way
  error: unknown; // null, or why the current question has no answer
  pending: boolean;
}

/**
 * question  what the answer depends on, as text; null = nothing to ask
 * ask       asks it
 * delay     milliseconds without a change before it is asked
 */
export function useAnswer<T>(
  question: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  delay = 160,
): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({
    value: null,
    error: null,
    pending: question !== null,
  });
  useEffect(() => {
    if (question === null) {
      setAnswer({ value: null, error: null, pending: false });
      return;
    }
    const controller = new AbortController();
    setAnswer((before) => ({ ...before, pending: true }));
    const timer = setTimeout(() => {
      ask(controller.signal)
        .then((value) => {
          if (!controller.signal.aborted) setAnswer({ value, error: null, pending: false });
        })
        .catch((error: unknown) => {
          if (!controller.signal.aborted && !isAbort(error))
            setAnswer({ value: null, error, pending: false });
        });
    }, delay);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
    // `ask` is a new closure each time; the question says all it depends on.
  }, [question]);
  return answer;
}
