import { connect, createServer, type Server, type Socket } from 'node:net';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RowChunk, Warehouse } from '../../electron/warehouse/adapter.ts';
import { connectPostgres, type PostgresOptions } from '../../electron/warehouse/postgres/connect.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let options: PostgresOptions;
let warehouse: Warehouse;
let admin: pg.Client;

const VALUES = {
  n: ['1234567890123456789012345678901234567890.0123456789', 'NaN', 'Infinity', '-0.00', '0.10', '1e-9'],
  ts: [
    ...[
      '2024-02-29 23:59:59.123456',
      '0044-03-15 00:00:00 BC',
      'infinity',
      '-infinity',
      '294276-12-31 23:59:59.999999',
    ],
    '2024-01-01 00:00:00',
  ],
  tz: [
    ...[
      '2024-07-01 12:00:00.5+02',
      '2024-01-01 00:00:00+01',
      'infinity',
      '1900-01-01 00:00:00+01',
      '2024-03-31 03:00:00+02',
    ],
    '2024-10-27 02:30:00+01',
  ],
  day: ['2024-02-29', '0044-03-15 BC', 'infinity', '-infinity', '9999-12-31', '0001-01-01'],
  big: ['9223372036854775807', '-9223372036854775808', '9007199254740993', '0', '-1', '1'],
  d: ['0.1', '1e+300', 'NaN', 'Infinity', '-0', '5e-324'],
  ok: ['true', 'false', 'true', 'false', null, 'true'],
  c: ['a', '', ' b', 'abcde', null, 'ü'],
  t: ['', ' ', 'null', 'a\tb\nc', '😀 "quoted" \\ back', '日本'],
  raw: ['\\x', '\\x00ff', '\\xdeadbeef', null, '\\x01', '\\x0a'],
  tags: ['{}', '{a,NULL,"b c"}', '{{1,2},{3,4}}', '{"\\"","\\\\"}', null, '{""}'],
  span: ['1 year 2 mons 3 days 04:05:06.000007', '-00:00:01', '00:00:00', '1 day', '-1 years', '100:00:00'],
  during: ['[1,5)', 'empty', '(,)', '(,3)', '[3,)', null],
  j: ['{"a": 1.10, "b":12345678901234567890.0}', 'null', '[]', '"x"', ' 1 ', null],
} as const;

beforeAll(async () => {
  server = await startPostgres();
  const database = await server.createDatabase();
  options = {
    ...{ host: server.host, port: server.port, database, ...server.superuser },
    ...{ tls: 'disable', timeZone: 'Europe/Berlin', version: '1.2.3' },
  };
  admin = await server.client(undefined, undefined, database);
  await admin.query(`set timezone = 'Europe/Berlin';
    create domain flag as boolean;
    create table v (id integer primary key, n numeric, ts timestamp, tz timestamptz, day date, big bigint, d double precision,
      ok flag, c char(5), t text, raw bytea, tags text[], span interval, during int4range, j json);
    create table many (region text, no integer, amount numeric(12,2), primary key (region, no));
    insert into many select 'r' || i % 7, i, i / 3.0 from generate_series(1, 25000) i;
    create table loose (a integer); insert into loose select generate_series(1, 2500);
    create table codes (code varchar(8) primary key, name text, wide char(3) unique);
    insert into codes select 'K' || i, 'Name ' || i, null from generate_series(1, 50000) i;
    create table uses (id integer primary key, code varchar(8) references codes, plain integer);
    create table empty (id integer primary key);
    create view slow as select id from v, lateral (select pg_sleep(30)) s;
    create table mood_key (k char(4), at timestamptz, n numeric(4,2), note text, primary key (k, at, n));
    insert into mood_key values ('a', '2024-07-01 12:00:00.000001+02', 1.50, 'x'), ('ab', '2024-07-01 12:00:00.000001+02', 1.50, 'y');`);
  const columns = Object.keys(VALUES) as (keyof typeof VALUES)[];
  for (let i = 0; i < 6; i++)
    await admin.query(`insert into v values ($1, ${columns.map((_, c) => `$${c + 2}`).join(', ')})`, [
      String(i),
      ...columns.map((name) => VALUES[name][i]),
    ]);
  await admin.query('analyze');
  warehouse = await openPostgres(options);
}, 60_000);

