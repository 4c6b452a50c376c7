// Builds what pages need into server/web/static/dist. manifest.json there maps plain names (main.js, style.css,
// style.rtl.css, icons.svg …) to hashed files; the server knows nothing else of the build.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

import { icons } from "./build/icons";
import { manifest } from "./build/manifest";
import { rightToLeft } from "./build/right-to-left";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "./", // files find each other relatively, wherever the server hangs them
  publicDir: false,
  logLevel: "warn",
  css: {
    preprocessorOptions: {
      scss: {
        // Bootstrap 5 is written for the older Sass; its own warnings are not ours to mend.
        quietDeps: true,
        silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
      },
    },
  },
  build: {
    outDir: here("../server/web/static/dist"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    target: "es2020", // phones of some years ago
    reportCompressedSize: false,
    rollupOptions: {
      onwarn(warning, warn) {
        // htmx can evaluate code from attributes; main.ts forbids it that (allowEval), and so does the pages' policy.
        if (warning.code !== "EVAL" || !warning.id?.includes("htmx.org")) warn(warning);
      },
      input: { main: here("src/main.ts"), theme: here("src/theme.ts"), style: here("src/style.scss") },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
  plugins: [icons(), rightToLeft(), manifest()],
});
