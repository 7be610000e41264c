// SPDX-License-Identifier: Apache-2.0
// Answers that keep up with a slider: as soon as one has come, the newest question is asked, and
// those in between never are. So there is one request on its way at most, what is seen moves while a
// hand does, and the last answer is that of the last question. For questions that are asked now and
// then, useAnswer() waits for a pause instead.
import { useEffect, useRef, useState } from "preact/hooks";

import { isAbort } from "../api/client.ts";
import type { Answer } from "./use_answer.ts";

/**
 * question  what the answer depends on, as text; null = nothing to ask
 * ask       asks it; called with the closure of the latest drawing
 */
export function useLive<T>(
  question: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({
    value: null,
    error: null,
    pending: question !== null,
  });
  const wanted = useRef({ question, ask });
  wanted.current = { question, ask };
  const busy = useRef(false);
  const controller = useRef<AbortController | null>(null);

  useEffect(() => {
    controller.current = new AbortController();
    return () => controller.current?.abort();
  }, []);
  useEffect(() => {
    if (question === null) {
      setAnswer({ value: null, error: null, pending: false });
      return;
    }
    setAnswer((before) => (before.pending ? before : { ...before, pending: true }));
    const next = async (): Promise<void> => {
      const signal = controller.current?.signal;
      const asked = wanted.current;
      if (busy.current || signal === undefined || asked.question === null) return;
      busy.current = true;
      let came: { value: T | null; error: unknown } = { value: null, error: null };
      try {
        came = { value: await asked.ask(signal), error: null };
      } catch (error) {
        came = { value: null, error };
      }
      busy.current = false;
      if (signal.aborted || isAbort(came.error)) return;
      const last = wanted.current.question === asked.question;
      if (wanted.current.question !== null) setAnswer({ ...came, pending: !last });
      if (!last) await next();
    };
    void next();
  }, [question]);
  return answer;
}
