import { expect, test, vi } from 'vitest';
import type { SheetPolicy } from '../../../../shared/model/review.ts';
import { opened } from './opened-model.ts';

const APPROVAL: SheetPolicy = {
  policy: {
    mode: 'approval',
    steps: [{ role: 'reviewer', count: 1 }],
    threshold: null,
    freeColumns: [],
    derivedColumns: [],
    validHours: 24,
  },
  version: 1,
  by: 'keeper',
  at: '2026-11-24T12:00:00Z',
  advisory: false,
  sideDoors: [],
  shared: null,
  canSet: false,
  canReview: false,
};

test('an open sheet shows that its login became a shared one, and that it is none any more, without being opened anew', async () => {
  const { model, backend } = await opened(20, APPROVAL);
  const shared = 'This login works from 2 machines at the same time.';
  const told = (): unknown => model.getSnapshot().opened?.policy?.shared;
  expect(told()).toBeNull();
  backend.policy = { ...APPROVAL, shared };
  backend.tell('review.changed', { batch: null });
  await vi.waitFor(() => expect(told()).toBe(shared));
  backend.policy = APPROVAL;
  backend.tell('review.changed', { batch: null });
  await vi.waitFor(() => expect(told()).toBeNull());
  expect(backend.calls.filter(({ name }) => name === 'sheets.open')).toHaveLength(1);
});
