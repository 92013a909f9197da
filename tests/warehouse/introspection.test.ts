import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { wideSql, wildSchema, wildSql, wildTable } from './introspection-schema.ts';

let server: TestPostgres;
let warehouse: Warehouse;

beforeAll(async () => {
  server = await startPostgres();
  const database = await server.createDatabase();
  const admin = await server.client(undefined, undefined, database);
  await admin.query(wildSql);
  await admin.query(wideSql(300));
  await admin.query('analyze');
  warehouse = await openPostgres({
    ...{ host: server.host, port: server.port, database, ...server.superuser },
    ...{ tls: 'disable', timeZone: 'Europe/Berlin', version: '0.0.0' },
  });
}, 60_000);

afterAll(async () => {
  await warehouse?.close();
  await server?.stop();
});

const opened = async (table: string, schema = 'w') => {
  const { definition, rights } = await warehouse.describe({ schema, table });
  const column = (name: string) => {
    const found = definition.columns.find((each) => each.name === name);
    if (!found) throw new Error(`no column ${name}`);
    return found;
  };
  return { definition, rights, column };
};

describe('the list of tables', () => {
  test('holds tables, views, materialized views and partitioned tables, but neither partitions nor system tables', async () => {
    const tables = await warehouse.tables();
    const kinds = new Map(tables.map((each) => [each.source.table, each.kind]));
    expect(kinds.get('site')).toBe('table');
    expect(kinds.get('parts')).toBe('partitioned-table');
    expect(kinds.get('simple')).toBe('view');
    expect(kinds.get('snap')).toBe('materialized-view');
    expect(kinds.has('parts_2024')).toBe(false);
    expect(kinds.has('pg_class')).toBe(false);
    expect(tables.some(({ source }) => source.schema === wildSchema && source.table === wildTable)).toBe(
      true,
    );
  });

  test('estimates rows where the planner can and says null where it cannot', async () => {
    const tables = new Map((await warehouse.tables()).map((each) => [each.source.table, each]));
    expect(tables.get('parts')?.estimatedRows).toBe(2);
    expect(tables.get('simple')?.estimatedRows).toBeNull();
    expect(tables.get('no_key')?.writable).toBe(false);
    expect(tables.get('site')?.writable).toBe(true);
    expect(tables.get('grouped')?.writable).toBe(false);
  });
});

describe('names', () => {
  test('that try to break out of quoting are read as the names they are', async () => {
    const { definition, column } = await opened(wildTable, wildSchema);
    expect(definition.columns.map(({ name }) => name)).toEqual([
      ...['Mixed Case', 'quote"d', 'select', '日本', 'a.b', 'new\nline'],
    ]);
    expect(column('a.b').defaultValue).toBe("x'y");
    expect(column('new\nline').rules).toMatchObject([
      { kind: 'range', min: '2000-01-01', minExclusive: true },
    ]);
    const rows: (readonly (string | null)[])[] = [];
    const { rights } = await opened(wildTable, wildSchema);
    const request = { definition, rights, limit: 10, signal: new AbortController().signal };
    await warehouse.read(request, (chunk) => rows.push(...chunk.rows));
    await warehouse.read({ ...request, keys: ['["1"]'] }, (chunk) => rows.push(...chunk.rows));
    const row = ['1', 'a"b', '12300', "it's", 'ab', '2024-02-29'];
    expect(rows).toEqual([row, row]);
  });

  test('become labels people read', async () => {
    const { column, definition } = await opened('site');
    expect(column('region_id').label).toBe('Region');
    expect(column('parent_site_id').label).toBe('Parent site');
    expect(definition.name).toBe('Site');
    expect((await opened('types')).column('id').label).toBe('ID');
  });

  test('that differ only in "id" keep it in their labels', async () => {
    const { column } = await opened('mixed');
    expect([column('shout').label, column('name').label]).toEqual(['Shout', 'Name']);
  });
});

