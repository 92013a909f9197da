import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageOf, viewRows } from '../../../../electron/sheets/view.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { packColumn, ROW_NEW, unpackColumn } from '../../../../shared/model/rows.ts';
import type { ColumnFilter, ViewQuery } from '../../../../shared/model/view.ts';
import { compareValues } from '../../../../shared/values/compare.ts';
import { type Cell, column, definition, idsOf, plainView, storeOf, viewOf } from './sheet-fixture.ts';

const key = (id: number): string => JSON.stringify([String(id)]);
const edit = (id: number, cells: Record<string, [Cell, Cell]>): PendingRow => ({
  kind: 'update',
  row: key(id),
  cells: Object.fromEntries(
    Object.entries(cells).map(([name, [before, after]]) => [name, { before, after }]),
  ),
});
const ROWS: readonly (readonly Cell[])[] = [
  ['1', 'Köln', '10.00', '2026-01-31'],
  ['2', 'berlin', '9', null],
  ['3', null, '-1.5', '2025-12-01'],
  ['4', 'Berlin Mitte', null, '2026-02-01'],
];

describe('sorting', () => {
  test('numbers go by value, empty cells last in either direction', async () => {
    const store = storeOf(ROWS);
    const by = (descending: boolean) => viewOf(store, { sort: [{ column: 'amount', descending }] });
    expect(idsOf(await by(false))).toEqual(['3', '2', '1', '4']);
    expect(idsOf(await by(true))).toEqual(['1', '2', '3', '4']);
  });

  test('agrees with an exact comparison of every pair, for any decimals and texts', async () => {
    const decimal = fc.oneof(
      fc.bigInt().map(String),
      fc
        .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat(99))
        .map(([a, b]) => `${a}.${String(b).padStart(2, '0')}`),
      fc.constantFrom(
        '0',
        '-0.0',
        '0.1',
        '0.10',
        '9007199254740993',
        '9007199254740992',
        'NaN',
        'Infinity',
        '-Infinity',
      ),
    );
    const cell = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: null });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell(fc.string({ maxLength: 4 })), cell(decimal)), { maxLength: 30 }),
        fc.constantFrom('name', 'amount'),
        fc.boolean(),
        async (cells, by, descending) => {
          const rows = cells.map(([name, amount], i) => [String(i), name, amount, null]);
          const place = by === 'name' ? 1 : 2;
          const compare = compareValues(definition.columns[place]?.type ?? { kind: 'text' });
          const expected = [...rows].sort((a, b) => {
            const [x, y] = [a[place] ?? null, b[place] ?? null];
            if (x === null || y === null) return Number(x === null) - Number(y === null);
            return descending ? -compare(x, y) : compare(x, y);
          });
          const view = await viewOf(storeOf(rows), { sort: [{ column: by, descending }] });
          expect(idsOf(view)).toEqual(expected.map(([id]) => id));
        },
      ),
    );
  });

  test('goes by what the person sees, and stays as it is while they edit', async () => {
    const store = storeOf(ROWS);
    const query = { sort: [{ column: 'amount', descending: false }] };
    const view = await viewOf(store, query, [edit(1, { amount: ['10.00', '-2'] })]);
    expect(idsOf(view)).toEqual(['1', '3', '2', '4']);
    expect(idsOf(await viewOf(store, query))).toEqual(['3', '2', '1', '4']);
    expect(idsOf(view)).toEqual(['1', '3', '2', '4']);
  });
});

