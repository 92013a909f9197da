import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FullConfig } from '@playwright/test';
import { openEmbedded } from '../../../electron/warehouse/embedded/embedded.ts';

const run = promisify(execFile);

/** Names the folder that tests copy their demo from; the workers inherit it. */
const VARIABLE = 'WRIT_E2E_DEMO';

/**
 * Makes the demo workspace once for a run, stopped and ready to be copied: creating and filling it takes seconds, copying it less
 * than one. Playwright calls it before the first test; what it answers is called after the last.
 */
const makeDemoTemplate = async (_config: FullConfig): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), 'writ-e2e-demo-'));
  process.env[VARIABLE] = folder;
  const demo = await openEmbedded({ folder, onProgress: () => {} });
  await demo.stop();
  return () => rm(folder, { recursive: true, force: true });
};
// Playwright takes the default export of the file that its configuration names.
export default makeDemoTemplate;

/** Puts a copy of the run's demo into a data folder, with its owners and rights; the application finds it ready to be started. */
export const copyDemo = async (dataFolder: string): Promise<void> => {
  const template = process.env[VARIABLE];
  if (!template) throw new Error(`${VARIABLE} is not set: the run has made no demo.`);
  const from = join(template, 'demo');
  if (await readFile(join(from, 'cluster', 'postmaster.pid')).catch(() => null))
    throw new Error(`The demo in ${template} is running; only a stopped one can be copied.`);
  const to = join(dataFolder, 'demo');
  if (process.platform === 'win32') await cp(from, to, { recursive: true });
  else await run('cp', ['-a', from, to]);
};
