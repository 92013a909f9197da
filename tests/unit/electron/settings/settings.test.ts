import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSettings } from '../../../../electron/settings/settings.ts';
import type { Connection } from '../../../../shared/model/connection.ts';

const CONNECTION: Connection = {
  id: 'a',
  name: 'Warehouse',
  kind: 'postgres',
  host: 'db',
  port: 5432,
  database: 'plan',
  tls: 'verify-full',
};
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writ-settings-'));
  file = join(folder, 'settings.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('choices start at their defaults and are there at the next start', () => {
  expect(openSettings(folder).read()).toEqual({
    theme: 'system',
    locale: null,
    density: 'compact',
    connections: [],
  });
  openSettings(folder).update({ theme: 'dark', connections: [CONNECTION] });
  openSettings(folder).update({ locale: 'de-DE' });
  expect(openSettings(folder).read()).toMatchObject({
    theme: 'dark',
    locale: 'de-DE',
    connections: [CONNECTION],
  });
});

test('one bad choice in the file does not lose the others', () => {
  openSettings(folder).update({ theme: 'dark', connections: [CONNECTION] });
  const raw = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...raw, theme: 'purple' }));
  expect(openSettings(folder).read()).toMatchObject({ theme: 'system', connections: [CONNECTION] });
});

test('a connection that does not fit is left out, the others stay', () => {
  openSettings(folder).update({ connections: [CONNECTION] });
  const raw = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...raw, connections: [{ id: 'b', port: 'x' }, CONNECTION] }));
  expect(openSettings(folder).read().connections).toEqual([CONNECTION]);
});

test('a file that is no JSON is put aside, and a value that is no choice is refused', () => {
  writeFileSync(file, '{');
  const settings = openSettings(folder);
  expect(settings.read().theme).toBe('system');
  expect(readFileSync(`${file}.broken`, 'utf8')).toBe('{');
  expect(() => settings.update({ theme: 'purple' as never })).toThrow();
  expect(settings.read().theme).toBe('system');
});

test.skipIf(process.platform === 'win32')('the file is for its owner alone', () => {
  openSettings(folder).update({ theme: 'dark' });
  expect(statSync(file).mode & 0o077).toBe(0);
});
