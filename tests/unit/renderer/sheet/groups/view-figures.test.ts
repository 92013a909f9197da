import { describe, expect, test } from 'vitest';
import { pageRows, type SheetRow, TOTALS_ROW } from '../../../../../renderer/grid/sheet-row.ts';
import { ViewFigures } from '../../../../../renderer/sheet/groups/view-figures.ts';
import { packColumn, ROW_GROUP, type RowPage } from '../../../../../shared/model/rows.ts';

/** Two groups with a row between them, as a page carries them. */
const PAGE: RowPage = {
  start: 10,
  count: 3,
  keys: packColumn(['group:["A"]', '["1"]', 'group:["B"]']),
  columns: [packColumn(['5.00', '5.00', '7.00'])],
  flags: Uint8Array.of(ROW_GROUP, 0, ROW_GROUP),
  groups: {
    columns: ['name'],
    at: Uint32Array.of(0, 2),
    ids: Uint32Array.of(4, 6),
    levels: Uint8Array.of(0, 0),
    rows: Uint32Array.of(1, 2),
    open: Uint8Array.of(1, 0),
    values: packColumn(['A', 'B']),
  },
};

const figuresOf = (wanted = true) => {
  const asked: (readonly number[])[] = [];
  const arrived: number[][] = [];
  let amount = 100;
  let release: (() => void) | null = null;
  const figures = new ViewFigures({
    ask: async (groups) => {
      asked.push(groups);
      const values = [TOTAL, ...groups].map((_, i) => `${amount + i}.00`);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { rows: Uint32Array.from(values, (_, i) => i + 1), columns: [packColumn(values)] };
    },
    wanted: () => wanted,
    arrived: (groups) => arrived.push([...groups]),
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    figures,
    asked,
    arrived,
    turn,
    answer: async () => {
      await turn();
      release?.();
      await turn();
    },
    amount: (next: number) => {
      amount = next;
    },
  };
};
const TOTAL = -1;
const [A, ROW, B] = pageRows(PAGE) as [SheetRow, SheetRow, SheetRow];

test('a page tells its groups from its rows', () => {
  expect(A).toMatchObject({ index: 10, group: { id: 4, value: 'A', rows: 1, open: true, column: 'name' } });
  expect(ROW).toMatchObject({ index: 11, key: '["1"]' });
  expect(ROW.group).toBeUndefined();
  expect(B).toMatchObject({ index: 12, group: { id: 6, value: 'B', rows: 2, open: false } });
});

describe('figures', () => {
  test('come with the page and are not asked for, except the totals', async () => {
    const { figures, asked, answer } = figuresOf();
    figures.reset();
    expect(figures.value(A, 0)).toBe('5.00');
    await answer();
    expect(asked).toEqual([[]]);
    expect(figures.value(TOTALS_ROW, 0)).toBe('100.00');
    expect(figures.rows).toBe(1);
    expect(figures.value(A, 0)).toBe('5.00');
  });

  test('of what is on the screen are asked for in one call after an edit, others when they are drawn', async () => {
    const { figures, asked, arrived, answer, turn } = figuresOf();
    figures.reset();
    await answer();
    figures.value(A, 0);
    figures.stale();
    figures.stale();
    await answer();
    expect(asked[1]).toEqual([4]);
    expect(arrived).toEqual([[], [4]]);
    expect(figures.value(A, 0)).toBe('101.00');
    expect(figures.value(B, 0)).toBe('7.00');
    await turn();
    expect(asked[2]).toEqual([6]);
  });

  test('that an edit overtook are asked for again', async () => {
    const { figures, asked, answer, amount, turn } = figuresOf();
    figures.reset();
    figures.value(A, 0);
    await turn();
    figures.stale();
    amount(200);
    await answer();
    await answer();
    expect(asked.length).toBe(2);
    expect(figures.value(TOTALS_ROW, 0)).toBe('200.00');
    expect(figures.value(A, 0)).toBe('201.00');
  });

  test('of a view that is gone are dropped', async () => {
    const { figures, answer, amount, turn } = figuresOf();
    figures.reset();
    await turn();
    figures.reset();
    amount(300);
    await answer();
    expect(figures.rows).toBeNull();
    await answer();
    expect(figures.value(TOTALS_ROW, 0)).toBe('300.00');
  });

  test('are not asked for where nothing shows them', async () => {
    const { figures, asked, turn } = figuresOf(false);
    figures.reset();
    figures.stale();
    await turn();
    expect(asked).toEqual([]);
  });
});
