import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { edgeOf, placeOf } from '../../../../electron/sheets/edge.ts';
import { foldView, orderPlace, shownPlace, withoutGroups } from '../../../../electron/sheets/fold-view.ts';
import { totalsOf } from '../../../../electron/sheets/group-page.ts';
import { findCells } from '../../../../electron/sheets/search.ts';
import { pageOf, type SheetView, viewRows } from '../../../../electron/sheets/view.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { isGroupRow, unpackColumn } from '../../../../shared/model/rows.ts';
import { sumDecimals } from '../../../../shared/values/decimal.ts';
import { type Cell, definition, idsOf, storeOf, viewOf } from './sheet-fixture.ts';

const breathe = async (): Promise<void> => undefined;
const AMOUNT = 2;
const key = (id: number | string): string => JSON.stringify([String(id)]);
const sets = (id: number, column: string, before: Cell, after: Cell): PendingRow => ({
  kind: 'update',
  row: key(id),
  cells: { [column]: { before, after } },
});
const byKey = (rows: readonly PendingRow[]): ReadonlyMap<string, PendingRow> =>
  new Map(rows.map((row) => [row.row, row]));

interface Shown {
  readonly key: string;
  readonly level: number;
  readonly amount: Cell;
  readonly rows: number;
}

/** What a window would show: group rows with level and figures, rows with level -1. */
const shown = async (view: SheetView, pending: readonly PendingRow[] = []): Promise<Shown[]> => {
  await view.figures.refresh(byKey(pending), breathe);
  const page = pageOf(view, { definition, pending: byKey(pending) }, 0, 10_000);
  const amounts = unpackColumn(page.columns[AMOUNT] ?? page.keys);
  const at = [...(page.groups?.at ?? [])];
  return unpackColumn(page.keys).map((name, i) => ({
    key: name ?? '',
    amount: amounts[i] ?? null,
    level: page.groups?.levels[at.indexOf(i)] ?? -1,
    rows: page.groups?.rows[at.indexOf(i)] ?? 0,
  }));
};

const openAll = (view: SheetView): Promise<SheetView> => foldView(view, { kind: 'level', level: 4 }, breathe);

const ROWS: readonly (readonly Cell[])[] = [
  ['1', 'B', '10.10', '2026-01-01'],
  ['2', 'A', '0.20', '2026-01-01'],
  ['3', 'B', null, '2026-02-01'],
  ['4', 'A', '-0.30', '2026-02-01'],
  ['5', null, '1', null],
];

describe('grouping', () => {
  test('shows one row a group at first, in value order, the rows without a value last', async () => {
    const view = await viewOf(storeOf(ROWS), { groups: ['name'] });
    expect(await shown(view)).toEqual([
      { key: 'group:["A"]', level: 0, amount: '-0.10', rows: 2 },
      { key: 'group:["B"]', level: 0, amount: '10.10', rows: 2 },
      { key: 'group:[null]', level: 0, amount: '1.00', rows: 1 },
    ]);
  });

  test('by two columns shows the inner groups in the outer ones, and a sort turns a level around', async () => {
    const view = await viewOf(storeOf(ROWS), {
      groups: ['name', 'day'],
      sort: [{ column: 'name', descending: true }],
    });
    expect((await shown(view)).map((row) => [row.level, row.key])).toEqual([
      [0, 'group:["B"]'],
      [1, 'group:["B","2026-01-01"]'],
      [1, 'group:["B","2026-02-01"]'],
      [0, 'group:["A"]'],
      [1, 'group:["A","2026-01-01"]'],
      [1, 'group:["A","2026-02-01"]'],
      [0, 'group:[null]'],
      [1, 'group:[null,null]'],
    ]);
  });

  test('a group opens and closes alone, and stays so when the view is made again', async () => {
    const store = storeOf(ROWS);
    const view = await viewOf(store, { groups: ['name'] });
    const open = await foldView(view, { kind: 'group', group: 1, open: true }, breathe);
    const keys = ['group:["A"]', 'group:["B"]', key(1), key(3), 'group:[null]'];
    expect((await shown(open)).map((row) => row.key)).toEqual(keys);
    const again = await viewOf(store, { groups: ['name'] }, [], undefined, open);
    expect((await shown(again)).map((row) => row.key)).toEqual(keys);
    const closed = await foldView(again, { kind: 'group', group: 1, open: false }, breathe);
    expect(viewRows(closed)).toBe(3);
  });

  test('opening the groups around a row tells where it is shown then', async () => {
    const view = await viewOf(storeOf(ROWS), { groups: ['name', 'day'] });
    const at = orderPlace(view, key(3)) ?? -1;
    expect(shownPlace(view, at)).toBe(-1);
    const open = await foldView(view, { kind: 'place', at }, breathe);
    expect((await shown(open))[shownPlace(open, at)]?.key).toBe(key(3));
    expect(orderPlace(view, key(99))).toBeNull();
  });

  test('jumps in a column stop at group rows and rows as they are shown', async () => {
    const view = await openAll(await viewOf(storeOf(ROWS), { groups: ['name'] }));
    await view.figures.refresh(new Map(), breathe);
    const searched = { view, definition, pending: new Map(), breathe };
    // A, 2, 4, B, 1, 3 (no amount), no name, 5
    expect(await edgeOf(searched, 'amount', 0, true)).toBe(4);
    expect(await edgeOf(searched, 'amount', 4, true)).toBe(6);
    expect(placeOf(view, key(3))).toBe(5);
    expect(placeOf(await viewOf(storeOf(ROWS), { groups: ['name'] }), key(3))).toBeNull();
  });

  test('is left away where only rows are wanted, the closed groups opened', async () => {
    const view = await viewOf(storeOf(ROWS), { groups: ['name'] });
    const keys = async (of: SheetView) => (await shown(of)).map((row) => row.key);
    expect(await keys(withoutGroups(view))).toEqual([2, 4, 1, 3, 5].map(key));
    const open = await foldView(view, { kind: 'group', group: 0, open: true }, breathe);
    expect(await keys(withoutGroups(open, { start: 0, end: 2 }))).toEqual([key(2)]);
  });

  test('refuses more groups than anyone reads', async () => {
    const rows = Array.from({ length: 100_001 }, (_, i) => [String(i), `n${i}`, '1', null]);
    await expect(viewOf(storeOf(rows, 50_000), { groups: ['name'] })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'groups-many',
    });
  });

  test('finding counts cells in closed groups and says that they have no place', async () => {
    const view = await viewOf(storeOf(ROWS), { groups: ['name'] });
    const open = await foldView(view, { kind: 'group', group: 0, open: true }, breathe);
    const how = { text: '0', columns: ['amount'], pattern: false, matchCase: false, whole: false, limit: 9 };
    const found = await findCells({ view: open, definition, pending: new Map(), breathe }, how);
    expect(found.cells.map(({ row, place }) => [row, place])).toEqual([
      [key(2), 1],
      [key(4), 2],
      [key(1), -1],
    ]);
  });
});

