import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenSheet } from '../../electron/sheets/open-sheet.ts';
import { PagedView } from '../../electron/sheets/paged/paged-view.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { rowKeyOf } from '../../shared/model/rows.ts';
import type { ColumnFilter, ViewQuery } from '../../shared/model/view.ts';
import { viewQuery } from '../../shared/model/view.ts';
import { type LargeWorld, NAMES, NEVER, ROWS, rowsOf, startWorld, VALUES } from './large-world.ts';

let world: LargeWorld;
let inMemory: OpenSheet;
let paged: OpenSheet;

beforeAll(async () => {
  world = await startWorld();
  inMemory = (await world.open(1_000_000)).sheet;
  paged = (await world.open(50)).sheet;
}, 60_000);

afterAll(() => world?.stop());

const column = fc.constantFrom(...NAMES);
const someValue = (name: keyof typeof VALUES) => fc.constantFrom<string | null>(...VALUES[name]);
/** Values as the database prints them; what it prints is what filters hold. */
const printed = (name: string, value: string): string => (name === 'code' ? value.trimEnd() : value);
const present = (name: keyof typeof VALUES) =>
  someValue(name)
    .filter((value): value is string => value !== null)
    .map((value) => printed(name, value));

const filter: fc.Arbitrary<ColumnFilter> = column.chain((name) =>
  fc.oneof(
    fc
      .tuple(
        fc.constantFrom('contains', 'lacks', 'starts', 'ends'),
        fc.constantFrom('a', 'Ä', 'Σ', '0', '%', '_', '\\', ' ', 'tRue', 'e', ''),
      )
      .map(([kind, text]): ColumnFilter => ({ kind, column: name, text })),
    fc.tuple(fc.constantFrom('starts', 'ends'), present(name), fc.nat(4)).map(
      ([kind, value, n]): ColumnFilter => ({
        kind,
        column: name,
        text: [...value].slice(...(kind === 'starts' ? [0, n] : [-n])).join(''),
      }),
    ),
    fc
      .tuple(fc.constantFrom('equals', 'differs'), fc.option(present(name)))
      .map(([kind, value]): ColumnFilter => ({ kind, column: name, value })),
    fc
      .array(fc.option(present(name)), { maxLength: 3 })
      .map((values): ColumnFilter => ({ kind: 'in', column: name, values })),
    fc.boolean().map((blank): ColumnFilter => ({ kind: 'blank', column: name, blank })),
    fc
      .record({ min: present(name), max: present(name), open: fc.boolean() }, { requiredKeys: [] })
      .map((bounds): ColumnFilter => ({ kind: 'range', column: name, ...bounds })),
  ),
);
const sortKey = fc.record({
  column: fc.constantFrom(...NAMES, 'region', 'no', 'sure'),
  descending: fc.boolean(),
});
const query: fc.Arbitrary<ViewQuery> = fc
  .record({
    filters: fc.array(filter, { maxLength: 2 }),
    sort: fc.array(sortKey, { maxLength: 3 }),
    quick: fc.constantFrom('', '', '', 'ä', 'north dr', '0.', 'süd 1'),
  })
  .map((parts) => viewQuery.parse(parts));

const firstColumns = (rows: readonly string[]): readonly string[] => rows.map((row) => JSON.parse(row)[0]);

test('the table is held in memory once and read page by page once', () => {
  expect(inMemory.paged).toBe(false);
  expect(paged.paged).toBe(true);
});

test('a part of a table read page by page says of how many rows it is one: an estimate, until all have been counted', async () => {
  const { sheet } = await world.open(50);
  const some = viewQuery.parse({ filters: [{ kind: 'in', column: 'state', values: ['draft'] }] });
  const first = await sheet.view(some, NEVER);
  if (!(first instanceof PagedView)) throw new Error('The table is held in memory.');
  // The planner's number, right after the table was analysed.
  expect(first.all).toEqual({ rows: ROWS, about: true });
  const whole = await sheet.view(viewQuery.parse({}), NEVER);
  if (!(whole instanceof PagedView)) throw new Error('The table is held in memory.');
  expect(whole.all).toBeNull();
  await whole.counted(NEVER);
  const again = await sheet.view(some, NEVER);
  expect(again instanceof PagedView && again.all).toEqual({ rows: ROWS, about: false });
});

