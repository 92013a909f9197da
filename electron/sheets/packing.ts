import { type PackedColumn, packColumn, packedValue, type RowKey } from '../../shared/model/rows.ts';

/** Entries `start` to `end` of a packed column, without unpacking them. */
export const slicePacked = (packed: PackedColumn, start: number, end: number): PackedColumn => {
  const from = start === 0 ? 0 : (packed.ends[start - 1] ?? 0);
  const to = end === 0 ? 0 : (packed.ends[end - 1] ?? 0);
  const ends = packed.ends.slice(start, end);
  if (from > 0) for (let i = 0; i < ends.length; i++) ends[i] = (ends[i] ?? 0) - from;
  const text = packed.text.slice(from, to);
  return packed.nulls ? { text, ends, nulls: sliceBits(packed.nulls, start, end) } : { text, ends };
};

/** Packed columns one after the other as one. */
export const joinPacked = (parts: readonly PackedColumn[]): PackedColumn => {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const count = parts.reduce((sum, { ends }) => sum + ends.length, 0);
  const ends = new Uint32Array(count);
  const nulls = parts.some((part) => part.nulls) ? new Uint8Array((count + 7) >> 3) : undefined;
  let at = 0;
  let text = '';
  for (const part of parts) {
    for (let i = 0; i < part.ends.length; i++) {
      ends[at + i] = text.length + (part.ends[i] ?? 0);
      if (nulls && part.nulls && bit(part.nulls, i)) setBit(nulls, at + i);
    }
    at += part.ends.length;
    text += part.text;
  }
  return nulls ? { text, ends, nulls } : { text, ends };
};

/** The row keys that packed key columns make, packed; `rowKeyOf` of each row. */
export const packKeys = (columns: readonly PackedColumn[], count: number): PackedColumn => {
  const keys: string[] = [];
  for (let i = 0; i < count; i++) keys.push(keyText(columns.map((column) => packedValue(column, i))));
  return packColumn(keys);
};

const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/** `rowKeyOf`, without the general way of JSON where no character needs it. */
export const keyText = (values: readonly (string | null)[]): RowKey => {
  let key = '[';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) key += ',';
    if (value === null || value === undefined) key += 'null';
    else if (NEEDS_ESCAPE.test(value)) key += JSON.stringify(value);
    else key += `"${value}"`;
  }
  return `${key}]`;
};

const bit = (bits: Uint8Array, i: number): number => ((bits[i >> 3] ?? 0) >> (i & 7)) & 1;

const setBit = (bits: Uint8Array, i: number): void => {
  bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
};

const sliceBits = (bits: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> => {
  const sliced = new Uint8Array((end - start + 7) >> 3);
  for (let i = start; i < end; i++) if (bit(bits, i)) setBit(sliced, i - start);
  return sliced;
};
