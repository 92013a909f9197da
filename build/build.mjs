import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { backendBundle, mainBundle, preloadBundle, rendererBundle } from './bundles.mjs';
import { isBuilt, sourceStamp } from './stamp.mjs';

const root = join(import.meta.dirname, '..');

/** Builds dist/ unless it was made from the sources as they are. */
export const buildIfChanged = async () => {
  if (!isBuilt(root)) await buildAll();
};

const buildAll = async () => {
  const started = performance.now();
  // Taken before: a source edited during the build makes the result stale.
  const stamp = sourceStamp(root);
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  for (const bundle of [rendererBundle, mainBundle, preloadBundle, backendBundle]) await build(bundle());
  // Read at run time from beside the backend's file, as in the sources.
  cpSync(join(root, 'electron', 'governance', 'sql'), join(root, 'dist', 'desktop', 'sql'), {
    recursive: true,
  });
  writeFileSync(join(root, 'dist', '.stamp'), stamp);
  console.log(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
};

if (process.argv[1] === import.meta.filename)
  await (process.argv.includes('--if-changed') ? buildIfChanged() : buildAll());