describe('filters', () => {
  test.each<[string, ColumnFilter, string[]]>([
    ['contains, whatever the case', { kind: 'contains', column: 'name', text: 'BERLIN' }, ['2', '4']],
    ['does not contain, empty cells too', { kind: 'lacks', column: 'name', text: 'berlin' }, ['1', '3']],
    ['starts with, whatever the case', { kind: 'starts', column: 'name', text: 'kö' }, ['1']],
    ['starts with is not contains', { kind: 'starts', column: 'name', text: 'ln' }, []],
    ['ends with, whatever the case', { kind: 'ends', column: 'name', text: 'LN' }, ['1']],
    ['ends with is not contains', { kind: 'ends', column: 'name', text: 'kö' }, []],
    [
      'not equal by value, empty cells too',
      { kind: 'differs', column: 'amount', value: '10' },
      ['2', '3', '4'],
    ],
    ['not empty', { kind: 'differs', column: 'name', value: null }, ['1', '2', '4']],
    ['equals by value, not by letters', { kind: 'equals', column: 'amount', value: '10' }, ['1']],
    ['equals empty', { kind: 'equals', column: 'name', value: null }, ['3']],
    ['in', { kind: 'in', column: 'name', values: [null, 'Köln'] }, ['1', '3']],
    [
      'range of dates, both ends in',
      { kind: 'range', column: 'day', min: '2025-12-01', max: '2026-01-31' },
      ['1', '3'],
    ],
    ['range of numbers', { kind: 'range', column: 'amount', min: '9' }, ['1', '2']],
    ['more than', { kind: 'range', column: 'amount', min: '9', open: true }, ['1']],
    ['less than', { kind: 'range', column: 'day', max: '2026-01-31', open: true }, ['3']],
    ['blank', { kind: 'blank', column: 'amount', blank: true }, ['4']],
    ['not blank', { kind: 'blank', column: 'day', blank: false }, ['1', '3', '4']],
    ['a column that is gone', { kind: 'equals', column: 'gone', value: 'x' }, []],
  ])('%s', async (_name, filter, ids) => {
    expect(idsOf(await viewOf(storeOf(ROWS), { filters: [filter] }))).toEqual(ids);
  });

  test('the quick search wants every word somewhere in the row', async () => {
    expect(idsOf(await viewOf(storeOf(ROWS), { quick: '2026 köl' }))).toEqual(['1']);
    expect(idsOf(await viewOf(storeOf(ROWS), { quick: 'köln berlin' }))).toEqual([]);
  });

  test('see pending edits and new rows, and pending rows can be shown alone', async () => {
    const pending: PendingRow[] = [
      edit(3, { name: [null, 'Bern'] }),
      { kind: 'insert', row: 'new:a', values: { name: 'Bernau' } },
      { kind: 'insert', row: 'new:b', values: { name: 'Rom' } },
      { kind: 'delete', row: key(1), before: { id: '1' } },
    ];
    const found = await viewOf(
      storeOf(ROWS),
      { filters: [{ kind: 'contains', column: 'name', text: 'bern' }] },
      pending,
    );
    expect([idsOf(found), found.added]).toEqual([['3'], ['new:a']]);
    const alone = await viewOf(storeOf(ROWS), { pendingOnly: true }, pending);
    expect([idsOf(alone), alone.added]).toEqual([
      ['1', '3'],
      ['new:a', 'new:b'],
    ]);
  });

  test('go by what is known of a column: pending there, or marked by the window; all conditions hold together', async () => {
    const pending: PendingRow[] = [
      edit(2, { amount: ['9', '8'] }),
      edit(3, { name: [null, 'Bern'] }),
      { kind: 'insert', row: 'new:a', values: { name: 'Bernau' } },
      { kind: 'delete', row: key(1), before: { id: '1' } },
    ];
    const shown = async (query: Partial<ViewQuery>) => {
      const view = await viewOf(storeOf(ROWS), query, pending);
      return [...idsOf(view), ...view.added];
    };
    expect(await shown({ marks: [{ column: 'amount', mark: 'pending' }] })).toEqual(['1', '2', 'new:a']);
    expect(await shown({ marks: [{ column: 'name', mark: 'pending' }] })).toEqual(['1', '3', 'new:a']);
    const invalid = { column: 'name', mark: 'invalid', rows: [key(4), key(3), 'new:a', key(99)] } as const;
    expect(await shown({ marks: [{ ...invalid, rows: [...invalid.rows] }] })).toEqual(['3', '4', 'new:a']);
    expect(
      await shown({
        marks: [
          { column: 'name', mark: 'pending' },
          { ...invalid, rows: [...invalid.rows] },
        ],
        filters: [{ kind: 'contains', column: 'name', text: 'bern' }],
        sort: [{ column: 'name', descending: true }],
      }),
    ).toEqual(['3', 'new:a']);
    expect(await shown({ only: [key(4), key(1)], pendingOnly: true })).toEqual(['1']);
    expect(await shown({ marks: [{ column: 'name', mark: 'conflict' }] })).toEqual([]);
  });
});

describe('pages', () => {
  test('hold base values, then new rows with what was typed, and end where the view ends', async () => {
    const store = storeOf(ROWS);
    const inserted: PendingRow = { kind: 'insert', row: 'new:a', values: { amount: '7' } };
    const pending = new Map<string, PendingRow>([
      ['new:a', inserted],
      [key(2), edit(2, { amount: ['9', '8'] })],
    ]);
    const view = await viewOf(store, {}, [...pending.values()]);
    expect(viewRows(view)).toBe(5);
    const page = pageOf(view, { definition, pending }, 1, 100);
    expect(page).toMatchObject({ start: 1, count: 4 });
    expect(unpackColumn(page.keys)).toEqual([key(2), key(3), key(4), 'new:a']);
    expect(page.columns.map(unpackColumn)[2]).toEqual(['9', '-1.5', null, '7']);
    expect([...page.flags].map((flags) => flags & ROW_NEW)).toEqual([0, 0, 0, ROW_NEW]);
    expect(pageOf(view, { definition, pending }, 9, 10)).toMatchObject({ count: 0 });
  });

  test('in reading order grow while rows arrive', async () => {
    const store = storeOf(ROWS);
    const view = await viewOf(store, {});
    store.append({ rows: [['5', 'x', null, null]], flags: Uint8Array.of(3) });
    expect(viewRows(view)).toBe(5);
  });

  test('leave out rows that vanished as soon as the view is made again', async () => {
    const store = storeOf(ROWS);
    store.patch([key(2)], { rows: [], flags: new Uint8Array() });
    expect(idsOf(await viewOf(store, {}))).toEqual(['1', '3', '4']);
  });
});

test('a column may be called like a property that every object has', async () => {
  const odd = {
    ...definition,
    columns: [column('id', { kind: 'text' }), column('constructor', { kind: 'text' })],
  };
  const store = storeOf([['1', 'stored']]);
  const pending = new Map<string, PendingRow>([
    ['new:a', { kind: 'insert', row: 'new:a', values: { id: '2' } }],
  ]);
  const view = plainView(odd, store, null, ['new:a']);
  expect(unpackColumn(pageOf(view, { definition: odd, pending }, 0, 2).columns[1] ?? packColumn([]))).toEqual(
    ['stored', null],
  );
});

test('a view that is no longer wanted stops', async () => {
  const store = storeOf(
    Array.from({ length: 5_000 }, (_, i) => [String(i), null, null, null]),
    1_000,
  );
  const cancel = new AbortController();
  cancel.abort(new Error('superseded'));
  await expect(viewOf(store, { quick: 'x' }, [], cancel.signal)).rejects.toThrow('superseded');
});