describe('types', () => {
  test('are told with precision, scale, length and digits', async () => {
    const { column } = await opened('types');
    const types = Object.fromEntries(
      ['small', 'big', 'n', 'n2', 'neg', 'wide', 'r', 'd', 'ok', 'flag', 'at', 'ts', 'tz'].map((name) => [
        name,
        column(name).type,
      ]),
    );
    expect(types).toEqual({
      small: { kind: 'integer', bits: 16 },
      big: { kind: 'integer', bits: 64 },
      n: { kind: 'decimal' },
      n2: { kind: 'decimal', precision: 10, scale: 2 },
      neg: { kind: 'decimal', precision: 5, scale: -2 },
      wide: { kind: 'decimal', precision: 3, scale: 5 },
      r: { kind: 'float', bits: 32 },
      d: { kind: 'float', bits: 64 },
      ok: { kind: 'boolean' },
      flag: { kind: 'boolean' },
      at: { kind: 'time', digits: 3 },
      ts: { kind: 'timestamp', zoned: false, digits: 6 },
      tz: { kind: 'timestamp', zoned: true, digits: 0 },
    });
    expect(column('c1').type).toEqual({ kind: 'text', maxLength: 5 });
    expect(column('v').type).toEqual({ kind: 'text' });
    expect(column('j').type).toEqual({ kind: 'json' });
    expect(column('u').type).toEqual({ kind: 'uuid' });
    for (const name of ['m', 'raw', 'span', 'tags', 'during', 'ip', 'char'])
      expect(column(name).type, name).toEqual({ kind: 'other' });
  });

  test('of domains over domains bring the checks, the default and the requirement of every level', async () => {
    const { column } = await opened('types');
    const share = column('share');
    expect(share.type).toEqual({ kind: 'decimal', precision: 12, scale: 3 });
    expect(share.sqlType).toBe('w.share');
    expect(share.defaultValue).toBe('0.5');
    expect(share.rules.map(({ kind }) => kind).sort()).toEqual(['not-in', 'range', 'range', 'required']);
    expect(share.rules.find(({ kind }) => kind === 'not-in')).toMatchObject({
      name: 'share_is_odd',
      values: ['0.25'],
      origin: 'warehouse',
    });
    expect(column('code')).toMatchObject({
      type: { kind: 'text', maxLength: 4 },
      rules: [{ kind: 'regex' }],
    });
  });

  test('of enums list their values in the order of the type', async () => {
    expect((await opened('types')).column('mood').type).toEqual({
      kind: 'enum',
      values: ['zebra', 'apple', "it's", 'Ünï'],
    });
  });

  test('that are calculated or numbered by the database are read-only with a reason', async () => {
    const { column } = await opened('types');
    expect(column('doubled').readOnly?.cause).toBe('generated');
    expect(column('id').readOnly?.cause).toBe('identity');
    expect((await opened('site')).column('site_id').readOnly?.cause).toBe('identity');
    expect(column('id').rules).toEqual([]);
  });

  test('have defaults as canonical text only where they are constants', async () => {
    const { column } = await opened('types');
    expect(column('big').defaultValue).toBe('9007199254740993');
    expect(column('n2').defaultValue).toBe('1.50');
    expect(column('ok').defaultValue).toBe('true');
    expect(column('day').defaultValue).toBe('2020-02-29');
    expect(column('mood').defaultValue).toBe('apple');
    expect(column('tz')).toMatchObject({ hasDefault: true });
    expect(column('tz').defaultValue).toBeUndefined();
    expect(column('today').defaultValue).toBeUndefined();
    expect(column('empty').hasDefault).toBe(false);
    expect(column('small').hasDefault).toBe(false);
  });

  test('show numbers grouped, but not ids, years and numbers that name something', async () => {
    const { column, definition } = await opened('types');
    expect(column('n2').format).toEqual({ decimals: 2, grouping: true });
    expect(column('neg').format).toEqual({ decimals: 0, grouping: true });
    expect(column('amount').format).toEqual({ grouping: true });
    expect(column('fiscal_year').format).toEqual({ grouping: false });
    expect(column('customer_no').format).toEqual({ grouping: false });
    expect(column('id').format).toEqual({ grouping: false });
    expect(definition.comment).toBe('All of them');
    expect(column('n').help).toBe('Help');
  });
});

