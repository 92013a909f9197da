import type { ColumnType } from '../../shared/model/sheet.ts';
import { compareValues } from '../../shared/values/compare.ts';
import type { Breath } from './breathe.ts';
import { sortRows } from './sorting.ts';

export interface OrderInput {
  /** The rows to be ordered; numbers below `total`. */
  readonly order: Uint32Array;
  readonly total: number;
  readonly type: ColumnType;
  readonly descending: boolean;
  readonly breathe: Breath;
}

export type CompareRows = (a: number, b: number) => number;

const NUMERIC: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);
/** Decimal text up to this length is told apart by doubles (IEEE 754: 15 digits survive). */
const EXACT_LENGTH = 15;

/** Compares rows by one column, everything that can be found out once found out before. NULLs come last in either direction. */
export const rowOrder = (input: OrderInput, valueAt: (row: number) => string | null): Promise<CompareRows> =>
  NUMERIC.has(input.type.kind) ? byNumber(input, valueAt) : byRank(input, valueAt);

/** By doubles, which order almost all numbers; the exact comparison decides those they cannot tell apart. */
const byNumber = async (
  { order, total, type, descending, breathe }: OrderInput,
  valueAt: (row: number) => string | null,
): Promise<CompareRows> => {
  const doubles = new Float64Array(total);
  const nulls = new Uint8Array(total);
  let inexact = false;
  for (let i = 0; i < order.length; i++) {
    if ((i & 0x3ff) === 0) await breathe();
    const row = order[i] ?? 0;
    const value = valueAt(row);
    if (value === null) nulls[row] = 1;
    else {
      const double = Number(value);
      // NaN stands above every number (PostgreSQL manual 8.1), infinity just below it.
      doubles[row] = Number.isNaN(double) ? Number.POSITIVE_INFINITY : double;
      inexact ||= value.length > EXACT_LENGTH || !Number.isFinite(double);
    }
  }
  const exact = compareValues(type);
  const sign = descending ? -1 : 1;
  return (a, b) => {
    if (nulls[a] || nulls[b]) return (nulls[a] ?? 0) - (nulls[b] ?? 0);
    const x = doubles[a] ?? 0;
    const y = doubles[b] ?? 0;
    if (x !== y) return x < y ? -sign : sign;
    return inexact ? sign * exact(valueAt(a) ?? '', valueAt(b) ?? '') : 0;
  };
};

/** By the rank of the value: distinct values are sorted once, so that a million rows compare cheaply. */
const byRank = async (
  { order, total, type, descending, breathe }: OrderInput,
  valueAt: (row: number) => string | null,
): Promise<CompareRows> => {
  const slots = new Map<string, number>();
  const values: string[] = [];
  const slotOf = new Int32Array(total).fill(-1);
  for (let i = 0; i < order.length; i++) {
    if ((i & 0x3ff) === 0) await breathe();
    const row = order[i] ?? 0;
    const value = valueAt(row);
    if (value === null) continue;
    let slot = slots.get(value);
    if (slot === undefined) {
      slot = values.length;
      slots.set(value, slot);
      values.push(value);
    }
    slotOf[row] = slot;
  }
  const exact = compareValues(type);
  const compare: CompareRows = (a, b) => exact(values[a] ?? '', values[b] ?? '');
  const sorted = new Uint32Array(values.length);
  for (let i = 0; i < sorted.length; i++) sorted[i] = i;
  await sortRows(sorted, compare, breathe);
  const rank = new Float64Array(values.length);
  for (let i = 0, last = 0; i < sorted.length; i++) {
    if ((i & 0xfff) === 0) await breathe();
    const slot = sorted[i] ?? 0;
    if (i > 0 && compare(sorted[i - 1] ?? 0, slot) !== 0) last = i;
    rank[slot] = last;
  }
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const x = slotOf[a] ?? -1;
    const y = slotOf[b] ?? -1;
    if (x < 0 || y < 0) return x < 0 && y < 0 ? 0 : x < 0 ? 1 : -1;
    return sign * ((rank[x] ?? 0) - (rank[y] ?? 0));
  };
};