describe('figures', () => {
  test('follow edits, deletions and new rows without the view being made again', async () => {
    const fresh: PendingRow = { kind: 'insert', row: 'new:a', values: { name: 'A', amount: '5.00' } };
    const view = await openAll(await viewOf(storeOf(ROWS), { groups: ['name'] }, [fresh]));
    const subtotals = async (pending: readonly PendingRow[]) => {
      const groups = (await shown(view, pending)).filter(({ level }) => level === 0);
      return [view.figures.text(0, AMOUNT), view.figures.rows(0), ...groups.map(({ amount }) => amount)];
    };
    expect(await subtotals([fresh])).toEqual(['16.00', 6, '4.90', '10.10', '1.00']);
    const edit = sets(3, 'amount', null, '0.05');
    expect(await subtotals([fresh, edit])).toEqual(['16.05', 6, '4.90', '10.15', '1.00']);
    const gone: PendingRow = { kind: 'delete', row: key(2), before: {} };
    expect(await subtotals([fresh, edit, gone])).toEqual(['15.85', 5, '4.70', '10.15', '1.00']);
    const late: PendingRow = { kind: 'insert', row: 'new:b', values: { amount: '100.00' } };
    expect(await subtotals([edit, late])).toEqual(['111.05', 6, '-0.10', '10.15', '1.00']);
    expect(await subtotals([])).toEqual(['11.00', 5, '-0.10', '10.10', '1.00']);
  });

  test('count new rows only where the filters let them through', async () => {
    const fresh: PendingRow = { kind: 'insert', row: 'new:a', values: { name: 'A', amount: '5.00' } };
    const view = await viewOf(storeOf(ROWS), { filters: [{ kind: 'equals', column: 'name', value: 'B' }] }, [
      fresh,
    ]);
    await view.figures.refresh(byKey([fresh]), breathe);
    expect(view.figures.text(0, AMOUNT)).toBe('10.10');
  });

  test('are worked out anew when rows were read again', async () => {
    const store = storeOf(ROWS);
    const view = await viewOf(store, {});
    await view.figures.refresh(new Map(), breathe);
    store.patch([key(1)], { rows: [['1', 'B', '20.10', null]], flags: Uint8Array.of(3) });
    await view.figures.refresh(new Map(), breathe);
    expect(view.figures.text(0, AMOUNT)).toBe('21.00');
  });

  test('can be the average, the least, the greatest and the count of a column', async () => {
    const store = storeOf(ROWS);
    const of = async (kind: 'average' | 'min' | 'max' | 'count' | 'none', pending: readonly PendingRow[]) => {
      const view = await viewOf(store, { groups: ['name'], aggregates: { amount: kind } });
      await view.figures.refresh(new Map(), breathe);
      await view.figures.refresh(byKey(pending), breathe);
      return unpackColumn(
        totalsOf(view.figures, 4, [1]).columns[AMOUNT] ?? { text: '', ends: new Uint32Array() },
      );
    };
    const edit = sets(1, 'amount', '10.10', '-7');
    expect(await of('average', [])).toEqual(['2.75', '10.1']);
    expect(await of('min', [edit])).toEqual(['-7', '-7']);
    expect(await of('max', [edit])).toEqual(['1', '-7']);
    expect(await of('count', [edit])).toEqual(['4', '1']);
    expect(await of('none', [])).toEqual([null, null]);
  });

  test('hold what a double cannot, and add up infinities as the warehouse does', async () => {
    const total = async (...amounts: readonly string[]) => {
      const view = await viewOf(storeOf(amounts.map((amount, i) => [String(i), null, amount, null])), {});
      await view.figures.refresh(new Map(), breathe);
      return view.figures.text(0, AMOUNT);
    };
    expect(await total('9007199254740993', '0.0000000001')).toBe('9007199254740993.0000000001');
    expect(await total('0.1', '0.2')).toBe('0.3');
    expect(await total('3999999999999999', '3999999999999999', '3999999999999999')).toBe('11999999999999997');
    expect(await total('1e-07', '2.5e+20')).toBe('250000000000000000000.0000001');
    expect(await total('Infinity', '1')).toBe('Infinity');
    expect(await total('Infinity', '-Infinity')).toBe('NaN');
    expect(await total()).toBeNull();
  });
});

