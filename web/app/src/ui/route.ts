// SPDX-License-Identifier: Apache-2.0
// The address after "#": "#/PAGE/SECTION". Test: tests/route.spec.ts.
import { useEffect, useState } from "preact/hooks";

export interface Route {
  page: string;
  section: string;
}

/** "#/tokenizer/lattice" -> tokenizer, lattice; anything else gives empty names. */
export function parseRoute(fragment: string): Route {
  const match = /^#\/([a-z-]+)(?:\/([a-z-]+))?$/.exec(fragment);
  return { page: match?.[1] ?? "", section: match?.[2] ?? "" };
}

/** The current route; the component is drawn again when it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const update = (): void => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return route;
}