afterAll(async () => {
  await warehouse?.close();
  await server?.stop();
});

const read = async (
  table: string,
  extra: { limit?: number; keys?: string[]; signal?: AbortSignal; onChunk?: (chunk: RowChunk) => void } = {},
) => {
  const { definition, rights } = await warehouse.describe({ schema: 'public', table });
  const rows: (readonly (string | null)[])[] = [];
  const sizes: number[] = [];
  const { limit = 1_000_000, signal = new AbortController().signal, keys } = extra;
  const result = await warehouse.read(
    { definition, rights, limit, signal, ...(keys ? { keys } : {}) },
    (chunk) => {
      expect(chunk.flags).toHaveLength(chunk.rows.length);
      rows.push(...chunk.rows);
      sizes.push(chunk.rows.length);
      extra.onChunk?.(chunk);
    },
  );
  return { rows, sizes, definition, ...result };
};

describe('values', () => {
  test('arrive as the canonical text the server prints, to the last digit', async () => {
    const { rows, definition } = await read('v');
    const exact: Record<string, readonly (string | null)[]> = { ...VALUES };
    exact.n = VALUES.n.map((each) => (each === '1e-9' ? '0.000000001' : each === '-0.00' ? '0.00' : each));
    for (const [i, { name }] of definition.columns.entries())
      if (name !== 'id')
        expect(
          rows.map((row) => row[i]),
          name,
        ).toEqual(exact[name]);
  });

  test('read and written back leave the table as it is', async () => {
    const { rows, definition } = await read('v');
    const names = definition.columns.map(({ name }) => name);
    let same = 0;
    for (const row of rows) {
      const where = names.map((name, i) =>
        name === 'j' ? `j::text is not distinct from $${i + 1}` : `${name} is not distinct from $${i + 1}`,
      );
      same += (await admin.query(`select from v where ${where.join(' and ')}`, [...row])).rowCount ?? 0;
    }
    expect(same).toBe(6);
  });
});

describe('reading', () => {
  test('streams in key order, a small first chunk and larger ones after it', async () => {
    const { rows, sizes, truncated } = await read('many');
    expect(rows).toHaveLength(25_000);
    expect(truncated).toBe(false);
    expect(sizes).toEqual([1_000, 10_000, 10_000, 4_000]);
    const sorted = [...rows].sort((a, b) =>
      a[0] === b[0] ? Number(a[1]) - Number(b[1]) : (a[0] ?? '') < (b[0] ?? '') ? -1 : 1,
    );
    expect(rows).toEqual(sorted);
  });

  test.each([
    [24_999, true],
    [25_000, false],
    [1_000, true],
    [1, true],
  ])('stops after %i rows and says whether there were more', async (limit, truncated) => {
    const answer = await read('many', { limit });
    expect(answer.rows).toHaveLength(limit);
    expect(answer.truncated).toBe(truncated);
  });

  test('of tables without rows or without a key works, and the latter offers nothing to edit', async () => {
    expect((await read('empty')).rows).toEqual([]);
    const flags = new Set<number>();
    const { rows } = await read('loose', {
      onChunk: (chunk) => {
        for (const each of chunk.flags) flags.add(each);
      },
    });
    expect(rows).toHaveLength(2_500);
    expect([...flags]).toEqual([0]);
  });

  test('sees one snapshot while others write', async () => {
    let written = false;
    const { rows } = await read('many', {
      onChunk: () => {
        if (!written) admin.query("insert into many values ('zzz', 1, 1)").catch(() => {});
        written = true;
      },
    });
    await admin.query("delete from many where region = 'zzz'");
    expect(rows).toHaveLength(25_000);
  });

  test('by key finds exactly these rows, whatever the types of the key are', async () => {
    const all = await read('mood_key');
    const keys = all.rows.map((row) => JSON.stringify(row.slice(0, 3)));
    expect((await read('mood_key', { keys: [keys[1] ?? ''] })).rows).toEqual([all.rows[1]]);
    const many = await read('many');
    const wanted = many.rows.filter((_, i) => i % 3 === 0);
    const found = await read('many', {
      keys: [...wanted.map((row) => JSON.stringify(row.slice(0, 2))), '["r1","-5"]'],
    });
    expect(new Set(found.rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set(wanted.map((row) => JSON.stringify(row))),
    );
  });

  test('stops when it is cancelled between chunks and leaves a usable connection', async () => {
    const controller = new AbortController();
    const stopped = read('many', { signal: controller.signal, onChunk: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ kind: 'cancelled' });
    expect((await read('empty')).rows).toEqual([]);
  });

  test('cancels a statement that runs on the server', async () => {
    const controller = new AbortController();
    const stopped = read('slow', { signal: controller.signal });
    const running = async (): Promise<boolean> =>
      (await admin.query("select from pg_stat_activity where query like 'copy%' and wait_event = 'PgSleep'"))
        .rowCount === 1;
    await expect.poll(running).toBe(true);
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ kind: 'cancelled' });
    await expect.poll(running).toBe(false);
  });

  test('of a table dropped or a column dropped meanwhile is a conflict that names it', async () => {
    await admin.query('create table gone (id integer primary key, note text, extra text)');
    const { definition, rights } = await warehouse.describe({ schema: 'public', table: 'gone' });
    const request = { definition, rights, limit: 10, signal: new AbortController().signal };
    await admin.query('alter table gone drop column extra');
    await expect(warehouse.read(request, () => {})).rejects.toMatchObject({
      ...{ kind: 'conflict', code: 'column-missing', details: { column: 'extra' } },
    });
    await admin.query('drop table gone');
    await expect(warehouse.read(request, () => {})).rejects.toMatchObject({
      ...{ kind: 'conflict', code: 'table-missing', details: { table: 'gone' } },
    });
  });
});

