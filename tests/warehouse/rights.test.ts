import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Description, Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { AppError } from '../../shared/model/failure.ts';
import { ROW_DELETABLE, ROW_UPDATABLE } from '../../shared/model/rows.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { matrixTables, PASSWORD, people, rightsSql, rowTables } from './rights-schema.ts';

let server: TestPostgres;
let database: string;
const warehouses = new Map<string, Warehouse>();
const clients = new Map<string, pg.Client>();

beforeAll(async () => {
  server = await startPostgres();
  database = await server.createDatabase();
  const admin = await server.client(undefined, undefined, database);
  await admin.query(rightsSql);
  for (const user of people) {
    const client = await server.client(user, PASSWORD, database);
    clients.set(user, client);
    const options = { host: server.host, port: server.port, database, user, password: PASSWORD };
    warehouses.set(
      user,
      await openPostgres({ ...options, tls: 'disable', timeZone: 'Europe/Berlin', version: '0.0.0' }),
    );
  }
}, 60_000);

afterAll(async () => {
  for (const warehouse of warehouses.values()) await warehouse.close();
  await server?.stop();
});

const of = (user: string) => {
  const warehouse = warehouses.get(user);
  const client = clients.get(user);
  if (!warehouse || !client) throw new Error(`no ${user}`);
  return { warehouse, client };
};

const q = pg.escapeIdentifier;

/** Null when the sheet is closed to the person. */
const describeFor = async (user: string, table: string): Promise<Description | null> => {
  try {
    return await of(user).warehouse.describe({ schema: 'r', table });
  } catch (error) {
    if (error instanceof AppError && error.kind === 'denied') return null;
    throw error;
  }
};

/** Rows the statement touched, or null when the database refused it; nothing stays. */
const attempt = async (client: pg.Client, sql: string, params: string[] = []): Promise<number | null> => {
  await client.query('begin');
  try {
    return (await client.query(sql, params)).rowCount ?? 0;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return null;
  } finally {
    await client.query('rollback');
  }
};

describe('role x table x column x action', () => {
  test('offers nothing the database refuses, and everything it allows where rows can be told apart', async () => {
    const overclaimed: string[] = [];
    const underclaimed: string[] = [];
    let cells = 0;
    for (const user of people) {
      const { client } = of(user);
      for (const table of matrixTables) {
        const described = await describeFor(user, table);
        const all = await client.query(
          `select attname as name from pg_attribute where attrelid = 'r.${table}'::regclass and attnum > 0 and not attisdropped`,
        );
        const name = `r.${q(table)}`;
        const judge = (action: string, predicted: boolean, allowed: boolean, expected: boolean) => {
          cells++;
          if (predicted && !allowed) overclaimed.push(action);
          if (!predicted && allowed && expected) underclaimed.push(action);
        };
        const definition = described?.definition;
        const rights = described?.rights;
        const keyed = (definition?.key.length ?? 0) > 0;
        // What row security lets through is the row test's matter; here only privileges speak.
        const anyRow = rights?.rowPolicies
          ? 'false'
          : definition?.key.map((key) => `${q(key)} is not null`).join(' and ') || 'true';
        for (const { name: column } of all.rows as { name: string }[]) {
          const shown = definition?.columns.find((each) => each.name === column);
          const free = shown !== undefined && shown.readOnly === undefined;
          const update = await attempt(
            client,
            `update ${name} set ${q(column)} = ${q(column)} where ${anyRow} and ${q(column)} is not distinct from ${q(column)} returning ${q(column)}`,
          );
          judge(
            `${user} updates ${table}.${column}`,
            rights?.updateColumns.includes(column) === true,
            update !== null,
            keyed && free && !rights?.rowPolicies,
          );
          const insert = await attempt(
            client,
            `insert into ${name} (${q(column)}) select ${q(column)} from ${name} where false`,
          );
          judge(
            `${user} inserts ${table}.${column}`,
            rights?.insertColumns.includes(column) === true,
            insert !== null,
            keyed && free && rights?.insert === true,
          );
        }
        const remove = await attempt(client, `delete from ${name} where ${anyRow} and false`);
        judge(
          `${user} deletes from ${table}`,
          rights?.delete === true,
          remove !== null,
          keyed && !rights?.rowPolicies,
        );
      }
    }
    expect(overclaimed).toEqual([]);
    expect(underclaimed).toEqual([]);
    expect(cells).toBeGreaterThan(1_500);
  });

  test('offers new rows only where every required column can be given', async () => {
    expect((await describeFor('inserter', 'line'))?.rights.insert).toBe(true);
    expect((await describeFor('partial_inserter', 'line'))?.rights).toMatchObject({
      insert: false,
      insertColumns: [],
    });
  });

  test('leaves columns out of the sheet that may not be read', async () => {
    const described = await describeFor('half_reader', 'line');
    expect(described?.definition.columns.map(({ name }) => name)).toEqual(['id', 'note']);
    expect(described?.rights.updateColumns).toEqual(['note']);
  });

  test('says why a sheet cannot be written', async () => {
    expect((await describeFor('reader', 'line'))?.rights.readOnlyReason).toMatch(
      /may read but not change "line"/,
    );
    expect((await describeFor('editor', 'hidden_key'))?.rights.readOnlyReason).toMatch(
      /key of this table includes "id"/,
    );
    expect((await describeFor('writer', 'snap'))?.rights.readOnlyReason).toMatch(/materialized view/);
    expect((await describeFor('editor', 'line'))?.rights.readOnlyReason).toBeUndefined();
  });

  test('is closed to people without any right, who do not see it in the list either', async () => {
    expect(await describeFor('nobody', 'line')).toBeNull();
    expect(await describeFor('blind_editor', 'line')).toBeNull();
    const tables = await of('nobody').warehouse.tables();
    expect(tables.map(({ source }) => source.table)).toEqual(['assignment', 'open_to_all']);
    expect(tables.find(({ source }) => source.table === 'open_to_all')?.writable).toBe(true);
  });
});

