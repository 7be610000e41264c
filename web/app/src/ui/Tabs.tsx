// SPDX-License-Identifier: Apache-2.0
// Tabs whose choice is in the address, so that a reload, a bookmark and the back button keep it.
// One stop for the Tab key; arrow keys, Home and End move. Source: WAI-ARIA practices, "Tabs".
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface TabRow {
  name: string;
  title: string;
}

export function Tabs({
  label,
  tabs,
  current,
  address,
  children,
}: {
  label: string;
  tabs: readonly TabRow[];
  current: string;
  address: (name: string) => string;
  children: ComponentChildren;
}): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  // On a narrow screen the list scrolls; the current tab is kept in sight.
  useEffect(() => {
    const tab = document.getElementById(`tab-${current}`);
    if (tab !== null && list.current !== null)
      list.current.scrollLeft = tab.offsetLeft - (list.current.clientWidth - tab.clientWidth) / 2;
  }, [current]);
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.name === current);
    const steps: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: tabs.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = (to + tabs.length) % tabs.length;
    location.hash = address(tabs[index]?.name ?? "");
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[index]?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.name}
            type="button"
            role="tab"
            id={`tab-${tab.name}`}
            aria-selected={tab.name === current}
            aria-controls="tab-panel"
            tabIndex={tab.name === current ? 0 : -1}
            onClick={() => {
              location.hash = address(tab.name);
            }}
          >
            {tab.title}
          </button>
        ))}
      </div>
      <div id="tab-panel" class="card panel" role="tabpanel" aria-labelledby={`tab-${current}`}>
        {children}
      </div>
    </>
  );
}
