import { expect, test } from 'vitest';
import { isLabelled } from '../../../../renderer/grid/columns.ts';
import type { GridModel } from '../../../../renderer/grid/grid-model.ts';
import { column, opened, rowAt } from '../sheet/opened-model.ts';

test('a column is fitted to its labels for good once rows are there to fit, not while a filter still looks for them', async () => {
  const { model } = await opened();
  const row = await rowAt(model, 0);
  const labelled = (rows: GridModel['rows']): Pick<GridModel, 'rows' | 'look'> => ({
    rows,
    look: () => ({ text: 'a', label: 'A', marks: '', note: null, readOnly: false }),
  });
  const there = labelled(() => [row]);
  expect(isLabelled(column('id'), there)).toBe(true);
  expect(
    isLabelled(
      column('id'),
      labelled(() => new Promise(() => {})),
    ),
  ).toBe(false);
  expect(
    isLabelled(
      column('id'),
      labelled(() => []),
    ),
  ).toBe(false);
});