describe('row policies', () => {
  test('flag each row by what the database then does with it', async () => {
    const wrong: string[] = [];
    let rows = 0;
    for (const user of people)
      for (const table of rowTables) {
        const described = await describeFor(user, table);
        if (!described || described.definition.key.length === 0) continue;
        const { definition, rights } = described;
        const { client, warehouse } = of(user);
        const seen: { id: string; flags: number }[] = [];
        const at = definition.columns.findIndex(({ name }) => name === 'id');
        const request = { definition, rights, limit: 100, signal: new AbortController().signal };
        await warehouse.read(request, (chunk) => {
          for (const [i, row] of chunk.rows.entries()) {
            expect(row).toHaveLength(definition.columns.length);
            seen.push({ id: row[at] ?? '', flags: chunk.flags[i] ?? 0 });
          }
        });
        const again: number[] = [];
        await warehouse.read({ ...request, keys: seen.map(({ id }) => JSON.stringify([id])) }, (chunk) =>
          again.push(...chunk.flags),
        );
        expect(again.sort()).toEqual(seen.map(({ flags }) => flags).sort());
        for (const { id, flags } of seen) {
          rows++;
          const updated = await attempt(client, `update r.${q(table)} set note = 'changed' where id = $1`, [
            id,
          ]);
          const removed = await attempt(client, `delete from r.${q(table)} where id = $1`, [id]);
          if (((flags & ROW_UPDATABLE) !== 0) !== (updated === 1))
            wrong.push(`${user} updates ${table} ${id}`);
          if (((flags & ROW_DELETABLE) !== 0) !== (removed === 1))
            wrong.push(`${user} deletes ${table} ${id}`);
        }
      }
    // A policy over a column the person may not read cannot be asked: those rows are offered and the database decides.
    const unknowable = wrong.filter((each) => each.startsWith('row_member updates rows_hidden'));
    expect(wrong.filter((each) => !unknowable.includes(each))).toEqual([]);
    expect(unknowable.length).toBe(8);
    expect(rows).toBeGreaterThan(200);
  });

  test('are not announced to owners, superusers and those who bypass them, unless forced', async () => {
    expect((await describeFor('boss', 'rows_mine'))?.rights.rowPolicies).toBe(false);
    expect((await describeFor('row_bypass', 'rows_mine'))?.rights.rowPolicies).toBe(false);
    expect((await describeFor('row_owner', 'rows_mine'))?.rights.rowPolicies).toBe(true);
    expect((await describeFor('owner', 'rows_forced'))?.rights.rowPolicies).toBe(true);
  });

  test('without any policy for a command take it away altogether', async () => {
    expect((await describeFor('writer', 'rows_closed'))?.rights).toMatchObject({
      ...{ insert: false, delete: false, updateColumns: [], select: true },
    });
  });
});
