import fc from 'fast-check';

/** Rows that are there at the start. */
export const STORED = ['1', '2', '3'] as const;
/** Every row there may be. */
export const IDS = [...STORED, '4', '5'] as const;

const anyRow = fc.constantFrom(...IDS);
const value = fc.constantFrom('a', 'b', 'c', 'd');

/** What a person, the link and others do, in any order. */
export const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('edit' as const), row: anyRow, value }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert' as const), row: anyRow, value }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), row: anyRow }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'undo' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'redo' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('discard' as const), row: fc.option(anyRow) }) },
  { weight: 5, arbitrary: fc.constant({ kind: 'submit' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      to: fc.constantFrom('server' as const, 'client' as const),
      message: fc.integer({ min: 0, max: 45 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'cancel' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'resume' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('other' as const), row: anyRow, value }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('other-insert' as const), row: anyRow, value }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('other-delete' as const), row: anyRow }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'refresh' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('decide' as const), mine: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
);
export type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;