describe('a table read page by page answers as one in memory', () => {
  test('for any filters and any order, row by row', async () => {
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        expect(await rowsOf(paged, asked)).toEqual(await rowsOf(inMemory, asked));
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  test('for distinct values of any column', async () => {
    await fc.assert(
      fc.asyncProperty(column, query, fc.constantFrom('', 'A', '0'), async (name, asked, text) => {
        const [a, b] = await Promise.all(
          [paged, inMemory].map((sheet) => sheet.search.distinct(asked, name, text, 1000, NEVER)),
        );
        // Values that differ in nothing but their text (0 and 0.0) have no order.
        const told = ({ values }: NonNullable<typeof a>) =>
          values.map(({ value, rows }) => JSON.stringify([rows, value])).sort();
        expect(a && told(a)).toEqual(b && told(b));
        expect(a?.total).toBe(b?.total);
        expect(a?.values.map(({ rows }) => rows)).toEqual(b?.values.map(({ rows }) => rows));
      }),
      { numRuns: 80 },
    );
  }, 120_000);

  test('for find, text and pattern', async () => {
    const wanted = fc.record({
      text: fc.constantFrom('a', 'Ä', 'ab', '0', '%', '_', 'true', 'x'),
      columns: fc.subarray([...NAMES], { minLength: 1 }),
      pattern: fc.boolean(),
      matchCase: fc.boolean(),
      whole: fc.boolean(),
      limit: fc.constantFrom(5, 10_000),
    });
    await fc.assert(
      fc.asyncProperty(query, wanted, async (asked, request) => {
        const found = [];
        for (const sheet of [paged, inMemory])
          found.push(await sheet.search.find(await sheet.view(asked, NEVER), request, NEVER));
        expect(found[0]).toEqual(found[1]);
      }),
      { numRuns: 80 },
    );
  }, 120_000);

  test('for the place of a row and for where Ctrl+Down stops', async () => {
    await fc.assert(
      fc.asyncProperty(query, fc.nat(ROWS - 1), fc.boolean(), column, async (asked, at, down, name) => {
        const answers = [];
        for (const sheet of [paged, inMemory]) {
          const view = await sheet.view(asked, NEVER);
          const keys = firstColumns(await rowsOf(sheet, asked));
          const from = at % Math.max(1, keys.length);
          const row = rowKeyOf([['north', 'Süd', 'süd', 'a'][at % 4] ?? '', String(at)]);
          answers.push([
            await sheet.search.locate(view, row, NEVER),
            keys.length > 0 ? await sheet.search.edge(view, name, from, down, NEVER) : null,
          ]);
        }
        expect(answers[0]).toEqual(answers[1]);
      }),
      { numRuns: 80 },
    );
  }, 120_000);
});

describe('pending edits over a table read page by page', () => {
  const key = (no: number): string => rowKeyOf([['north', 'Süd', 'süd', 'a'][no % 4] ?? '', String(no)]);
  const edits = fc.uniqueArray(fc.record({ no: fc.nat(ROWS + 3), name: column, pick: fc.nat(20) }), {
    maxLength: 12,
    selector: ({ no }) => no,
  });
  const pendingOf = (made: readonly { no: number; name: keyof typeof VALUES; pick: number }[]) =>
    new Map<string, PendingRow>(
      made.map(({ no, name, pick }): [string, PendingRow] => {
        const value = VALUES[name][pick % VALUES[name].length] ?? null;
        const after = value === null ? null : printed(name, value);
        if (pick === 0) return [`new:${no}`, { kind: 'insert', row: `new:${no}`, values: { [name]: after } }];
        if (pick === 1) return [key(no), { kind: 'delete', row: key(no), before: {} }];
        return [key(no), { kind: 'update', row: key(no), cells: { [name]: { before: null, after } } }];
      }),
    );

  const someKeys = fc.array(
    fc.nat(ROWS + 3).chain((no) => fc.constantFrom(key(no), `new:${no}`)),
    { maxLength: 9 },
  );
  /** Ways of asking for rows by what is known of them rather than by their values. */
  const known = fc.record(
    {
      pendingOnly: fc.boolean(),
      only: someKeys,
      marks: fc.array(
        fc.oneof(
          fc.record({ column, mark: fc.constant('pending' as const) }),
          fc.record({
            column,
            mark: fc.constantFrom('invalid' as const, 'conflict' as const),
            rows: someKeys,
          }),
        ),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['pendingOnly'] },
  );

  test('decide by their effective values whether a row is shown, counted and found', async () => {
    await fc.assert(
      fc.asyncProperty(edits, query, column, known, async (made, parts, name, asks) => {
        const pending = pendingOf(made);
        // Rows stay where the warehouse has them, so only orders by columns nobody edited can be compared.
        const edited = new Set(made.map((each) => each.name as string));
        const sort = parts.sort.filter((each) => !edited.has(each.column));
        const asked = { ...parts, sort, ...asks };
        const sheets = [await world.open(50, pending), await world.open(1_000_000, pending)];
        const answers = [];
        for (const { sheet } of sheets) {
          const rows = await rowsOf(sheet, asked);
          const { values, total } = await sheet.search.distinct(asked, name, '', 1000, NEVER);
          const counted = values.map((each) => JSON.stringify(each)).sort();
          const view = await sheet.view(asked, NEVER);
          const request = { text: 'a', columns: [...NAMES], pattern: false, matchCase: false, whole: false };
          const found = await sheet.search.find(view, { ...request, limit: 10_000 }, NEVER);
          answers.push({ rows, counted, total, found });
          sheet.close();
        }
        expect(answers[0]).toEqual(answers[1]);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('never move a row: it stays where the warehouse has it, and new rows stand at the end', async () => {
    const pending = new Map<string, PendingRow>([
      [key(5), { kind: 'update', row: key(5), cells: { whole: { before: null, after: '999' } } }],
      ['new:1', { kind: 'insert', row: 'new:1', values: { whole: '-999' } }],
    ]);
    const { sheet } = await world.open(50, pending);
    const sorted = viewQuery.parse({ sort: [{ column: 'whole', descending: false }] });
    const keys = firstColumns(await rowsOf(sheet, sorted));
    expect(keys.filter((each) => each !== 'new:1')).toEqual(firstColumns(await rowsOf(inMemory, sorted)));
    expect(keys.at(-1)).toBe('new:1');
  });
});
