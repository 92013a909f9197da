import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { obtainElectron } from './electron.mjs';

const bin = (root, name) => join(root, 'node_modules', '.bin', name);

/** A suite of one program: it passed when the program ends with 0, and counts as one test. */
const program = (name, command, args) => ({ name, command, args, counts: 'one' });

const vitest = (root, name, args = []) => ({
  name,
  command: bin(root, 'vitest'),
  args: ['run', '--project', name, '--reporter=dot', '--reporter=json', ...args],
  counts: 'vitest',
});

const playwright = (root, name, project, wrap = []) => {
  const command = [...wrap, bin(root, 'playwright'), 'test', '--project', project];
  return { name, command: command[0], args: command.slice(1), counts: 'playwright' };
};

/** Checks that need nothing but the sources; `npm run check` runs these alone. */
export const quickSuites = (root) => [
  program('format', bin(root, 'biome'), ['format', '.']),
  program('lint', bin(root, 'biome'), ['lint', '--error-on-warnings', '.']),
  program('types', bin(root, 'tsc'), ['-p', '.']),
  program('boundaries', process.execPath, ['build/boundaries.ts']),
  vitest(root, 'unit'),
];

/** Every suite in order; a suite with `skip` does not run, for the reason given. */
export const allSuites = async (root) => {
  const desktop = await desktopSuites(root);
  return [
    ...quickSuites(root),
    vitest(root, 'warehouse'),
    vitest(root, 'faults'),
    program('build', process.execPath, ['build/build.mjs', '--if-changed']),
    webSuite(
      root,
      desktop.some(({ name, skip }) => name === 'e2e desktop' && skip),
    ),
    ...desktop,
  ];
};

/** `alone`: no window can be opened here, so the web host runs also what otherwise only the desktop does. */
const webSuite = (root, alone) => {
  const name = 'e2e web';
  if (!['/usr/bin/chromium', chromium.executablePath()].some((file) => existsSync(file)))
    return { name, skip: 'no Chromium' };
  return { ...playwright(root, name, 'web'), env: alone ? { WRIT_E2E_WEB: 'all' } : {} };
};

const desktopSuites = async (root) => {
  const skipped = (reason) => [
    { name: 'e2e desktop', skip: reason },
    { name: 'pack', skip: reason },
  ];
  try {
    await obtainElectron(root);
  } catch (error) {
    return skipped(`no Electron runtime: ${error.message}`);
  }
  const display = displayFor(process.env);
  if (!display) return skipped('no display, and no xvfb-run to make one');
  return [
    playwright(root, 'e2e desktop', 'desktop', display),
    process.platform === 'linux'
      ? { ...playwright(root, 'pack', 'packed', display), before: ['build/pack.mjs'] }
      : { name: 'pack', skip: 'its tests know the folder made on Linux' },
  ];
};

/** What goes before a command that opens windows; null where none can be opened. */
const displayFor = (env) => {
  if (process.platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY) return [];
  return existsSync('/usr/bin/xvfb-run') ? ['/usr/bin/xvfb-run', '-a', '-s', '-screen 0 1600x1000x24'] : null;
};
