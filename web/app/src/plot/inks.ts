// SPDX-License-Identifier: Apache-2.0
// Colours for what is drawn on a canvas: the custom properties of the style sheet, resolved for the
// theme in force. A canvas does not know light-dark(), and reading a property gives its text; the
// computed colour of an element gives the colour.

/** Names of custom properties of style/base.css and style/plot.css, without "--". */
export type Ink = string;

/** The colours of these inks where `element` stands. */
export function inksOf(element: HTMLElement, names: readonly Ink[]): Map<Ink, string> {
  const probe = document.createElement("span");
  element.append(probe);
  const colours = new Map(
    names.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return colours;
}
