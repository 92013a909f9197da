import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameEncoding } from '../../../../shared/contract/encoding.ts';
import {
  packFrame,
  packPending,
  unpackFrame,
  unpackInTurns,
  unpackPending,
} from '../../../../shared/contract/pack-pending.ts';
import { type HostFrame, hostFrame } from '../../../../shared/contract/wire.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';

const column = fc.constantFrom('amount', 'memo', 'constructor', '__proto__', 'Ü"\u0301', '0');
const cell = fc.option(fc.string({ unit: 'grapheme' }), { nil: null });
const recordOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.uniqueArray(fc.tuple(column, value), { selector: ([name]) => name }).map((entries) => {
    // As JSON would make it: a column called __proto__ is an own property like any other.
    const record: Record<string, T> = {};
    for (const [name, each] of entries)
      Object.defineProperty(record, name, {
        value: each,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    return record;
  });
const change = fc.record(
  { before: cell, after: cell, reason: fc.string() },
  { requiredKeys: ['before', 'after'] },
);
const pendingRow: fc.Arbitrary<PendingRow> = fc.oneof(
  fc.record({ kind: fc.constant('update' as const), row: fc.string(), cells: recordOf(change) }),
  fc.record({ kind: fc.constant('insert' as const), row: fc.string(), values: recordOf(cell) }),
  fc.record({ kind: fc.constant('delete' as const), row: fc.string(), before: recordOf(cell) }),
);

test('pending rows packed as columns come back as they were', () => {
  fc.assert(
    fc.property(fc.array(pendingRow, { maxLength: 30 }), (rows) => {
      const packed = packPending(rows);
      if (!packed) throw new Error('Not packed.');
      expect(unpackPending(structuredClone(packed))).toEqual(rows);
      const bytes = createFrameEncoding().encode(packed);
      expect(unpackPending(createFrameEncoding().decode(bytes) as typeof packed)).toEqual(rows);
    }),
  );
});

const many = (count: number): PendingRow[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'update',
    row: `["${i}"]`,
    cells: { amount: { before: null, after: `${i}.50` } },
  }));

test('many rows are taken apart in turns, and come out as in one', async () => {
  const rows = many(9_001);
  const frame: HostFrame = {
    kind: 'event',
    name: 'pending.changed',
    event: { delta: { rows, cleared: [] } },
  };
  let turns = 0;
  const turn = async (): Promise<void> => void turns++;
  expect(await unpackInTurns(packFrame(frame), turn)).toEqual(frame);
  expect(turns).toBeGreaterThan(2);
  expect(await unpackInTurns(frame, turn)).toBe(frame);
});

test('a frame with many pending rows crosses as columns wherever it has them, and any other as it is', () => {
  const rows = many(1_000);
  const counts = { cells: 1_000, updated: 1_000, inserted: 0, deleted: 0, undo: 'Paste', redo: null };
  const delta = { sheet: 's', rows, cleared: ['["x"]'], counts };
  const frames: HostFrame[] = [
    { kind: 'answer', id: 1, ok: true, output: delta },
    { kind: 'answer', id: 2, ok: true, output: { delta, conflicts: [] } },
    { kind: 'answer', id: 3, ok: true, output: { definition: 1, pending: { rows, counts } } },
    { kind: 'event', name: 'pending.changed', event: { delta } },
  ];
  for (const frame of frames) {
    const packed = packFrame(frame);
    expect(JSON.stringify(packed)).not.toContain('"after"');
    expect(unpackFrame(hostFrame.parse(structuredClone(packed)))).toEqual(frame);
  }
  const plain: HostFrame[] = [
    { kind: 'answer', id: 4, ok: true, output: { ...delta, rows: many(3) } },
    { kind: 'answer', id: 5, ok: true, output: { rows: rows.map((row) => ({ ...row, label: 'x' })) } },
    { kind: 'answer', id: 6, ok: true, output: null },
    { kind: 'answer', id: 7, ok: true, output: rows },
    { kind: 'event', name: 'x', event: undefined },
  ];
  for (const frame of plain) {
    expect(packFrame(frame)).toBe(frame);
    expect(unpackFrame(frame)).toBe(frame);
  }
});
