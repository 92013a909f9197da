import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Terminal } from '../../electron/cli/command.ts';
import { runWrit } from '../../electron/cli/main.ts';
import { planInstall, runInstall } from '../../electron/governance/plan-install.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { catalogState } from './catalog-state.ts';

let server: TestPostgres;
let database: string;
let admin: pg.Client;

beforeAll(async () => {
  server = await startPostgres();
  const first = await server.client();
  await first.query(`create role fin_owner; create role planner; create role controller; create role anna login password 'anna' in role planner;
    create role dba login password 'the secret' in role fin_owner`);
});
beforeEach(async () => {
  database = await server.createDatabase();
  admin = await server.client(undefined, undefined, database);
  await admin.query(tablesOf(database));
});
afterEach(() => admin.end());
afterAll(() => server.stop());

const tablesOf = (
  name: string,
): string => `create schema fin authorization fin_owner; grant usage on schema fin to planner; set role fin_owner;
    create table fin.line (id int primary key, n numeric(12,2)); insert into fin.line select i, i from generate_series(1, 9) i;
    create table fin."Odd; 'name" ("the ""key" int primary key) partition by range ("the ""key");
    create table fin.odd_1 partition of fin."Odd; 'name" for values from (0) to (9);
    create table fin.keyless (n int); create table fin.parent (id int primary key); create table fin.child () inherits (fin.parent);
    grant select, insert, update, delete on fin.line to planner; reset role;
    create table public.others (id int primary key);
    grant create on database ${name} to dba`;

/** Without what differs between two databases that are the same: the name and the numbers of tables. */
const comparable = (state: readonly string[]): readonly string[] =>
  state
    .filter((line) => !line.startsWith('database '))
    .map((line) => (line.startsWith('function writ.') ? line.replace(/\b\d{5,}\b/g, 'oid') : line));

/** Rights given anew stand behind the others in the list of a table; their order means nothing. */
const comparableGrants = (state: readonly string[]): readonly string[] =>
  state.map((line) => line.replace(/\{[^}]*\}/g, (list) => list.slice(1, -1).split(',').sort().join(',')));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

/** Runs the program in this process, with a terminal that answers `answers` in turn (none: nobody is there). */
const writ = async (
  args: readonly string[],
  answers: readonly string[] | null = null,
  env: Terminal['env'] = {},
): Promise<Run> => {
  const out: string[] = [];
  const notes: string[] = [];
  const left = [...(answers ?? [])];
  const terminal: Terminal = {
    out: (line) => void out.push(line),
    note: (line) => void notes.push(line),
    interactive: answers !== null,
    ask: async (question) => {
      notes.push(question);
      return left.shift() ?? '';
    },
    firstLine: async () => left.shift() ?? '',
    env: {
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGDATABASE: database,
      PGUSER: 'dba',
      PGPASSWORD: 'the secret',
      ...env,
    },
  };
  const code = await runWrit(args, terminal);
  return { code, out: out.join('\n'), notes: notes.join('\n') };
};

const INSTALL = [
  'install',
  '--table',
  'fin.line',
  '--table',
  `fin."Odd; 'name"`,
  '--user',
  'planner',
  '--administrator',
  'controller',
];

test('a dry run prints a script and a plan and touches nothing; the script run by hand does what the installation does', async () => {
  const before = await catalogState(admin);
  const { code, out } = await writ([...INSTALL, '--dry-run']);
  expect(code).toBe(0);
  expect(await catalogState(admin)).toEqual(before);
  expect(out).toContain('-- Schema writ is absent.');
  await admin.query('set role dba');
  await admin.query(out);
  await admin.query('reset role');
  const byHand = await catalogState(admin);
  const placed = byHand.filter(
    (line) => /^trigger .*\bwrit_/.test(line) && !line.startsWith('trigger writ.'),
  );
  // Table and partition: each trigger was foretold, and no other one is there.
  const foretold = [...out.matchAll(/^-- {5}trigger (\S+) on (.+)$/gm)].map(([, name]) => name).sort();
  expect(foretold.length).toBe(12);
  expect(placed.map((line) => /CREATE TRIGGER (\S+)/.exec(line)?.[1]).sort()).toEqual(foretold);

  database = await server.createDatabase().then(async (other) => {
    const second = await server.client(undefined, undefined, other);
    await second.query(tablesOf(other));
    await second.end();
    return other;
  });
  expect(await writ([...INSTALL, '--yes'])).toMatchObject({ code: 0, out: 'Installed.' });
  const second = await server.client(undefined, undefined, database);
  expect(comparable(await catalogState(second))).toEqual(comparable(byHand));
  await second.end();
});

