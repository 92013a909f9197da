import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Description, Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import { AppError } from '../../shared/model/failure.ts';
import { ROW_DELETABLE, ROW_UPDATABLE } from '../../shared/model/rows.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import {
  COLUMNS,
  LOGINS,
  RELATIONS,
  type RightsWorld,
  ROLES_SQL,
  rightsWorld,
  worldSql,
} from './rights-world.ts';

let server: TestPostgres;
let admin: pg.Client;
const people = new Map<string, { readonly warehouse: Warehouse; readonly client: pg.Client }>();

beforeAll(async () => {
  server = await startPostgres(['fsync=off', 'synchronous_commit=off', 'jit=off']);
  const database = await server.createDatabase();
  admin = await server.client(undefined, undefined, database);
  await admin.query(ROLES_SQL);
  for (const user of LOGINS)
    people.set(user, {
      client: await server.client(user, user, database),
      warehouse: await openPostgres({
        host: server.host,
        port: server.port,
        database,
        user,
        password: user,
        tls: 'disable',
        timeZone: 'UTC',
        version: '0.0.0',
      }),
    });
});
afterAll(async () => {
  for (const { warehouse } of people.values()) await warehouse.close();
  await server.stop();
});

/** Another value of each column that a person may type; those the row conditions look at can be made to hold. */
const typed = (user: string): Readonly<Record<string, string>> => ({
  id: '77',
  who: user,
  state: 'draft',
  n: '9',
  note: 'changed',
  either: '88',
  always: '99',
  twice: '4',
});
const DECIDING = ['who', 'state', 'n'] as const;

/** Whether the database takes the statement and touches one row; nothing stays. */
const takes = async (
  client: pg.Client,
  sql: string,
  values: readonly (string | null)[],
): Promise<boolean> => {
  await client.query('savepoint attempt');
  try {
    return (await client.query(sql, [...values])).rowCount === 1;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    // What is refused for its value alone (a key that is taken, say) is no matter of rights.
    return (
      error.code !== '42501' &&
      error.code !== '428C9' &&
      error.code !== '55000' &&
      error.code !== '0A000' &&
      error.code !== '44000'
    );
  } finally {
    await client.query('rollback to savepoint attempt');
  }
};

const describeFor = async (user: string, table: string): Promise<Description | null> => {
  try {
    return (await people.get(user)?.warehouse.describe({ schema: 'w', table })) ?? null;
  } catch (error) {
    if (error instanceof AppError && error.kind === 'denied') return null;
    throw error;
  }
};

interface Row {
  readonly id: string;
  readonly flags: number;
}

/** Null where the warehouse refuses the reading: a view that runs as its reader needs more than its own columns. */
const rowsOf = async (
  warehouse: Warehouse,
  { definition, rights }: Description,
): Promise<readonly Row[] | null> => {
  const at = definition.columns.findIndex(({ name }) => name === 'id');
  const rows: Row[] = [];
  const request = { definition, rights, limit: 100, signal: new AbortController().signal };
  try {
    await warehouse.read(request, (chunk) => {
      for (const [i, row] of chunk.rows.entries())
        rows.push({ id: row[at] ?? '', flags: chunk.flags[i] ?? 0 });
    });
  } catch (error) {
    if (error instanceof AppError && error.kind === 'denied') return null;
    throw error;
  }
  return rows;
};

interface Tally {
  cells: number;
  readonly over: string[];
  readonly under: string[];
}

