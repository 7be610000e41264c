// SPDX-License-Identifier: Apache-2.0
// A uPlot in an element: made when the element is there, made again when the theme or what it is
// made of changes, as wide as the element, and given new data without being made anew.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

const LEAST_WIDTH = 200; // pixels

/**
 * make  draws into the element, at this width
 * data  what is drawn
 * kind  changes when the plot must be made anew
 */
export function usePlot(
  make: (element: HTMLElement, width: number, data: uPlot.AlignedData) => uPlot,
  data: uPlot.AlignedData,
  kind: string,
): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef({ make, data });
  newest.current = { make, data };

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const width = (): number => Math.max(LEAST_WIDTH, element.clientWidth);
    const paint = (): void => {
      plot.current?.destroy();
      plot.current = newest.current.make(element, width(), newest.current.data);
    };
    paint();
    const resize = new ResizeObserver(() => {
      const drawn = plot.current;
      if (drawn !== null && drawn.width !== width())
        drawn.setSize({ width: width(), height: drawn.height });
    });
    resize.observe(element);
    addEventListener("themechange", paint);
    return () => {
      removeEventListener("themechange", paint);
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [kind]);
  useEffect(() => plot.current?.setData(data), [data]);
  return place;
}
