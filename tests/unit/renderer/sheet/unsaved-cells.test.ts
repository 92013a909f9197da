import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellSetsOf } from '../../../../renderer/sheet/steps.ts';
import { type UnsavedCell, UnsavedCells } from '../../../../renderer/sheet/unsaved-cells.ts';

const ROWS = ['["a"]', '["b"]', '["c"]', 'new:d'];
// Names an object has from the beginning are columns like any other.
const COLUMNS = ['amount', 'memo', '__proto__'];

const setsOf = (cells: readonly (readonly [row: string, column: string, value: string | null])[]) =>
  cellSetsOf(cells.map(([row, column, after]) => ({ row, column, before: null, after })));

const cell = fc.tuple(
  fc.constantFrom(...ROWS),
  fc.constantFrom(...COLUMNS),
  fc.option(fc.constantFrom('1', '2', '3')),
);
const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      cells: fc.array(cell, { minLength: 1, maxLength: 9 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('keep', 'fail', 'retry'), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), cell }) },
);

test('whether steps are held whole or cell by cell, every cell has the value set last until its step is kept', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 14 }), fc.constantFrom(1, 3, 5, 100), (acts, large) => {
      const held = new UnsavedCells(large);
      const expected = new Map<string, UnsavedCell>();
      const steps: { id: string; sets: ReturnType<typeof setsOf> }[] = [];
      const name = (row: string, column: string): string => JSON.stringify([row, column]);
      const change = (id: string, next: (found: UnsavedCell) => UnsavedCell | null): void => {
        for (const [at, found] of expected) {
          if (found.step !== id) continue;
          const changed = next(found);
          if (changed) expected.set(at, changed);
          else expected.delete(at);
        }
      };
      for (const each of acts) {
        if (each.kind === 'send') {
          const id = `step ${steps.length}`;
          const sets = setsOf(each.cells);
          steps.push({ id, sets });
          const touched = held.send(id, sets);
          expect(new Set(touched)).toEqual(new Set(sets.rows));
          expect(touched.size).toBe(new Set(sets.rows).size);
          for (const row of ROWS) expect(touched.has(row)).toBe(sets.rows.includes(row));
          for (const [row, column, value] of each.cells)
            expected.set(name(row, column), { step: id, value, failure: null });
        } else if (each.kind === 'delete') {
          const [row, column] = each.cell;
          expect(held.delete(row, column)).toBe(expected.delete(name(row, column)));
        } else if (steps.length > 0) {
          const { id, sets } = steps[each.which % steps.length] ?? steps[0] ?? { id: '', sets: setsOf([]) };
          const failure = each.kind === 'fail' ? 'The disk is full.' : null;
          if (each.kind === 'keep') {
            expect(new Set(held.keep(id, sets))).toEqual(new Set(sets.rows));
            change(id, () => null);
          } else {
            const marked = new Set(held.mark(id, sets, failure));
            for (const [at, { step }] of expected)
              if (step === id) expect(marked).toContain(JSON.parse(at)[0]);
            change(id, (found) => ({ ...found, failure }));
          }
        }
        for (const row of ROWS) {
          const known = COLUMNS.map((column) => expected.get(name(row, column)));
          expect(COLUMNS.map((column) => held.get(row, column))).toEqual(known);
          expect(held.hasRow(row)).toBe(known.some((found) => found !== undefined));
        }
      }
    }),
    { verbose: 1 },
  );
});

test('a value typed over a large step outlives it, and the step does not bring its own back', () => {
  const held = new UnsavedCells(2);
  const block = setsOf([
    ['["a"]', 'amount', '1'],
    ['["b"]', 'amount', '1'],
  ]);
  held.send('paste', block);
  const typed = setsOf([['["a"]', 'amount', '2']]);
  held.send('edit', typed);
  held.mark('paste', block, 'The disk is full.');
  expect(held.get('["a"]', 'amount')).toEqual({ step: 'edit', value: '2', failure: null });
  held.keep('edit', typed);
  expect(held.get('["a"]', 'amount')).toBeUndefined();
  expect(held.get('["b"]', 'amount')?.failure).toBe('The disk is full.');
});
