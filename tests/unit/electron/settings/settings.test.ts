import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSettings } from '../../../../electron/settings/settings.ts';
import type { Connection } from '../../../../shared/model/connection.ts';
import { testUnless } from '../../../support/skipped.ts';

const CONNECTION: Connection = {
  id: 'a',
  name: 'Warehouse',
  kind: 'postgres',
  host: 'db',
  port: 5432,
  database: 'plan',
  tls: 'verify-full',
};
const NOW = new Date('2026-03-04T05:06:07.089Z');
const open = () => openSettings(folder, () => NOW);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writ-settings-'));
  file = join(folder, 'settings.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('choices start at their defaults and are there at the next start', () => {
  expect(open().read()).toEqual({
    theme: 'system',
    locale: null,
    density: 'compact',
    connections: [],
    removed: [],
    logins: {},
    claimed: {},
    signedOut: [],
  });
  open().update({ theme: 'dark', connections: [CONNECTION] });
  open().update({ locale: 'de-DE' });
  expect(open().read()).toMatchObject({
    theme: 'dark',
    locale: 'de-DE',
    connections: [CONNECTION],
  });
});

test('one bad choice in the file does not lose the others', () => {
  open().update({ theme: 'dark', connections: [CONNECTION] });
  const raw = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...raw, theme: 'purple' }));
  expect(open().read()).toMatchObject({ theme: 'system', connections: [CONNECTION] });
});

test('a connection that does not fit is left out and told, the others stay, and the file keeps it', () => {
  open().update({ connections: [CONNECTION] });
  const raw = JSON.parse(readFileSync(file, 'utf8'));
  const odd = { id: 'b', port: 'x' };
  writeFileSync(file, JSON.stringify({ ...raw, connections: [odd, CONNECTION], later: 1 }));
  const settings = open();
  expect(settings.read().connections).toEqual([CONNECTION]);
  expect(settings.problems()).toEqual([
    expect.stringMatching(/^One connection in the settings cannot be read/),
  ]);
  settings.update({ theme: 'dark' });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    connections: [CONNECTION, odd],
    theme: 'dark',
    later: 1,
  });
});

test('a file that is no JSON is put aside and told, and a value that is no choice is refused', () => {
  writeFileSync(file, '{');
  const settings = open();
  expect(settings.read().theme).toBe('system');
  const aside = `${file}.broken-2026-03-04T05-06-07-089Z`;
  expect(readFileSync(aside, 'utf8')).toBe('{');
  expect(settings.problems()).toEqual([expect.stringContaining(aside)]);
  expect(() => settings.update({ theme: 'purple' as never })).toThrow();
  expect(settings.read().theme).toBe('system');
  expect(open().problems()).toEqual([]);
});

describe('a file of', () => {
  const written = (content: unknown): unknown => {
    writeFileSync(file, JSON.stringify(content));
    const settings = open();
    settings.update({ density: 'comfortable' });
    return JSON.parse(readFileSync(file, 'utf8'));
  };

  test('the first version opens: its connections stay, and who they named has worked with them', () => {
    const first = { theme: 'dark', connections: [{ ...CONNECTION, user: 'ann' }] };
    writeFileSync(file, JSON.stringify(first));
    expect(open().read()).toMatchObject({ ...first, logins: { a: ['ann'] } });
    expect(written(first)).toMatchObject({ ...first, version: 2, logins: { a: ['ann'] } });
  });

  test('version 1 opens the same way', () => {
    expect(written({ version: 1, connections: [{ ...CONNECTION, user: 'ben' }] })).toMatchObject({
      version: 2,
      logins: { a: ['ben'] },
    });
  });

  test('a newer version is used as far as it is known, and keeps its version and what is not known', () => {
    const newer = {
      version: 99,
      theme: 'dark',
      connections: [CONNECTION],
      logins: { a: ['cal'] },
      kept: { x: 1 },
    };
    expect(written(newer)).toMatchObject(newer);
  });
});

testUnless(process.platform === 'win32' ? 'Windows has no file modes' : null)(
  'the file is for its owner alone',
  () => {
    open().update({ theme: 'dark' });
    expect(statSync(file).mode & 0o077).toBe(0);
  },
);