/** Compares what is offered of one relation to one person with what the database does, cell by cell. */
const compare = async (user: string, table: string, tally: Tally): Promise<void> => {
  const person = people.get(user);
  const described = await describeFor(user, table);
  if (!person || !described || described.definition.key.length === 0) return;
  const { client, warehouse } = person;
  const { rights, definition } = described;
  const name = `w.${table}`;
  const values = typed(user);
  const judge = (what: string, offered: boolean, taken: boolean): void => {
    tally.cells++;
    if (offered && !taken) tally.over.push(`${user} ${what} ${table}`);
    if (!offered && taken) tally.under.push(`${user} ${what} ${table}`);
  };
  /** A change of one cell, alone or together with the cells of the row that decide about it. */
  const update = async (id: string, column: string): Promise<boolean> => {
    const others = DECIDING.filter((other) => other !== column && rights.updateColumns.includes(other));
    for (let chosen = 0; chosen < 1 << others.length; chosen++) {
      const set = [column, ...others.filter((_, bit) => chosen & (1 << bit))];
      const sql = `update ${name} set ${set.map((each, i) => `${each} = $${i + 2}`).join(', ')} where id = $1::integer`;
      if (await takes(client, sql, [id, ...set.map((each) => values[each] ?? null)])) return true;
    }
    return false;
  };
  const insert = async (): Promise<boolean> => {
    const given = rights.insertColumns.filter((column) => column !== 'either');
    for (const columns of [given, given.filter((column) => column === 'id' || column === 'who')]) {
      const sql = `insert into ${name} (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`;
      if (
        await takes(
          client,
          sql,
          columns.map((column) => values[column] ?? null),
        )
      )
        return true;
    }
    return false;
  };
  await client.query('begin');
  try {
    for (const { id, flags } of (await rowsOf(warehouse, described)) ?? []) {
      for (const column of COLUMNS) {
        const shown = definition.columns.find((each) => each.name === column);
        if (!shown) continue;
        const offered =
          (flags & ROW_UPDATABLE) !== 0 && rights.updateColumns.includes(column) && !shown.readOnly;
        // Keys change as a new and a removed row; what the database numbers is never offered.
        if (column === 'id' || shown.readOnly) continue;
        judge(`updates ${column} of ${id} in`, offered, await update(id, column));
      }
      judge(
        `deletes ${id} of`,
        (flags & ROW_DELETABLE) !== 0,
        await takes(client, `delete from ${name} where id = $1`, [id]),
      );
    }
    if (rights.insert) judge('inserts into', true, await insert());
  } finally {
    await client.query('rollback');
  }
};

/** Worlds in which more was offered than the database took, before it was told better. */
const FOUND: readonly RightsWorld[] = [
  // A view writes in its owner's name, whom no policy of the table lets insert.
  {
    owner: 'estate',
    members: [],
    grants: [
      { relation: 'by_owner', privilege: 'select', columns: null, to: 'ada' },
      { relation: 'by_owner', privilege: 'insert', columns: null, to: 'ada' },
      { relation: 'by_owner', privilege: 'update', columns: null, to: 'ada' },
    ],
    rowSecurity: 'on',
    policies: [
      { command: 'select', permissive: true, to: ['public'], using: 'true', check: null },
      { command: 'update', permissive: true, to: ['views'], using: `state = 'draft'`, check: null },
    ],
  },
  // A policy that admits no new row at all.
  {
    owner: 'estate',
    members: [{ group: 'audit', login: 'bob', inherits: true }],
    grants: [
      { relation: 'line', privilege: 'select', columns: null, to: 'audit' },
      { relation: 'line', privilege: 'insert', columns: null, to: 'audit' },
    ],
    rowSecurity: 'on',
    policies: [{ command: 'all', permissive: true, to: ['audit'], using: 'true', check: 'false' }],
  },
];

test('whatever is granted: no cell is shown editable that the database refuses', {
  timeout: 240_000,
}, async () => {
  const seed = Number(process.env.WRIT_SEED ?? Date.now() % 2 ** 31);
  const tally: Tally = { cells: 0, over: [], under: [] };
  await fc.assert(
    fc.asyncProperty(rightsWorld, async (world: RightsWorld) => {
      await admin.query(worldSql(world));
      const one: Tally = { cells: 0, over: [], under: [] };
      for (const user of LOGINS) for (const table of RELATIONS) await compare(user, table, one);
      tally.cells += one.cells;
      tally.under.push(...one.under);
      expect(one.over).toEqual([]);
    }),
    {
      seed,
      numRuns: Number(process.env.WRIT_RUNS ?? 15),
      endOnFailure: true,
      examples: FOUND.map((world): [RightsWorld] => [world]),
    },
  );
  console.log(
    `seed ${seed}: ${tally.cells} cells; offered less than the database takes: ${tally.under.length}`,
    tally.under.slice(0, 10),
  );
  expect(tally.cells).toBeGreaterThan(200);
});
