import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Writ } from '../fixtures.ts';

/** The content of the file that `action` makes the page save, in either host. */
export const downloaded = async (writ: Writ, action: () => Promise<void>): Promise<string> => {
  const { electron } = writ.host;
  if (!electron) {
    const download = writ.page.waitForEvent('download');
    await action();
    return readFile(await (await download).path(), 'utf8');
  }
  const file = join(writ.dataFolder, `${randomUUID()}.download`);
  // A person is asked where to save; the test answers in the dialog's place.
  await electron.evaluate(({ BrowserWindow }, path) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.webContents.session.once('will-download', (_event, item) => item.setSavePath(path));
  }, file);
  await action();
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).not.toBe('');
  return readFile(file, 'utf8');
};
