// SPDX-License-Identifier: Apache-2.0
import { useCallback, useState } from "preact/hooks";

/**
 * A state of this tab that survives a reload and the change to another panel.
 * name     unique in the app: "tokenizer.alpha"
 * initial  before anybody changed it
 */
export function useKept<T>(name: string, initial: T): [T, (value: T) => void] {
  const key = `yonder.${name}`;
  const [value, setValue] = useState<T>(() => {
    const kept = sessionStorage.getItem(key);
    return kept === null ? initial : (JSON.parse(kept) as T);
  });
  const keep = useCallback(
    (next: T) => {
      setValue(next);
      try {
        sessionStorage.setItem(key, JSON.stringify(next));
      } catch {
        // More than the browser keeps: it is then lost on a reload, and only then.
        sessionStorage.removeItem(key);
      }
    },
    [key],
  );
  return [value, keep];
}
