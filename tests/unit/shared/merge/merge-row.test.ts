import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameIn } from '../../../../shared/merge/facts.ts';
import { mergeRow } from '../../../../shared/merge/merge-row.ts';
import { afterQuiet } from '../../../../shared/merge/quiet.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { aColumn, aSheet } from '../../../support/columns.ts';
import { anyPending, anyPresent, EVERYTHING, factsOf, type Present } from './merge-world.ts';

const ROW = '["1"]';
const stored = { k: '1', a: '10', b: 'x', p: '2026-01' };
const now = (change: Partial<Present> = {}, row: Record<string, string | null> | null = stored): Present => ({
  ...EVERYTHING,
  rows: new Map(row ? [[ROW, row]] : []),
  ...change,
});
const edit = (before: string | null, after: string | null, column = 'a'): PendingRow => ({
  kind: 'update',
  row: ROW,
  cells: { [column]: { before, after } },
});
const kinds = (mine: PendingRow, present: Present): string =>
  mergeRow(mine, factsOf(present))
    .conflicts.map(({ kind, column }) => `${kind}${column ? ` ${column}` : ''}`)
    .join(', ');

describe('one edit against what the warehouse holds now', () => {
  test('a cell nobody touched stays pending without a word, whatever else in the row changed', () => {
    const found = mergeRow(edit('10', '11'), factsOf(now({}, { ...stored, b: 'changed' })));
    expect(found).toEqual({ quiet: null, conflicts: [] });
  });

  test('the same change made there is dropped', () => {
    const mine = edit('10', '11');
    const { quiet, conflicts } = mergeRow(mine, factsOf(now({}, { ...stored, a: '11' })));
    expect(conflicts).toEqual([]);
    expect(quiet && afterQuiet(mine, quiet)).toBeUndefined();
  });

  test('both changed is a conflict that shows base, mine and theirs', () => {
    expect(mergeRow(edit('10', '11'), factsOf(now({}, { ...stored, a: '12' }))).conflicts).toEqual([
      { row: ROW, kind: 'changed', column: 'a', base: '10', mine: '11', theirs: '12' },
    ]);
  });

  test('NULL equals NULL only, and empty text is a value', () => {
    expect(kinds(edit(null, '1'), now({}, { ...stored, a: null }))).toBe('');
    expect(kinds(edit(null, '1'), now({}, { ...stored, a: '' }))).toBe('changed a');
    expect(kinds(edit('', '1'), now({}, { ...stored, a: null }))).toBe('changed a');
  });

  test('a decimal written with another scale is the same value and takes its text as the new base', () => {
    const sheet = aSheet([aColumn({ name: 'a', type: { kind: 'decimal' } })]);
    const facts = factsOf(now({}, { ...stored, a: '10' }));
    const a = { same: sameIn(sheet, 'a'), refusal: () => null, check: () => null };
    const exact = { ...facts, columns: new Map([['a', a]]) };
    const mine = edit('10.00', '11.00');
    const { quiet, conflicts } = mergeRow(mine, exact);
    expect(conflicts).toEqual([]);
    expect(quiet && afterQuiet(mine, quiet)).toEqual(edit('10', '11.00'));
    const same = mergeRow(edit('9', '10.00'), exact);
    expect(same.quiet && afterQuiet(edit('9', '10.00'), same.quiet)).toBeUndefined();
  });

  test('what cannot be written any more is told by its cause', () => {
    const mine = edit('10', '11');
    expect(kinds(mine, now({}, null))).toBe('missing a');
    expect(kinds(mine, now({ columns: ['k', 'b', 'p'] }))).toBe('column-gone a');
    expect(kinds(mine, now({ locked: ['a'] }))).toBe('column-locked a');
    expect(kinds(mine, now({ frozenRows: [ROW] }))).toBe('row-locked a');
    expect(kinds(mine, now({ closed: ['2026-01'] }))).toBe('closed a');
    expect(kinds(mine, now({ forbidden: ['11'] }))).toBe('rule a');
    expect(kinds(edit('2026-01', '2026-02', 'p'), now({ closed: ['2026-02'] }))).toBe('closed p');
  });

  test('a deletion is held against every value seen; a row deleted there needs none', () => {
    const { k: _, ...before } = stored;
    const mine: PendingRow = { kind: 'delete', row: ROW, before };
    expect(kinds(mine, now())).toBe('');
    expect(kinds(mine, now({}, { ...stored, b: 'y' }))).toBe('changed b');
    const gone = mergeRow(mine, factsOf(now({}, null)));
    expect(gone).toEqual({ quiet: { row: ROW, kind: 'gone' }, conflicts: [] });
  });

  test('a new row whose key is taken is a conflict, unless it is there just as entered', () => {
    const mine: PendingRow = { kind: 'insert', row: 'new:1', values: { k: '1', a: '5', b: 'x' } };
    expect(kinds(mine, now())).toBe('exists a');
    expect(mergeRow(mine, factsOf(now({}, { ...stored, a: '5' })))).toEqual({
      quiet: { row: 'new:1', kind: 'gone' },
      conflicts: [],
    });
    expect(kinds(mine, now({}, null))).toBe('');
    expect(kinds(mine, now({ mayInsert: false }, null))).toBe('row-locked');
    expect(kinds(mine, now({ forbidden: ['5'] }, null))).toBe('rule a');
  });

  test('rows nobody has read are left alone', () => {
    const facts = { ...factsOf(now()), theirs: () => ({ kind: 'unknown' }) as const };
    expect(mergeRow(edit('9', '8'), facts)).toEqual({ quiet: null, conflicts: [] });
  });
});

