// Builds what browsers get: web/dist/index.html (the phone, its service worker) and web/dist/click-to-call.js (the widget).
// Run by `npm ci` (script prepare); plain JavaScript, so that any Node that Vite knows can run it.
import { join } from 'node:path'
import { build } from 'vite'

const here = import.meta.dirname
const common = { configFile: false, logLevel: 'error', clearScreen: false }
// Chromium 111, Firefox 114, Safari 16.4: what Vite calls widely available.
const target = 'baseline-widely-available'

await build({
  ...common,
  root: join(here, 'phone'),
  base: './',
  publicDir: join(here, 'public'),
  build: {
    ...{ target, outDir: join(here, 'dist'), emptyOutDir: true, reportCompressedSize: false },
    ...{ assetsInlineLimit: 0, chunkSizeWarningLimit: 2000, modulePreload: false },
    rolldownOptions: {
      input: { index: join(here, 'phone/index.html'), sw: join(here, 'phone/sw.ts') },
      // The worker's address is its identity: it must not carry a hash.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
})

await build({
  ...common,
  root: join(here, 'click-to-call'),
  publicDir: false,
  build: {
    ...{ target, outDir: join(here, 'dist'), emptyOutDir: false, reportCompressedSize: false },
    lib: {
      ...{ entry: join(here, 'click-to-call/index.ts'), formats: ['iife'], name: 'TandemCall' },
      fileName: () => 'click-to-call.js',
    },
  },
})
