import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../app/workbench",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows files only, so nothing is put into the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8000", "/sign-in": "http://127.0.0.1:8000", "/sign-out": "http://127.0.0.1:8000" } },
});
