import { expect, test } from 'vitest';
import { submitRefusalOf } from '../../../../renderer/sheet/submit-refusal.ts';
import type { SheetPolicy, TablePolicy } from '../../../../shared/model/review.ts';

const approval: TablePolicy = {
  mode: 'approval',
  steps: [{ role: 'reviewer', count: 1 }],
  threshold: null,
  freeColumns: [],
  derivedColumns: [],
  validHours: 72,
};
const policy = (table: TablePolicy, shared: string | null): SheetPolicy => ({
  policy: table,
  version: 1,
  by: null,
  at: null,
  advisory: false,
  sideDoors: [],
  shared,
  canSet: false,
  canReview: false,
});
const state = { pendingRows: 1, refused: 0, unresolved: 0 };
const SHARED = 'This login works from 2 machines at the same time.';

test('a login that several persons share cannot submit for approval, and is told why', () => {
  expect(submitRefusalOf({ ...state, policy: policy(approval, SHARED) })).toBe(SHARED);
  expect(submitRefusalOf({ ...state, policy: policy(approval, null) })).toBeNull();
  expect(submitRefusalOf({ ...state, policy: policy({ mode: 'open' }, SHARED) })).toBeNull();
});

test('nothing to submit, and an outcome that is not known yet, are told', () => {
  expect(submitRefusalOf({ ...state, pendingRows: 0, policy: null })).toBe('Nothing to submit yet');
  expect(submitRefusalOf({ ...state, unresolved: 1, policy: null })).toContain('has to be settled first');
});
