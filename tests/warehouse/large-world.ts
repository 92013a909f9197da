import type pg from 'pg';
import { OpenSheet } from '../../electron/sheets/open-sheet.ts';
import type { Warehouse } from '../../electron/warehouse/adapter.ts';
import { openPostgres } from '../../electron/warehouse/postgres/postgres.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { type RowKey, unpackColumn } from '../../shared/model/rows.ts';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';
import { type ViewQuery, viewQuery } from '../../shared/model/view.ts';
import { startPostgres } from '../support/postgres.ts';

export const NEVER = new AbortController().signal;

/** Values of every column kind, NULLs among them: what orders and filters go wrong on. */
export const VALUES = {
  label: [
    'Zürich',
    'zurich',
    'Äpfel',
    'apfel',
    'ÄPFEL',
    'Σίσυφος',
    'a b',
    'a-b',
    '',
    ' ',
    '100%',
    'x_y',
    '\\',
    null,
  ],
  code: ['A', 'B ', 'ab', 'AB', null],
  amount: ['0', '0.0', '-1.50', '1.5', '99999999999999999999.0001', 'NaN', '-0.25', null],
  whole: ['-2', '0', '7', '2147483647', null],
  ratio: ['0.1', '-0', '1e+300', 'NaN', 'Infinity', '-Infinity', null],
  open: ['true', 'false', null],
  due: ['2024-02-29', '0044-03-15 BC', 'infinity', '9999-12-31', '2024-03-01', null],
  at: ['08:00:00', '08:00:00.5', '23:59:59', null],
  seen: ['2024-02-29 23:59:59.123456', '2024-01-01 00:00:00', null],
  zoned: ['2024-07-01 12:00:00+02', '2024-01-01 00:00:00.5+01', '2024-03-31 03:00:00+02', null],
  state: ['draft', 'final', 'approved', null],
  ref: ['00000000-0000-0000-0000-000000000001', 'f0000000-0000-0000-0000-00000000000f', null],
  extra: ['{"a": 1}', '[]', '"x"', null],
  tags: ['{}', '{a,b}', '{b}', null],
} as const;

const TYPES: Readonly<Record<keyof typeof VALUES, string>> = {
  label: 'text collate "und-x-icu"',
  code: 'char(3) collate "und-x-icu"',
  amount: 'numeric',
  whole: 'integer',
  ratio: 'double precision',
  open: 'boolean',
  due: 'date',
  at: 'time',
  seen: 'timestamp',
  zoned: 'timestamptz',
  state: 'stage',
  ref: 'uuid',
  extra: 'jsonb',
  tags: 'text[]',
};

export const NAMES = Object.keys(VALUES) as readonly (keyof typeof VALUES)[];

/** Rows of the table `large`: every value meets every other now and then. */
export const ROWS = 397;

export interface LargeWorld {
  readonly admin: pg.Client;
  readonly warehouse: Warehouse;
  readonly definition: SheetDefinition;
  open(rowLimit: number, pending?: ReadonlyMap<RowKey, PendingRow>): Promise<Opened>;
  stop(): Promise<void>;
}

export interface Opened {
  readonly sheet: OpenSheet;
  /** How often views were to be made again. */
  readonly moved: () => number;
}

export const startWorld = async (): Promise<LargeWorld> => {
  const server = await startPostgres();
  const database = await server.createDatabase();
  const admin = await server.client(undefined, undefined, database);
  await admin.query(`set timezone = 'Europe/Berlin'; create type stage as enum ('draft', 'final', 'approved');
    create table large (region text collate "und-x-icu", no integer, ${NAMES.map((name) => `${name} ${TYPES[name]}`).join(', ')},
      sure integer not null, primary key (region, no))`);
  for (let no = 0; no < ROWS; no++) {
    const values = NAMES.map(
      (name, i) => VALUES[name][(no * (2 * i + 3) + (no >> (i % 5))) % VALUES[name].length] ?? null,
    );
    const params = ['north', 'Süd', 'süd', 'a'][no % 4] ?? '';
    await admin.query(
      `insert into large values ($1, $2, ${NAMES.map((_, i) => `$${i + 4}`).join(', ')}, $3)`,
      [params, no, no % 11, ...values],
    );
  }
  await admin.query('analyze');
  const options = {
    ...{ host: server.host, port: server.port, database, ...server.superuser },
    ...{ tls: 'disable' as const, timeZone: 'Europe/Berlin', version: '0.0.0' },
  };
  const warehouse = await openPostgres(options);
  const source = { schema: 'public', table: 'large' };
  const { definition } = await warehouse.describe(source);
  const sheets: OpenSheet[] = [];
  return {
    admin,
    warehouse,
    definition,
    open: async (rowLimit, pending = new Map()) => {
      let moved = 0;
      const { rights } = await warehouse.describe(source);
      const sheet = new OpenSheet({
        ...{ definition, rights, rowLimit, pageRows: 7 },
        warehouse: () => warehouse,
        journal: { held: () => [], pending: () => pending },
        clock: () => performance.now(),
        onReplaced: () => moved++,
      });
      sheets.push(sheet);
      await sheet.view(viewQuery.parse({ sort: [{ column: 'no', descending: false }] }), NEVER);
      return { sheet, moved: () => moved };
    },
    stop: async () => {
      for (const sheet of sheets) sheet.close();
      await warehouse.close();
      await server.stop();
    },
  };
};

/** All rows of a view as a window would get them, page by page: key, then values. */
export const rowsOf = async (sheet: OpenSheet, query: ViewQuery, size = 7): Promise<readonly string[]> => {
  const view = await sheet.view(query, NEVER);
  const rows: string[] = [];
  for (let start = 0; ; start += size) {
    const page = await sheet.page(view, start, size);
    const keys = unpackColumn(page.keys);
    const columns = page.columns.map(unpackColumn);
    for (const [i, key] of keys.entries())
      rows.push(JSON.stringify([key, columns.map((column) => column[i])]));
    if (page.count < size) return rows;
  }
};

export const columnNamed = (definition: SheetDefinition, name: string): Column => {
  const column = definition.columns.find((each) => each.name === name);
  if (!column) throw new Error(`no column ${name}`);
  return column;
};
