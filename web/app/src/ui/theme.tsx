// SPDX-License-Identifier: Apache-2.0
// Light and dark: the system's wish until a person presses the switch, then theirs, remembered by
// this browser. The colours are in style/base.css, each written once as light-dark(a, b).
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

export type Theme = "system" | "light" | "dark";

const KEY = "yonder.theme";

export function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** Makes the page follow `theme`; what is drawn on a canvas hears "themechange" and repaints. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  dispatchEvent(new Event("themechange"));
}

const wantsDark = (): boolean => matchMedia("(prefers-color-scheme: dark)").matches;

export function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(storedTheme);
  const [systemDark, setSystemDark] = useState(wantsDark);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const update = (): void => {
      setSystemDark(query.matches);
      dispatchEvent(new Event("themechange"));
    };
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  const dark = theme === "dark" || (theme === "system" && systemDark);
  const toggle = (): void => {
    const next = dark ? "light" : "dark";
    localStorage.setItem(KEY, next);
    setTheme(next);
    applyTheme(next);
  };
  return (
    <button
      type="button"
      class="icon-button"
      aria-pressed={dark}
      aria-label="Dark theme"
      title="Light or dark"
      onClick={toggle}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </button>
  );
}
