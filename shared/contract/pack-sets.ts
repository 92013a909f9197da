import { z } from 'zod';
import { type CellSets, cellSets } from '../model/edit.ts';
import { type PackedColumn, packColumn, packedColumn, packedValue } from '../model/rows.ts';
import type { CallFrame } from './wire.ts';

/** The cells of a step as columns: a large paste goes out in a few milliseconds, which the window waits for. */
const packedSets = z.object({
  packed: z.literal('sets'),
  columns: z.array(z.string()),
  /** The row of each run of cells in the same row, and where the run ends among all cells. */
  rows: packedColumn,
  ends: z.instanceof(Uint32Array),
  columnOf: z.instanceof(Uint32Array),
  before: packedColumn,
  after: packedColumn,
  reasons: cellSets.shape.reasons,
});
type PackedSets = z.infer<typeof packedSets>;

/** Fewer cells than this are as quick as they are. */
const MANY = 500;
/** Characters one text may have on the way; longer ones go cell by cell. */
const LONGEST_TEXT = 100_000_000;

const packSets = ({ columns, rows, columnOf, before, after, reasons }: CellSets): PackedSets | null => {
  const runs: string[] = [];
  const ends: number[] = [];
  let length = 0;
  let last: string | undefined;
  for (const [i, row] of rows.entries()) {
    length += (before[i]?.length ?? 0) + (after[i]?.length ?? 0);
    if (row === last) {
      ends[ends.length - 1] = i + 1;
      continue;
    }
    runs.push(row);
    ends.push(i + 1);
    length += row.length;
    last = row;
  }
  if (length > LONGEST_TEXT) return null;
  return {
    packed: 'sets',
    columns,
    rows: packColumn(runs),
    ends: Uint32Array.from(ends),
    columnOf: Uint32Array.from(columnOf),
    before: packColumn(before),
    after: packColumn(after),
    ...(reasons ? { reasons } : {}),
  };
};

const unpackSets = ({ columns, rows, ends, columnOf, before, after, reasons }: PackedSets): CellSets => {
  const count = columnOf.length;
  const keys: string[] = [];
  for (const [run, end] of ends.entries()) {
    const row = packedValue(rows, run) ?? '';
    while (keys.length < end && keys.length < count) keys.push(row);
  }
  const values = (column: PackedColumn): (string | null)[] =>
    Array.from({ length: count }, (_, i) => packedValue(column, i));
  return {
    columns,
    rows: keys,
    columnOf: Array.from(columnOf),
    before: values(before),
    after: values(after),
    ...(reasons ? { reasons } : {}),
  };
};

/** A call with the cells of its step as columns, where it has many; any other call as it is. */
export const packCall = (frame: CallFrame): CallFrame =>
  inStep(frame, (sets) => {
    const known = isSets(sets) && sets.rows.length >= MANY;
    return known ? packSets(sets) : null;
  });

/** The call as it was made: `packCall` backwards. What is not packed as it should be stays as it is, and is refused as input. */
export const unpackCall = (frame: CallFrame): CallFrame =>
  inStep(frame, (sets) => {
    const packed = packedSets.safeParse(sets);
    return packed.success ? unpackSets(packed.data) : null;
  });

const inStep = (frame: CallFrame, change: (sets: unknown) => unknown): CallFrame => {
  if (frame.name !== 'edits.append' || !isRecord(frame.input)) return frame;
  const { step } = frame.input;
  const sets = isRecord(step) && 'sets' in step ? change(step.sets) : null;
  return sets === null ? frame : { ...frame, input: { ...frame.input, step: { ...(step as object), sets } } };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// The window made the step; it is checked as input where it arrives.
const isSets = (sets: unknown): sets is CellSets => isRecord(sets) && Array.isArray(sets.rows);