describe('any edit against any present', () => {
  const seed = Number(process.env.WRIT_SEED ?? Date.now() % 2 ** 31);
  const run = { seed, numRuns: Number(process.env.WRIT_RUNS ?? 2_000) };
  console.info(`merge seed ${seed}`);

  test('no edit is lost unless it equals theirs, and none that would overwrite theirs stays without a conflict', () => {
    fc.assert(
      fc.property(anyPending, anyPresent, (mine, present) => {
        const { quiet, conflicts } = mergeRow(mine, factsOf(present));
        const left = quiet ? afterQuiet(mine, quiet) : mine;
        const asked = new Set(conflicts.map(({ column }) => column));
        const there = present.rows.get(mine.row);
        if (mine.kind === 'update') {
          const cells = left?.kind === 'update' ? left.cells : {};
          for (const [column, cell] of Object.entries(mine.cells)) {
            const kept = cells[column];
            if (!kept) {
              expect(there && (there[column] ?? null)).toBe(cell.after);
              continue;
            }
            expect(kept.after).toBe(cell.after);
            if (asked.has(column)) continue;
            // Nobody is asked: then the edit stands on exactly what is there.
            expect(kept.before).toBe(there && (there[column] ?? null));
          }
        } else if (mine.kind === 'delete' && !left) expect(there).toBeUndefined();
        else if (mine.kind === 'delete' && conflicts.length === 0 && left?.kind === 'delete')
          for (const [column, seen] of Object.entries(left.before))
            expect(there?.[column] ?? null).toBe(seen);
        else if (mine.kind === 'insert' && !left) {
          const taken = present.rows.get(JSON.stringify([mine.values.k]));
          for (const [column, entered] of Object.entries(mine.values))
            expect(taken?.[column] ?? null).toBe(entered);
        }
      }),
      run,
    );
  });

  test('merging what a merge left settles nothing more and asks the same', () => {
    fc.assert(
      fc.property(anyPending, anyPresent, (mine, present) => {
        const first = mergeRow(mine, factsOf(present));
        const left = first.quiet ? afterQuiet(mine, first.quiet) : mine;
        if (!left) return;
        const second = mergeRow(left, factsOf(present));
        expect(second.quiet).toBeNull();
        const asked = ({ row, kind, column }: (typeof second.conflicts)[number]) =>
          `${row} ${kind} ${column}`;
        expect(second.conflicts.map(asked)).toEqual(first.conflicts.map(asked));
      }),
      run,
    );
  });
});