test('an owner who is no superuser installs, governs, grants and uninstalls; everything is as before', async () => {
  const before = await catalogState(admin);
  expect((await writ(['status'])).out).toBe('Schema writ: absent.');
  expect((await writ([...INSTALL], ['n'])).code).toBe(1);
  expect(await catalogState(admin)).toEqual(before);
  expect((await writ([...INSTALL], ['y'])).code).toBe(0);
  const anna = await server.client('anna', 'anna', database);
  await anna.query('update fin.line set n = n + 1 where id < 3');
  expect((await admin.query('select person from writ.audit where target > 0')).rows).toEqual([
    { person: 'anna' },
    { person: 'anna' },
  ]);
  await admin.query(
    `select writ.set_policy('fin.line', 'approval', array['controller'], array[1], null, null, '{}', '{}', '1 day')`,
  );
  await expect(anna.query('update fin.line set n = 0')).rejects.toMatchObject({ code: 'WR101' });
  const { out } = await writ(['status']);
  expect(out).toContain('Table fin.line: audited since');
  expect(out).toMatch(/policy approval/);
  expect(out).toContain('Role controller takes part and sets policies.');
  expect((await writ(['ungovern', 'fin.line'])).code).toBe(1);
  await admin.query(`select writ.set_policy('fin.line', 'open', '{}', '{}', null, null, '{}', '{}', null)`);
  expect((await writ(['ungovern', 'fin.line'])).code).toBe(0);
  await anna.query('update fin.line set n = n + 1 where id = 9');
  expect((await writ(['govern', 'fin.line'])).code).toBe(0);
  expect((await writ(['grant', 'controller', '--policies'])).code).toBe(0);
  expect(await writ(['uninstall', '--yes'])).toMatchObject({
    code: 1,
    notes: expect.stringContaining('2 audit rows'),
  });
  expect((await writ(['uninstall', '--discard-audit', '--yes'])).code).toBe(0);
  expect(await catalogState(admin)).toEqual(before);
  expect((await admin.query('select sum(n) from fin.line')).rows).toEqual([{ sum: '48.00' }]);
});

test('rights that lead past approval are taken when asked, recorded, and given back', async () => {
  await admin.query(
    `grant trigger on fin.line to planner with grant option; grant truncate, trigger on fin.line to public`,
  );
  const before = await catalogState(admin);
  expect((await writ([...INSTALL, '--yes'])).code).toBe(0);
  expect((await writ(['close-doors', 'fin.line', '--yes'])).out.split('\n').sort()).toEqual([
    'TRIGGER on fin.line taken from everyone.',
    'TRIGGER on fin.line taken from planner.',
    'TRUNCATE on fin.line taken from everyone.',
  ]);
  const anna = await server.client('anna', 'anna', database);
  const may = async (right: string) =>
    (await anna.query(`select has_table_privilege('fin.line', $1) as may`, [right])).rows[0]?.may;
  expect([await may('trigger'), await may('truncate'), await may('update')]).toEqual([false, false, true]);
  expect((await writ(['close-doors', 'fin.line', '--give-back'])).out).toBe('3 rights given back.');
  expect([await may('trigger'), await may('truncate')]).toEqual([true, true]);
  expect((await writ(['close-doors', 'fin.line', '--yes'])).code).toBe(0);
  expect((await writ(['uninstall', '--yes'])).code).toBe(0);
  expect(comparableGrants(await catalogState(admin))).toEqual(comparableGrants(before));
});

