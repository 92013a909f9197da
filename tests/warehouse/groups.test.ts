import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackColumn } from '../../shared/model/rows.ts';
import { PLAIN_QUERY } from '../../shared/model/view.ts';
import { inserting, setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, SHEET, SOURCE, submit, type World } from './backend-world.ts';

let world: World;
let ann: TestClient;

beforeAll(async () => {
  world = await openWorld();
  ann = await world.signedIn('ann');
  await ann.call('sheets.open', { source: SOURCE });
});
afterAll(async () => {
  ann.close();
  await world.close();
});

const grouped = (groups: readonly string[] = ['center']) =>
  ann.call('rows.view', { sheet: SHEET, query: { ...PLAIN_QUERY, groups: [...groups] } });

/** Keys and amounts as shown. */
const page = async (view: number): Promise<(readonly [string | null, string | null])[]> => {
  const { keys, columns } = await ann.call('rows.page', { sheet: SHEET, view, start: 0, count: 100 });
  const amounts = unpackColumn(columns[2] ?? keys);
  return unpackColumn(keys).map((key, i) => [key, amounts[i] ?? null]);
};

const totals = async (view: number, groups: readonly number[] = []) => {
  const { rows, columns } = await ann.call('rows.totals', { sheet: SHEET, view, groups: [...groups] });
  return { rows: [...rows], amounts: unpackColumn(columns[2] ?? { text: '', ends: new Uint32Array() }) };
};

test('groups show exact subtotals, open alone, follow edits, and stay open over a submit', async () => {
  const closed = await grouped();
  expect(await page(closed.view)).toEqual([
    ['group:["C1"]', '2100.00'],
    ['group:["C2"]', '2100.00'],
  ]);
  const fold = { kind: 'group', group: 1, open: true } as const;
  const open = await ann.call('rows.fold', { sheet: SHEET, view: closed.view, fold });
  expect(open.rows).toBe(8);
  expect(await ann.refusal('rows.page', { sheet: SHEET, view: closed.view, start: 0, count: 9 })).toBe(
    'conflict view-gone',
  );

  const step = setting(SHEET, 'amount', [['["C2","1"]', '100.00', '0.07']]);
  await ann.call('edits.append', { step });
  expect(await totals(open.view, [0, 1])).toEqual({
    rows: [12, 6, 6],
    amounts: ['4100.07', '2100.00', '2000.07'],
  });
  expect((await page(open.view))[1]).toEqual(['group:["C2"]', '2000.07']);
  await ann.call('edits.undo', { sheet: SHEET });
  expect((await totals(open.view, [1])).amounts).toEqual(['4200.00', '2100.00']);
  await ann.call('edits.redo', { sheet: SHEET });

  expect(await submit(ann)).toMatchObject({ kind: 'committed' });
  await ann.call('sheets.open', { source: SOURCE });
  const again = await grouped();
  expect(again.rows).toBe(8);
  expect((await page(again.view))[1]).toEqual(['group:["C2"]', '2000.07']);
});

test('a row in a closed group is found again by its key', async () => {
  const { view } = await grouped(['center', 'owner']);
  const row = '["C1","4"]';
  const revealed = await ann.call('rows.reveal', { sheet: SHEET, view, row });
  expect((await page(revealed.view))[revealed.place ?? -1]?.[0]).toBe(row);
  expect(await ann.call('rows.reveal', { sheet: SHEET, view: revealed.view, row: '["C9","1"]' })).toEqual({
    view: revealed.view,
    rows: revealed.rows,
    place: null,
  });
});

test('totals of a sheet without groups count new rows, and those of a filter only its rows', async () => {
  const all = await ann.call('rows.view', { sheet: SHEET, query: PLAIN_QUERY });
  const before = await totals(all.view);
  await ann.call('edits.append', {
    step: inserting(SHEET, 'new:1', { center: 'C1', month: '7', amount: '0.01' }),
  });
  const after = await totals(all.view);
  expect([before.amounts, after.amounts]).toEqual([['4100.07'], ['4100.08']]);
  expect(after.rows[0]).toBe((before.rows[0] ?? 0) + 1);
  const filters = [{ kind: 'equals', column: 'center', value: 'C1' } as const];
  const some = await ann.call('rows.view', { sheet: SHEET, query: { ...PLAIN_QUERY, filters } });
  expect((await totals(some.view)).amounts).toEqual(['2100.01']);
  await ann.call('edits.discard', { sheet: SHEET });
});
