import { describe, expect, test } from 'vitest';
import {
  changeColumns,
  moveColumns,
  orderWithHidden,
  placeColumns,
  sameLayout,
  showColumns,
  withoutVanished,
} from '../../../../renderer/grid/layout.ts';
import { NO_LAYOUT, type SheetLayout, sheetLayout } from '../../../../shared/model/saved-view.ts';
import { column, type SheetDefinition } from '../../../../shared/model/sheet.ts';

const named = (name: string, hidden = false) =>
  column.parse({ name, label: name.toUpperCase(), type: { kind: 'text' }, sqlType: 'text', hidden });

const sheet = (...columns: ReturnType<typeof named>[]): SheetDefinition => ({
  version: 1,
  id: 's',
  name: 'S',
  source: { schema: 'a', table: 's' },
  sourceKind: 'table',
  key: ['a'],
  columns,
  rules: [],
});
const ABCD = sheet(named('a'), named('b'), named('c', true), named('d'));
const layout = (part: Partial<SheetLayout>): SheetLayout => sheetLayout.parse(part);
const names = (definition: SheetDefinition, wanted: SheetLayout): string =>
  placeColumns(definition, wanted)
    .map(({ column: { name }, hidden, frozen }) => `${frozen ? '|' : ''}${hidden ? '-' : ''}${name}`)
    .join(' ');

describe('placing columns', () => {
  test('without a layout columns stand and are hidden as the definition says', () => {
    expect(names(ABCD, NO_LAYOUT)).toBe('a b -c d');
    expect(
      placeColumns(ABCD, NO_LAYOUT).every(({ frozen, width }) => frozen === null && width === null),
    ).toBe(true);
  });

  test('an order with a vanished and a doubled name still shows every column once', () => {
    expect(names(ABCD, layout({ order: ['d', 'gone', 'a', 'd', 'b', 'c'] }))).toBe('d a b -c');
  });

  test('a column the layout does not know stands behind the one it follows in the definition', () => {
    expect(names(ABCD, layout({ order: ['d', 'b', 'a'] }))).toBe('d b -c a');
    expect(names(ABCD, layout({ order: ['d', 'c', 'b'] }))).toBe('a d -c b');
  });

  test('frozen columns come first, in the order of the layout', () => {
    expect(names(ABCD, layout({ order: ['d', 'c', 'b', 'a'], frozen: ['a', 'b'] }))).toBe('|b |a d -c');
    expect(names(ABCD, layout({ frozen: [] }))).toBe('a b -c d');
  });

  test('a format replaces the definition’s as a whole', () => {
    const amount = { ...named('a'), format: { grouping: true } };
    const [placed] = placeColumns(
      sheet(amount),
      layout({ columns: [{ name: 'a', format: { decimals: 2 } }] }),
    );
    expect(placed?.column.format).toEqual({ decimals: 2 });
  });
});

describe('changing a layout', () => {
  test('what goes back to the definition leaves nothing behind', () => {
    const wide = changeColumns(NO_LAYOUT, ['b'], { width: 120 });
    expect(wide.columns).toEqual([{ name: 'b', width: 120 }]);
    expect(changeColumns(wide, ['b'], { width: undefined })).toEqual(NO_LAYOUT);
  });

  test('showing and hiding again what the definition says is no change', () => {
    const shown = showColumns(NO_LAYOUT, ABCD, ['c'], true);
    expect(names(ABCD, shown)).toBe('a b c d');
    expect(showColumns(shown, ABCD, ['c'], false)).toEqual(NO_LAYOUT);
    expect(showColumns(showColumns(NO_LAYOUT, ABCD, ['a', 'b'], false), ABCD, ['a', 'b'], true)).toEqual(
      NO_LAYOUT,
    );
  });

  test('moved columns become frozen or free like the one they are put beside', () => {
    const standing = [
      { name: 'a', frozen: true },
      { name: 'b', frozen: false },
      { name: 'd', frozen: false },
    ];
    const text = (all: typeof standing | ReturnType<typeof moveColumns>): string =>
      all.map(({ name, frozen }) => `${frozen ? '|' : ''}${name}`).join(' ');
    expect(text(moveColumns(standing, ['d'], 'a', 'before'))).toBe('|d |a b');
    expect(text(moveColumns(standing, ['a'], 'd', 'after'))).toBe('b d a');
    expect(text(moveColumns(standing, ['b', 'd'], 'd', 'after'))).toBe('|a b d');
    expect(text(moveColumns(standing, ['a'], 'gone', 'after'))).toBe('|a b d');
  });

  test('hidden columns stay behind the one they followed when shown ones are moved', () => {
    expect(orderWithHidden(['x', 'a', 'b', 'h', 'c'], ['c', 'b', 'a'])).toEqual(['x', 'c', 'b', 'h', 'a']);
  });
});

describe('a layout and a sheet that changed', () => {
  test('columns the sheet no longer has are taken out everywhere and named once', () => {
    const old = layout({
      order: ['z', 'a'],
      frozen: ['z'],
      columns: [{ name: 'z', width: 90 }],
      query: {
        sort: [{ column: 'z', descending: true }],
        filters: [
          { kind: 'blank', column: 'y', blank: true },
          { kind: 'contains', column: 'a', text: 'x' },
        ],
        quick: 'q',
        groups: ['z', 'a'],
        aggregates: { z: 'average', a: 'count' },
        totals: true,
      },
    });
    const { layout: kept, gone } = withoutVanished(old, ABCD);
    expect(gone).toEqual(['z', 'y']);
    expect(kept).toEqual(
      layout({
        order: ['a'],
        frozen: [],
        query: {
          sort: [],
          filters: [{ kind: 'contains', column: 'a', text: 'x' }],
          quick: 'q',
          groups: ['a'],
          aggregates: { a: 'count' },
          totals: true,
        },
      }),
    );
  });

  test('a layout that fits is answered as it is', () => {
    const fits = layout({ order: ['b', 'a'] });
    expect(withoutVanished(fits, ABCD)).toEqual({ layout: fits, gone: [] });
  });

  test('layouts are alike whatever the order in which columns were changed', () => {
    const one = changeColumns(changeColumns(NO_LAYOUT, ['a'], { width: 80 }), ['b'], { hidden: true });
    const two = changeColumns(changeColumns(NO_LAYOUT, ['b'], { hidden: true }), ['a'], { width: 80 });
    expect(sameLayout(one, two)).toBe(true);
    expect(sameLayout(one, changeColumns(two, ['a'], { width: 81 }))).toBe(false);
  });
});