describe('keys', () => {
  test('are the primary key, in its own column order', async () => {
    expect((await opened('parts')).definition.key).toEqual(['id', 'day']);
  });

  test('are otherwise the smallest unique index that covers every row', async () => {
    expect((await opened('choice')).definition.key).toEqual(['d']);
    expect((await opened('covering')).definition.key).toEqual(['a']);
  });

  test.each([
    ['no_key', /no primary key\. Rows can be read/],
    ['nullable_unique', /allows empty values in "a"/],
    ['partial', /no primary key/],
    ['deferred', /deferrable/],
    ['snap', /materialized view/],
    ['keyless', /does not show a key of "site"/],
    ['joined', /cannot be traced/],
    ['grouped', /cannot be traced/],
  ])('are missing in %s, which says why and offers nothing to edit', async (table, reason) => {
    const { definition, rights } = await opened(table);
    expect(definition.key).toEqual([]);
    expect(definition.keyReason).toMatch(reason);
    expect(rights).toMatchObject({ insert: false, delete: false, updateColumns: [], insertColumns: [] });
    expect(rights.readOnlyReason).toBeTruthy();
  });

  test('pass through views of one table, also stacked and renamed', async () => {
    const simple = await opened('simple');
    expect(simple.definition.key).toEqual(['id']);
    expect(simple.rights.updateColumns).toContain('title');
    expect(simple.column('region_id').lookup).toEqual({
      source: { schema: 'w', table: 'region' },
      ...{ key: 'region_id', label: 'region_name' },
    });
    expect(simple.column('region_id').rules).toMatchObject([{ kind: 'required' }]);
    expect((await opened('stacked')).definition.key).toEqual(['id']);
  });

  test('make calculated columns of a view read-only', async () => {
    const { column, rights } = await opened('mixed');
    expect(column('shout').readOnly?.cause).toBe('view');
    expect(column('n').readOnly?.cause).toBe('view');
    expect(rights.updateColumns).toEqual(['site_id', 'name']);
    expect(column('site_id').readOnly?.cause).toBe('identity');
  });
});

describe('foreign keys', () => {
  test('become lookups labelled by the column people recognise', async () => {
    const { column } = await opened('site');
    expect(column('region_id').lookup).toEqual({
      ...{ source: { schema: 'w', table: 'region' }, key: 'region_id', label: 'region_name' },
    });
    expect(column('region_code').lookup?.key).toBe('code');
    expect(column('parent_site_id').lookup).toMatchObject({ key: 'site_id', label: 'name' });
  });
});

describe('unique columns', () => {
  test('other than the key say so, when they are unique in every row and on their own', async () => {
    const { definition } = await opened('choice');
    const unique = definition.columns.filter(({ rules }) => rules.some(({ kind }) => kind === 'unique'));
    expect(unique.map(({ name }) => name)).toEqual(['c']);
    expect((await opened('region')).column('code').rules).toMatchObject([
      { kind: 'unique', origin: 'warehouse' },
    ]);
  });
});

describe('size and absence', () => {
  test('a table of 301 columns with 300 checks opens with all of them', async () => {
    const { definition } = await opened('wide');
    expect(definition.columns).toHaveLength(301);
    expect(definition.columns.filter(({ rules }) => rules.some(({ kind }) => kind === 'range'))).toHaveLength(
      300,
    );
  });

  test('a table that is not there is a conflict that names it', async () => {
    await expect(warehouse.describe({ schema: 'w', table: 'nowhere' })).rejects.toMatchObject({
      ...{ kind: 'conflict', code: 'table-missing', details: { schema: 'w', table: 'nowhere' } },
    });
  });
});
