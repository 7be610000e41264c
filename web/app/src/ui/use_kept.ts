// SPDX-License-Identifier: Apache-2.0
import { useCallback, useRef, useState } from "preact/hooks";

/**
 * A state of this tab that survives a reload and the change to another panel. It is set to a value,
 * or to a function of what it was, for changes that come later than the drawing they belong to.
 * name     unique in the app: "tokenizer.alpha"
 * initial  before anybody changed it
 */
export function useKept<T>(name: string, initial: T): [T, (value: T | ((before: T) => T)) => void] {
  const key = `yonder.${name}`;
  const [value, setValue] = useState<T>(() => {
    const kept = sessionStorage.getItem(key);
    return kept === null ? initial : (JSON.parse(kept) as T);
  });
  const newest = useRef(value);
  const keep = useCallback(
    (next: T | ((before: T) => T)) => {
      newest.current = next instanceof Function ? next(newest.current) : next;
      setValue(() => newest.current);
      try {
        sessionStorage.setItem(key, JSON.stringify(newest.current));
      } catch {
        // More than the browser keeps: it is then lost on a reload, and only then.
        sessionStorage.removeItem(key);
      }
    },
    [key],
  );
  return [value, keep];
}
