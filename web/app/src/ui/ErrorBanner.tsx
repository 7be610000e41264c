// SPDX-License-Identifier: Apache-2.0
import type { JSX } from "preact";

import { sentence } from "../api/client.ts";

/** Shows what went wrong, in the words of the program; nothing where `error` is null. */
export function ErrorBanner({
  error,
  onClose,
}: {
  error: unknown;
  onClose?: () => void;
}): JSX.Element {
  return (
    <div class="banner-place" role="alert">
      {error !== null && error !== undefined && (
        <div class="banner">
          <p>{sentence(error)}</p>
          {onClose !== undefined && (
            <button type="button" class="quiet" onClick={onClose}>
              Close
            </button>
          )}
        </div>
      )}
    </div>
  );
}
