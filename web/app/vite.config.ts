// SPDX-License-Identifier: Apache-2.0
// Builds the bundle that `yonder serve` carries: web/dist, committed, the same bytes on every build.
// Plain file names, one script, one style sheet, nothing inline (the server's content security
// policy forbids it). `npm run dev` serves the app with live reload and passes /api on to a running
// `yonder serve`.
import { defineConfig } from "vite";

const program = process.env.YONDER_ADDRESS ?? "http://127.0.0.1:8765";

export default defineConfig({
  build: {
    outDir: process.env.YONDER_WEB_DIST ?? "../dist",
    emptyOutDir: true,
    target: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: false,
    license: { fileName: "assets/licenses.txt" },
    rolldownOptions: {
      output: {
        entryFileNames: "assets/app.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/app[extname]",
      },
    },
  },
  server: {
    // The program refuses every Host and Origin but its own.
    proxy: { "/api": { target: program, changeOrigin: true, headers: { origin: program } } },
  },
});