const amount = fc.option(
  fc.oneof(
    fc
      .tuple(fc.integer({ min: -999, max: 999 }), fc.nat(99))
      .map(([a, b]) => `${a}.${String(b).padStart(2, '0')}`),
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  ),
  { nil: null },
);
const group = fc.option(fc.constantFrom('A', 'B', 'C'), { nil: null });
const day = fc.constantFrom('2026-01-01', '2026-02-01', null);

test('for any rows and edits subtotals add up to the total, rows keep their order, and folding hides rows only', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(group, amount, day), { maxLength: 40 }),
      fc.uniqueArray(fc.tuple(fc.nat(39), fc.option(amount)), { selector: ([row]) => row }),
      fc.constantFrom<string[]>(['name'], ['name', 'day'], ['day', 'name']),
      fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 6 }),
      fc.boolean(),
      async (cells, changes, groups, folds, descending) => {
        const rows = cells.map(([name, value, date], i) => [String(i), name, value, date]);
        const store = storeOf(rows);
        const sort = [{ column: 'amount', descending }];
        const pending = changes.flatMap(([row, after]): PendingRow[] => {
          if (row >= rows.length) return [];
          if (after === null) return [{ kind: 'delete', row: key(row), before: {} }];
          return [sets(row, 'amount', rows[row]?.[2] ?? null, after)];
        });
        // The figures are worked out before the edits, so that they have to follow them.
        const view = await viewOf(store, { groups, sort });
        await view.figures.refresh(new Map(), breathe);
        const all = await shown(await openAll(view), pending);

        const counted = rows.flatMap(([id, , before]) => {
          const change = pending.find((row) => row.row === key(id ?? ''));
          if (change?.kind === 'delete') return [];
          return [change?.kind === 'update' ? (change.cells.amount?.after ?? null) : (before ?? null)];
        });
        const same = (figure: Cell, values: readonly Cell[]): void => {
          const given = values.filter((value) => value !== null);
          if (given.length === 0) expect(figure).toBeNull();
          else
            expect(sumDecimals([figure ?? '', `-${sumDecimals(given)}`.replace('--', '')])).toMatch(
              /^-?0(\.0+)?$/,
            );
        };
        for (const level of groups.keys()) {
          same(
            view.figures.text(0, AMOUNT),
            all.filter((row) => row.level === level).map((row) => row.amount),
          );
        }
        same(view.figures.text(0, AMOUNT), counted);
        expect(view.figures.rows(0)).toBe(counted.length);

        const plain = idsOf(await viewOf(store, { sort })).map((id) => key(id ?? ''));
        let run: string[] = [];
        const seen: string[] = [];
        for (const row of [...all, { key: 'group:' }]) {
          if (isGroupRow(row.key)) {
            expect(run).toEqual(plain.filter((name) => run.includes(name)));
            run = [];
          } else {
            run.push(row.key);
            seen.push(row.key);
          }
        }
        expect(seen.toSorted()).toEqual(plain.toSorted());

        let folded = view;
        for (const [number, open] of folds)
          folded = await foldView(folded, { kind: 'group', group: number, open }, breathe);
        const some = (await shown(folded, pending)).map((row) => row.key);
        expect(some).toEqual(all.map((row) => row.key).filter((name) => some.includes(name)));
        const closed = await foldView(folded, { kind: 'level', level: 0 }, breathe);
        expect((await shown(closed, pending)).every((row) => row.level === 0)).toBe(true);
      },
    ),
  );
});
