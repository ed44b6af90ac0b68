import { defineConfig } from "vite";

// The names of what is built are fixed, and nothing in it depends on the machine or the
// hour: the committed bundle is compared with a new one, byte by byte.
export default defineConfig({
  base: "/agent/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: { entryFileNames: "card.js", assetFileNames: "card[extname]" },
    },
  },
});