test('tables that cannot be governed and people who may not are told why, and nothing happens', async () => {
  const before = await catalogState(admin);
  expect((await writ(['install', '--table', 'fin.keyless', '--yes'])).notes).toContain('It has no key');
  expect((await writ(['install', '--table', 'public.others', '--yes'])).notes).toContain(
    'belongs to postgres',
  );
  expect((await writ(['install', '--table', 'fin.parent', '--yes'])).notes).toContain(
    'inherits from or to fin.child',
  );
  expect((await writ(['install', '--table', 'fin.gone', '--yes'])).notes).toContain(
    'There is no table fin.gone',
  );
  expect((await writ(['install', '--user', 'nobody', '--yes'])).notes).toContain('There is no role nobody');
  const anna = await writ(['install', '--yes'], null, { PGUSER: 'anna', PGPASSWORD: 'anna' });
  expect(anna).toMatchObject({ code: 1, notes: expect.stringContaining('anna may not create schemas') });
  expect(await catalogState(admin)).toEqual(before);
  // --all-tables takes those that can be had.
  expect((await writ(['install', '--all-tables', '--yes'])).code).toBe(0);
  expect((await admin.query('select relation::text from writ.governed order by 1')).rows).toEqual([
    { relation: `fin."Odd; 'name"` },
    { relation: 'fin.line' },
  ]);
  // Forged past the plan: an installation as someone else is refused by the database as well.
  const client = await server.client('anna', 'anna', database);
  await expect(client.query(`select writ.govern('fin.line', array['id'])`)).rejects.toMatchObject({
    code: '42501',
  });
  await expect(client.query(`select writ.ungovern('fin.line')`)).rejects.toMatchObject({ code: '42501' });
  await expect(client.query('drop schema writ cascade')).rejects.toMatchObject({ code: '42501' });
});

test('what is installed is what was shown: a database that changed since the plan refuses it', async () => {
  const dba = await server.client('dba', 'the secret', database);
  const wish = { tables: [{ schema: 'fin', table: 'line' }], users: ['planner'], administrators: [] };
  const shown = await planInstall(dba, wish);
  await admin.query(
    'alter table fin.line drop constraint line_pkey; alter table fin.line alter n set not null; alter table fin.line add primary key (id, n)',
  );
  const before = await catalogState(admin);
  await expect(runInstall(dba, wish, shown.sha256)).rejects.toMatchObject({ code: 'plan-changed' });
  expect(await catalogState(admin)).toEqual(before);
});

test('the window of a person who may not install is told so, and a forged call changes nothing', async () => {
  const before = await catalogState(admin);
  const anna = await openPostgres({
    host: server.host,
    port: server.port,
    database,
    user: 'anna',
    password: 'anna',
    tls: 'disable',
    timeZone: 'UTC',
    version: '0.0.0',
  });
  expect(await anna.governance.state()).toMatchObject({
    state: 'absent',
    mayInstall: false,
    refusal: expect.stringContaining('may not create schemas'),
  });
  const nothing = { tables: [], users: [], administrators: [] };
  const { sha256 } = await anna.governance.plan(nothing);
  await expect(anna.governance.install(nothing, sha256)).rejects.toMatchObject({
    kind: 'denied',
    code: 'may-not-install',
  });
  await anna.close();
  expect(await catalogState(admin)).toEqual(before);
});

