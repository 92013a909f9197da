import fc from 'fast-check';
import { expect, test } from 'vitest';
import { edgeOf, placeOf } from '../../../../electron/sheets/edge.ts';
import { RowStore } from '../../../../electron/sheets/row-store.ts';
import type { Searched } from '../../../../electron/sheets/search.ts';
import { edge } from '../../../../renderer/grid/ranges/selection.ts';
import { rowKeyOf } from '../../../../shared/model/rows.ts';
import { aColumn, aSheet } from '../../../support/columns.ts';
import { plainView } from './sheet-fixture.ts';

const definition = aSheet(
  [aColumn({ name: 'id', type: { kind: 'text' } }), aColumn({ name: 'memo', type: { kind: 'text' } })],
  { key: ['id'] },
);

/** A view of rows with or without a memo, the last `fresh` of them only in the journal. */
const viewOf = (filled: readonly boolean[], fresh: number): Searched => {
  const store = new RowStore([0]);
  const stored = filled.slice(0, filled.length - fresh);
  store.append({
    rows: stored.map((has, i) => [`r${i}`, has ? 'x' : null]),
    flags: new Uint8Array(stored.length),
  });
  const added = filled.slice(stored.length).map((has, i) => ({ key: `new:${i}`, has }));
  return {
    view: plainView(
      definition,
      store,
      null,
      added.map(({ key }) => key),
    ),
    definition,
    pending: new Map(
      added.map(({ key, has }) => [key, { kind: 'insert', row: key, values: { memo: has ? 'x' : null } }]),
    ),
    breathe: async () => {},
  };
};

test('a jump up or down ends where the same jump over loaded cells would', async () => {
  const rows = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(rows, fc.nat(), fc.nat(), fc.boolean(), async (filled, f, n, down) => {
      const from = f % filled.length;
      const fresh = n % (filled.length + 1);
      const near = edge(
        { row: from, column: 0 },
        down ? 'down' : 'up',
        { rows: filled.length, columns: 1 },
        ({ row }) => filled[row],
      );
      expect(await edgeOf(viewOf(filled, fresh), 'memo', from, down)).toBe(near.row);
    }),
  );
});

test('a row has its place in the order of the view, and none where the view does not show it', () => {
  const { view } = viewOf([true, true, true], 1);
  const sorted = { ...view, order: Uint32Array.of(1) };
  expect(placeOf(view, rowKeyOf(['r1']))).toBe(1);
  expect(placeOf(sorted, rowKeyOf(['r1']))).toBe(0);
  expect(placeOf(sorted, rowKeyOf(['r0']))).toBeNull();
  expect(placeOf(view, 'new:0')).toBe(2);
  expect(placeOf(view, rowKeyOf(['gone']))).toBeNull();
});
