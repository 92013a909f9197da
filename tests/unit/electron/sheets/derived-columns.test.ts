import { expect, test } from 'vitest';
import { withDerivedColumns } from '../../../../electron/sheets/derived-columns.ts';
import type { SheetPolicy, TablePolicy } from '../../../../shared/model/review.ts';
import type { SheetDefinition } from '../../../../shared/model/sheet.ts';
import { column, definition as sheet } from './sheet-fixture.ts';

const definition: SheetDefinition = {
  ...sheet,
  columns: [
    column('id', { kind: 'integer', bits: 32 }),
    column('stamp', { kind: 'text' }),
    column('total', { kind: 'text' }, { readOnly: { cause: 'generated', reason: 'x' } }),
  ],
};

const under = (policy: TablePolicy): SheetPolicy => ({
  ...{
    policy,
    version: 1,
    by: null,
    at: null,
    advisory: false,
    sideDoors: [],
    canSet: false,
    canReview: false,
  },
});
const approval = under({
  ...{ mode: 'approval', steps: [{ role: 'reviewer', count: 1 }], threshold: null, freeColumns: [] },
  ...{ derivedColumns: ['stamp', 'total'], validHours: 72 },
});

test('a column that the policy leaves to triggers cannot be typed into, and says why', () => {
  const causes = withDerivedColumns(definition, approval).columns.map(({ readOnly }) => readOnly?.cause);
  expect(causes).toEqual([undefined, 'derived', 'generated']);
  expect(withDerivedColumns(definition, approval).columns[1]?.readOnly?.reason).toContain(
    'filled by triggers',
  );
});

test('an open policy, or none, leaves the definition as it is', () => {
  expect(withDerivedColumns(definition, under({ mode: 'open' }))).toBe(definition);
  expect(withDerivedColumns(definition, null)).toBe(definition);
});
