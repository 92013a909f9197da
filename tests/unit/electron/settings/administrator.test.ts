import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administratorFileOf, openAdministrator } from '../../../../electron/settings/administrator.ts';

const CONNECTION = {
  id: 'group',
  name: 'Group planning',
  kind: 'postgres',
  host: 'plan.example.com',
  port: 5432,
  database: 'plan',
  tls: 'verify-full',
};
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writ-admin-'));
  file = join(folder, 'connections.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of the administrator', () => {
  test('that is not there allows everything and provides nothing', () => {
    const administrator = openAdministrator(file);
    expect(administrator.rules()).toEqual({ ownConnections: true, keepPasswords: true, demo: true });
    expect(administrator.connections()).toEqual([]);
    expect(administrator.problem()).toBe(null);
  });

  test('provides connections and says what is allowed; what it leaves out is', () => {
    writeFileSync(file, JSON.stringify({ version: 1, connections: [CONNECTION], allow: { demo: false } }));
    const administrator = openAdministrator(file);
    expect(administrator.connections()).toEqual([CONNECTION]);
    expect(administrator.rules()).toEqual({ ownConnections: true, keepPasswords: true, demo: false });
  });

  test('is followed as it is now, without a restart', () => {
    const administrator = openAdministrator(file);
    expect(administrator.rules().ownConnections).toBe(true);
    writeFileSync(file, JSON.stringify({ version: 1, allow: { ownConnections: false } }));
    expect(administrator.rules().ownConnections).toBe(false);
  });

  test.each([
    ['{', 'it is no JSON'],
    [JSON.stringify({ version: 2 }), 'it is not valid at version'],
    [
      JSON.stringify({ version: 1, connections: [{ ...CONNECTION, port: 0 }] }),
      'it is not valid at connections.0.port',
    ],
    [JSON.stringify({ version: 1, connections: [{ ...CONNECTION, kind: 'embedded' }] }), 'connections.0'],
  ])('that cannot be followed locks rather than allows, and says why: %s', (text, why) => {
    writeFileSync(file, text);
    const administrator = openAdministrator(file);
    expect(administrator.rules()).toEqual({ ownConnections: false, keepPasswords: false, demo: true });
    expect(administrator.problem()).toContain(why);
    expect(administrator.problem()).toContain(file);
  });
});

describe('where it is', () => {
  const none = () => false;

  test('is a folder of the system, by platform', () => {
    expect(administratorFileOf({}, 'linux', none)).toBe('/etc/writ/connections.json');
    expect(administratorFileOf({}, 'darwin', none)).toBe(
      '/Library/Application Support/Writ/connections.json',
    );
    expect(administratorFileOf({ ProgramData: 'D:\\Data' }, 'win32', none)).toMatch(
      /^D:\\Data.Writ.connections\.json$/,
    );
  });

  test('can be named by a variable only where the system has none, so that nobody undoes a lock', () => {
    const env = { WRIT_ADMIN_FILE: '/opt/writ.json' };
    expect(administratorFileOf(env, 'linux', none)).toBe('/opt/writ.json');
    expect(administratorFileOf(env, 'linux', () => true)).toBe('/etc/writ/connections.json');
    expect(administratorFileOf({ WRIT_ADMIN_FILE: 'relative.json' }, 'linux', none)).toBe(
      '/etc/writ/connections.json',
    );
  });
});
