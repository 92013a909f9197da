import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

test('a second start on the same data folder gives way to the first', async ({ writ }) => {
  const electron = writ.host.electron;
  if (!electron) throw new Error('not the desktop host');
  const program = await electron.evaluate(({ app }) => app.getPath('exe'));
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const main = join(import.meta.dirname, '../../dist/desktop/main.cjs');
  const second = spawn(program, [...asRoot, main], {
    env: { ...process.env, WRIT_DATA: writ.dataFolder },
    stdio: 'ignore',
  });
  const code = await new Promise((done) => second.once('exit', done));
  expect(code).toBe(0);
  expect(await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('the window comes back where it was', async ({ writ }) => {
  const bounds = { x: 40, y: 60, width: 900, height: 640 };
  await writ.host.electron?.evaluate(({ BrowserWindow }, wanted) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(wanted);
  }, bounds);
  await writ.restart();
  const after = await writ.host.electron?.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  );
  expect(after).toMatchObject({ width: bounds.width, height: bounds.height });
});

test('a backend that was killed is started again and the page goes on', async ({ writ }) => {
  const backend = (): Promise<number | undefined> | undefined =>
    writ.host.electron?.evaluate(
      ({ app }) => app.getAppMetrics().find((each) => each.name === 'Writ backend')?.pid,
    );
  await expect(writ.page.locator('#root > *').first()).toBeAttached();
  await expect.poll(backend).toBeTruthy();
  const first = await backend();
  if (!first) throw new Error('no backend process');
  process.kill(first, 'SIGKILL');
  await expect.poll(backend).not.toBe(first);
  await expect.poll(backend).toBeTruthy();
});