test('a password is never an argument, and what was typed is not repeated', async () => {
  for (const args of [
    ['status', '--password', 'hunter2'],
    ['status', '--password=hunter2'],
    ['status', '--connection', 'postgres://dba:hunter2@localhost/x'],
  ]) {
    const { code, out, notes } = await writ(args);
    expect(code).toBe(2);
    expect(out + notes).not.toContain('hunter2');
  }
  const url = `postgres://dba@${server.host}:${server.port}/${database}`;
  const asked = await writ(['status', '--connection', url], ['the secret'], { PGPASSWORD: undefined });
  expect(asked).toMatchObject({ code: 0, notes: 'Password of dba: ' });
  expect((await writ(['status', '--connection', url], ['wrong'], { PGPASSWORD: undefined })).code).toBe(1);
});

test('the program itself takes the password from standard input and answers with exit codes', async () => {
  const run = (args: readonly string[], input: string): Promise<Run> =>
    new Promise((done, fail) => {
      const { PGPASSWORD: _unused, ...env } = process.env;
      const child = spawn(process.execPath, [join(import.meta.dirname, '../../build/writ.mjs'), ...args], {
        env,
      });
      const text = { out: '', notes: '' };
      child.stdout.on('data', (chunk) => {
        text.out += chunk;
      });
      child.stderr.on('data', (chunk) => {
        text.notes += chunk;
      });
      child.on('error', fail);
      child.on('close', (code) => done({ code: code ?? -1, ...text }));
      child.stdin.end(input);
    });
  const url = `postgres://dba@${server.host}:${server.port}/${database}`;
  expect(await run(['status', '--connection', url, '--password-stdin'], 'the secret\n')).toMatchObject({
    code: 0,
    out: 'Schema writ: absent.\n',
  });
  expect((await run(['install', '--connection', url, '--password-stdin'], 'the secret\n')).code).toBe(2);
  expect((await run(['nonsense'], '')).code).toBe(2);
  expect((await run(['help'], '')).out).toContain('uninstall');
});

test('audit verify tells that the audit is sound, and what is not, by its exit code too', async () => {
  expect((await writ([...INSTALL, '--yes'])).code).toBe(0);
  await admin.query('update fin.line set n = n + 1 where id < 4');
  const sound = await writ(['audit', 'verify']);
  expect([sound.code, sound.out]).toEqual([
    0,
    expect.stringMatching(/^2 transactions with 5 audit rows.*\nHead: 2:[0-9a-f]{64}\nThe audit is sound\.$/),
  ]);
  const head = /Head: (\S+)/.exec(sound.out)?.[1] ?? '';
  expect((await writ(['audit', 'verify', '--head', head])).code).toBe(0);
  expect((await writ(['audit', 'verify', '--head', 'nonsense'])).code).toBe(2);
  const partly = await writ(['audit', 'verify'], null, { PGUSER: 'anna', PGPASSWORD: 'anna' });
  expect([partly.code, partly.notes]).toEqual([1, expect.stringContaining('sees only a part of the audit')]);
  await admin.query(
    'alter table writ.audit disable trigger user; delete from writ.audit where seq = (select max(seq) from writ.audit)',
  );
  const altered = await writ(['audit', 'verify']);
  expect(altered.code).toBe(1);
  expect(altered.out).toContain('rows-altered: Link 2');
  expect(altered.out).toContain('2 rows are there instead of 3');
  expect(altered.out).toContain('trigger-missing: The trigger append_only of writ.audit is switched off.');
  expect(altered.out).toContain('The audit is NOT sound.');
});

test('status names a column that came after its table was put under audit, and govern takes it in', async () => {
  expect((await writ([...INSTALL, '--yes'])).code).toBe(0);
  await admin.query('alter table fin.line add column extra text');
  const behind = 'Columns of fin.line changed after it was put under audit: "extra" came later.';
  const told = `${behind} "writ govern fin.line" brings it up to date.`;
  expect((await writ(['status'])).out).toContain(told);
  expect((await planInstall(admin, null)).tables.find(({ source }) => source.table === 'line')?.behind).toBe(
    behind,
  );
  expect((await writ(['govern', 'fin.line'])).code).toBe(0);
  expect((await writ(['status'])).out).not.toContain(told);
});
