import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { presentElectron } from '../../build/electron.mjs';
import { type BenchResult, interleave, verdict } from './harness.ts';

const root = join(import.meta.dirname, '..', '..');
const ROUNDS = 5;
const TARGET = 1.8;

/** An empty window of the same size, shown when it has something to show, as the product's is. */
const EMPTY = `const { app, BrowserWindow } = require('electron');
app.setPath('userData', process.env.WRIT_DATA);
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1360, height: 860, show: false, webPreferences: { sandbox: true } });
  window.once('ready-to-show', () => window.show());
  window.loadURL('data:text/html,<title>Empty</title><p>Empty</p>');
});
app.on('window-all-closed', () => app.quit());
`;

/**
 * From starting the program to a grid that answers, on a profile used before, against an Electron window with a word in it. Both clocks
 * start when the process is made and stop in the page: at its first contentful paint, and in the frame in which the first cell has a
 * value and the grid takes the focus. The product's includes all it starts: its backend, the embedded PostgreSQL, a session, a sheet.
 */
export const benchStart = async (): Promise<BenchResult> => {
  const name = 'window start to usable grid';
  const program = presentElectron(root);
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const shows = process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY;
  if (program === null || !shows) {
    const detail =
      program === null ? 'there is no Electron' : 'there is no display; run it under xvfb-run -a';
    return { name, ratio: Number.NaN, target: TARGET, ok: false, detail };
  }
  const folder = await mkdtemp(join(tmpdir(), 'writ-start-bench-'));
  try {
    const empty = join(folder, 'empty.cjs');
    await writeFile(empty, EMPTY);
    const timings = await interleave(
      [
        { name: 'empty', run: () => started(program, empty, join(folder, 'empty'), painted) },
        {
          name: 'writ',
          run: () => started(program, join(root, 'dist/desktop/main.cjs'), join(folder, 'writ'), usable),
        },
      ],
      ROUNDS,
    );
    return verdict(
      name,
      TARGET,
      timings,
      { ours: 'writ', floor: 'empty' },
      'the first round makes the profile',
    );
  } catch (error) {
    // The other measures of the window need no desktop.
    const detail = `failed: ${error instanceof Error ? error.message : String(error)}`;
    return { name, ratio: Number.NaN, target: TARGET, ok: false, detail };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Milliseconds from making the process to what `reached` answers, which is milliseconds since 1970. */
const started = async (...parts: Parameters<typeof startedOnce>): Promise<number> => {
  try {
    return await startedOnce(...parts);
  } catch (error) {
    // The debugger sometimes misses the first page of a program and waits for ever.
    if (error instanceof Error && error.name === 'TimeoutError') return startedOnce(...parts);
    throw error;
  }
};

const startedOnce = async (
  program: string,
  main: string,
  dataFolder: string,
  reached: (page: Page) => Promise<number>,
): Promise<number> => {
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const begin = performance.timeOrigin + performance.now();
  const child = spawn(program, [...(asRoot ? ['--no-sandbox'] : []), '--remote-debugging-port=0', main], {
    env: { ...process.env, WRIT_DATA: dataFolder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  try {
    const browser = await chromium.connectOverCDP(await debuggerOf(child));
    const [context] = browser.contexts();
    if (!context) throw new Error('The program has no session.');
    const page = context.pages()[0] ?? (await context.waitForEvent('page'));
    const end = await reached(page);
    await page.close();
    await browser.close();
    return end - begin;
  } finally {
    if (child.exitCode === null) child.kill('SIGTERM');
    await gone;
  }
};

const debuggerOf = (child: ChildProcess): Promise<string> =>
  new Promise((found, failed) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const address = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (address) found(address);
    });
    child.once('exit', (code) => failed(new Error(`The program ended with code ${code}: ${text}`)));
  });

const painted = async (page: Page): Promise<number> => {
  const entry = await page.waitForFunction(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return paint && performance.timeOrigin + paint.startTime;
  });
  return Number(await entry.jsonValue());
};

const usable = async (page: Page): Promise<number> => {
  const at = await page.waitForFunction(
    () => {
      const cell = document.querySelector<HTMLElement>('.ag-row[row-index="0"] [col-id^="c:"]');
      return cell?.textContent && performance.timeOrigin + performance.now();
    },
    null,
    { polling: 'raf', timeout: 180_000 },
  );
  const cell = page.locator('.ag-row[row-index="0"] [col-id^="c:"]').first();
  await cell.click();
  await page.locator('.ag-cell-focus').waitFor();
  return Number(await at.jsonValue());
};
