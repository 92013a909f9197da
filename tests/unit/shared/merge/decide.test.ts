import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DecidedRow, type Decision, decideRow } from '../../../../shared/merge/decide.ts';
import { mergeRow } from '../../../../shared/merge/merge-row.ts';
import { wayLabel, waysOut, whatHappened } from '../../../../shared/merge/wording.ts';
import type { Conflict, ConflictKind } from '../../../../shared/model/batch.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { anyPending, anyPresent, EVERYTHING, factsOf, type Present } from './merge-world.ts';

const decide = (mine: PendingRow, present: Present, decision: Decision): readonly DecidedRow[] =>
  decideRow({
    mine,
    conflicts: mergeRow(mine, factsOf(present)).conflicts,
    decision,
    facts: factsOf(present),
    key: ['k'],
    pending: () => undefined,
  });

const ROW = '["1"]';
const present = (row: Record<string, string | null> | null): Present => ({
  ...EVERYTHING,
  rows: new Map(row ? [[ROW, { k: '1', ...row }]] : []),
});
const update = (
  cells: Record<string, { before: string | null; after: string | null; reason?: string }>,
): PendingRow => ({
  kind: 'update',
  row: ROW,
  cells,
});

describe('deciding a conflict', () => {
  test('keeping mine bases it on what is there, with its reason; other cells of the row stay as they are', () => {
    const mine = update({ a: { before: '1', after: '2', reason: 'agreed' }, b: { before: 'x', after: 'y' } });
    expect(decide(mine, present({ a: '3', b: 'x' }), { kind: 'mine' })).toEqual([
      {
        row: ROW,
        state: update({ a: { before: '3', after: '2', reason: 'agreed' }, b: { before: 'x', after: 'y' } }),
      },
    ]);
  });

  test('taking theirs gives up exactly that cell; a row left without edits is pending no more', () => {
    const mine = update({ a: { before: '1', after: '2' }, b: { before: 'x', after: 'y' } });
    const theirs = { kind: 'theirs' } as const;
    expect(decide(mine, present({ a: '3', b: 'x' }), theirs)).toEqual([
      { row: ROW, state: update({ b: { before: 'x', after: 'y' } }) },
    ]);
    expect(decide(update({ a: { before: '1', after: '2' } }), present({ a: '3' }), theirs)).toEqual([
      { row: ROW, state: null },
    ]);
  });

  test('another value stands on theirs, and is no edit where it is theirs', () => {
    const mine = update({ a: { before: '1', after: '2' } });
    expect(decide(mine, present({ a: '3' }), { kind: 'value', value: '4' })).toEqual([
      { row: ROW, state: update({ a: { before: '3', after: '4' } }) },
    ]);
    expect(decide(mine, present({ a: '3' }), { kind: 'value', value: '3' })).toEqual([
      { row: ROW, state: null },
    ]);
  });

  test('edits of a row that is gone become a new row with its key', () => {
    const mine = update({ a: { before: '1', after: '2' } });
    expect(decide(mine, present(null), { kind: 'anew', row: 'new:7' })).toEqual([
      { row: ROW, state: null },
      { row: 'new:7', state: { kind: 'insert', row: 'new:7', values: { k: '1', a: '2' } } },
    ]);
    expect(decide(mine, present(null), { kind: 'mine' })).toEqual([]);
  });

  test('a new row whose key is taken becomes a change of that row, or goes', () => {
    const mine: PendingRow = { kind: 'insert', row: 'new:1', values: { k: '1', a: '2', b: 'x' } };
    expect(decide(mine, present({ a: '3', b: 'x' }), { kind: 'mine' })).toEqual([
      { row: 'new:1', state: null },
      { row: ROW, state: update({ a: { before: '3', after: '2' } }) },
    ]);
    expect(decide(mine, present({ a: '3', b: 'x' }), { kind: 'theirs' })).toEqual([
      { row: 'new:1', state: null },
    ]);
  });

  test('a deletion of a row that changed is done on what is there now, or given up', () => {
    const mine: PendingRow = { kind: 'delete', row: ROW, before: { a: '1', b: 'x' } };
    expect(decide(mine, present({ a: '3', b: 'x' }), { kind: 'mine' })).toEqual([
      { row: ROW, state: { kind: 'delete', row: ROW, before: { a: '3', b: 'x' } } },
    ]);
    expect(decide(mine, present({ a: '3', b: 'x' }), { kind: 'theirs' })).toEqual([
      { row: ROW, state: null },
    ]);
  });

  test('every kind has its own words and a way out', () => {
    const kinds: ConflictKind[] = [
      ...([
        'changed',
        'missing',
        'exists',
        'column-gone',
        'column-locked',
        'row-locked',
        'closed',
        'rule',
      ] as const),
    ];
    const said = kinds.map((kind) => {
      const conflict: Conflict = { row: ROW, kind, column: 'a', mine: '2' };
      expect(waysOut(conflict).map((way) => wayLabel(conflict, way)).length).toBeGreaterThan(0);
      return whatHappened(conflict);
    });
    expect(new Set(said).size).toBe(kinds.length);
  });
});

describe('any decision', () => {
  const seed = Number(process.env.WRIT_SEED ?? Date.now() % 2 ** 31);
  console.info(`decide seed ${seed}`);

  test('a way out that is offered ends its conflict, and never by overwriting unless mine or another value was chosen', () => {
    fc.assert(
      fc.property(anyPending, anyPresent, (mine, there) => {
        const { conflicts } = mergeRow(mine, factsOf(there));
        for (const conflict of conflicts) {
          for (const way of waysOut(conflict)) {
            const decision: Decision =
              way === 'anew'
                ? { kind: 'anew', row: 'new:9' }
                : way === 'value'
                  ? { kind: 'value', value: '77' }
                  : { kind: way };
            const states = decideRow({
              mine,
              conflicts: [conflict],
              decision,
              facts: factsOf(there),
              key: ['k'],
              pending: () => undefined,
            });
            expect(states.length, `${conflict.kind} ${way}`).toBeGreaterThan(0);
            const left = states.find(({ row }) => row === mine.row)?.state;
            const again = left ? mergeRow(left, factsOf(there)).conflicts : [];
            const same = again.filter(
              ({ kind, column }) => kind === conflict.kind && column === conflict.column,
            );
            expect(same, `${conflict.kind} ${way}`).toEqual([]);
            if (way !== 'theirs' || left?.kind !== 'update' || conflict.column === undefined) continue;
            expect(Object.hasOwn(left.cells, conflict.column)).toBe(false);
          }
        }
      }),
      { seed, numRuns: Number(process.env.WRIT_RUNS ?? 1_000) },
    );
  });
});
