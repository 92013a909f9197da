import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import { packCall, unpackCall } from '../../../../shared/contract/pack-sets.ts';
import type { CallFrame } from '../../../../shared/contract/wire.ts';
import type { CellSets } from '../../../../shared/model/edit.ts';

const STEP = {
  id: '00000000-0000-7000-8000-000000000001',
  sheet: 's',
  at: '2026-11-28T12:00:00Z',
  label: 'Paste',
};
const callOf = (sets: unknown): CallFrame => ({
  kind: 'call',
  id: 7,
  name: 'edits.append',
  input: { step: { ...STEP, sets } },
});

/** At least as many cells as are packed, repeating those given. */
const blockOf = (
  cells: readonly { row: string; column: number; before: string | null; after: string | null }[],
): CellSets => {
  const all = Array.from({ length: 600 }, (_, i) => cells[i % cells.length] ?? cells[0]);
  return {
    columns: ['amount', '__proto__', ''],
    rows: all.map((cell) => cell?.row ?? ''),
    columnOf: all.map((cell) => cell?.column ?? 0),
    before: all.map((cell) => cell?.before ?? null),
    after: all.map((cell) => cell?.after ?? null),
    reasons: { '3': 'Agreed.' },
  };
};

const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const cell = fc.record({
  row: fc.constantFrom('["a"]', '["b"]', '["ü","1"]', 'new:1'),
  column: fc.nat(2),
  before: fc.option(text),
  after: fc.option(text),
});

test('a large step arrives as it was sent, over a line that encodes it too', () => {
  const line = new Packr({ structuredClone: true, moreTypes: true });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 40 }), (cells) => {
      const call = callOf(blockOf(cells));
      const packed = packCall(call);
      expect(packed).not.toEqual(call);
      expect(unpackCall(packed)).toEqual(call);
      expect(unpackCall(line.unpack(line.pack(packed)) as CallFrame)).toEqual(call);
    }),
    { verbose: 1 },
  );
});

test('small steps and other calls go as they are', () => {
  const small = callOf({ columns: ['amount'], rows: ['["a"]'], columnOf: [0], before: [null], after: ['1'] });
  expect(packCall(small)).toBe(small);
  expect(unpackCall(small)).toBe(small);
  const other: CallFrame = { kind: 'call', id: 1, name: 'rows.page', input: { step: { sets: blockOf([]) } } };
  expect(packCall(other)).toBe(other);
});

test('what is packed wrongly is left for the check of the input to refuse', () => {
  const packed = packCall(callOf(blockOf([{ row: 'a', column: 0, before: null, after: '1' }])));
  const { step } = packed.input as { step: { sets: Record<string, unknown> } };
  const broken = callOf({ ...step.sets, columnOf: 'all' });
  expect(unpackCall(broken)).toBe(broken);
  // Places beyond the cells there are cost nothing.
  const long = callOf({ ...step.sets, ends: Uint32Array.of(4_294_967_295) });
  const { step: unpacked } = unpackCall(long).input as { step: { sets: CellSets } };
  expect(unpacked.sets.rows).toHaveLength(600);
});
