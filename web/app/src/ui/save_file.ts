// SPDX-License-Identifier: Apache-2.0

/** Hands content to the browser's download, under `name`. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