describe('a lookup', () => {
  test('gives its 50,000 values with labels in well under a second', async () => {
    const { definition } = await warehouse.describe({ schema: 'public', table: 'uses' });
    const start = performance.now();
    const values = await warehouse.lookup(definition, 'code', 100_000);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(values).toHaveLength(50_000);
    expect(values[0]).toEqual({ value: 'K1', label: 'Name 1' });
    expect(await warehouse.lookup(definition, 'code', 10)).toHaveLength(10);
    await expect(warehouse.lookup(definition, 'plain', 10)).rejects.toMatchObject({ code: 'no-lookup' });
  });
});

/** Forwards to the server until cut. */
const proxies: Server[] = [];
const proxy = async () => {
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(server.port, server.host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  proxies.push(relay);
  await new Promise<void>((done) => relay.listen(0, '127.0.0.1', done));
  const address = relay.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return { port: typeof address === 'object' && address ? address.port : 0, cut, relay };
};
afterEach(() => {
  for (const relay of proxies.splice(0)) relay.close();
});

describe('the connection', () => {
  test('tells the server who it is and keeps its own settings against the environment', async () => {
    process.env.PGOPTIONS = '-c datestyle=german -c search_path=nowhere';
    const link = await connectPostgres(options);
    delete process.env.PGOPTIONS;
    const { rows } = await link.query(
      `select current_setting('application_name'), current_setting('DateStyle'), current_setting('TimeZone'), current_setting('bytea_output'), current_setting('search_path')`,
    );
    expect(rows).toEqual([['Writ/1.2.3', 'ISO, YMD', 'Europe/Berlin', 'hex', '"$user", public']]);
    const own = await link.dedicated({ pipeline: true });
    const answers = await Promise.all(
      ['1', '2'].map((n) => own.query({ text: `select ${n}`, rowMode: 'array' })),
    );
    expect(answers.map((each) => each.rows)).toEqual([[['1']], [['2']]]);
    await own.end();
    await link.close();
  });

  test('a link whose connections were closed with what they left open still hears of a loss', async () => {
    const name = 'Writ/hears of a loss';
    const link = await connectPostgres({ ...options, applicationName: name });
    const { promise: told, resolve } = Promise.withResolvers<string>();
    link.onLost(resolve);
    // What is cancelled half-way leaves its transaction open, and goes with its connection.
    await link.exclusive(async (client) => void (await client.query('begin')));
    const ended = async () =>
      (
        await admin.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and state = 'idle'`,
          [name],
        )
      ).rowCount;
    await expect.poll(ended, { timeout: 5_000 }).toBe(1);
    expect(await told).toContain('The connection failed.');
    await link.close();
  });

  test('works again after a loss, which is told once', async () => {
    const { port, cut } = await proxy();
    const link = await connectPostgres({ ...options, port });
    const told = Promise.withResolvers<string>();
    let times = 0;
    link.onLost((message) => {
      times++;
      told.resolve(message);
    });
    await Promise.all([link.query('select 1'), link.query('select 2')]);
    cut();
    expect(await told.promise).toMatch(/cannot be reached/);
    expect((await link.query('select 3')).rows).toEqual([['3']]);
    expect(times).toBe(1);
    await link.close();
  });

  test('cut in the middle of a statement is unavailable, not a defect', async () => {
    const { port, cut } = await proxy();
    const link = await connectPostgres({ ...options, port });
    const waiting = link.query('select pg_sleep(30)');
    const refused = expect(waiting).rejects.toMatchObject({ kind: 'unavailable', code: 'connection-lost' });
    await expect
      .poll(() =>
        admin.query("select from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'"),
      )
      .toMatchObject({ rowCount: 1 });
    cut();
    await refused;
    await link.close();
  });

  test('left inside a transaction is not lent out again', async () => {
    const link = await connectPostgres(options);
    await link.exclusive(async (client) => {
      await client.query('begin; create temp table left_over (a integer)');
    });
    await expect(link.query('select * from left_over')).rejects.toMatchObject({ code: 'table-missing' });
    await link.close();
  });

  test.each([
    ['a wrong password', { password: 'wrong' }, 'denied', 'sign-in-refused'],
    ['an empty password', { password: '' }, 'denied', 'sign-in-refused'],
    ['an unknown person', { user: 'nobody"; drop' }, 'denied', 'sign-in-refused'],
    ['a missing database', { database: 'nowhere' }, 'unavailable', 'database-missing'],
    ['a closed port', { port: 1 }, 'unavailable', 'connection-lost'],
    ['an unknown host', { host: 'no-such-host.invalid' }, 'unavailable', 'connection-lost'],
    ['TLS asked of a server without it', { tls: 'require' as const }, 'unavailable', 'connection-lost'],
    ['an unknown time zone', { timeZone: 'Nowhere/Land' }, 'invalid', 'value-invalid'],
  ])('with %s fails with its own code', async (_, change, kind, code) => {
    await expect(openPostgres({ ...options, ...change })).rejects.toMatchObject({ kind, code });
  });
});

describe('errors of statements', () => {
  test.each([
    [
      'insert into uses values (1, null, null), (1, null, null)',
      'invalid',
      'value-taken',
      { constraint: 'uses_pkey', table: 'uses' },
    ],
    [
      "insert into uses values (1, 'nope', 1)",
      'invalid',
      'reference-missing',
      { constraint: 'uses_code_fkey' },
    ],
    ['insert into uses values (null, null, 1)', 'invalid', 'value-required', { column: 'id', table: 'uses' }],
    ["select 'x'::integer", 'invalid', 'value-invalid', { sqlstate: '22P02' }],
    ['select "no ""such" from uses', 'conflict', 'column-missing', { column: 'no "such' }],
    ["do $$ begin raise exception 'The period is closed.'; end $$", 'invalid', 'refused-by-database', {}],
  ])('%s', async (sql, kind, code, details) => {
    const link = await connectPostgres(options);
    await expect(link.query(sql)).rejects.toMatchObject({ kind, code, details });
    await link.close();
  });

  test('never quote the value', async () => {
    const link = await connectPostgres(options);
    const error = await link.query("select 'secret-1'::integer").catch((each: unknown) => each);
    expect(String(error)).not.toContain('secret-1');
    expect(JSON.stringify(error)).not.toContain('secret-1');
    await link.close();
  });
});
