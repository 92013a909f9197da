import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowStore } from '../../../../electron/sheets/row-store.ts';
import { decodeChunk, encodeChunk, UnreadableChunk } from '../../../../electron/snapshots/chunk-codec.ts';
import { unpackColumn } from '../../../../shared/model/rows.ts';

const HEAD_BYTES = 8;
const cell = fc.option(fc.string({ unit: 'binary' }), { nil: null });

test('rows come back as they were kept, with their number known before they are unpacked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), async (rows) => {
      const packed = new RowStore([]).append({ rows, flags: Uint8Array.from(rows, (_, i) => i % 4) });
      if (!packed) throw new Error('nothing to keep');
      const kept = decodeChunk(await encodeChunk(packed));
      expect(kept.count).toBe(rows.length);
      const columns = kept.columns.map(unpackColumn);
      expect(rows.map((_, i) => columns.map((column) => column[i]))).toEqual(rows);
      expect(kept.flags).toEqual(packed.flags);
    }),
  );
});

test('rows of the first format, without their number before them, are still read', async () => {
  const packed = new RowStore([]).append({ rows: [['a', null]], flags: Uint8Array.of(3) });
  if (!packed) throw new Error('nothing to keep');
  const old = decodeChunk((await encodeChunk(packed)).subarray(HEAD_BYTES));
  expect(old.columns.map(unpackColumn)).toEqual([['a'], [null]]);
});

test('what does not unpack, or holds another number of rows, is said when it is looked at', async () => {
  const packed = new RowStore([]).append({ rows: [['a'], ['b']], flags: Uint8Array.of(3, 3) });
  if (!packed) throw new Error('nothing to keep');
  const blob = await encodeChunk(packed);
  const unreadable = expect.objectContaining({ kind: 'unavailable', code: 'snapshot-unreadable' });
  const cut = decodeChunk(blob.subarray(0, blob.length - 4));
  expect(cut.count).toBe(2);
  expect(() => cut.columns).toThrow(unreadable);
  const other = Buffer.from(blob);
  other.writeUInt32LE(3, 4);
  expect(() => decodeChunk(other).flags).toThrow(unreadable);
  expect(() => decodeChunk(Buffer.from('nothing'))).toThrow(UnreadableChunk);
});
