import { Buffer } from 'node:buffer';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../shared/model/failure.ts';
import type { PackedColumn } from '../../shared/model/rows.ts';
import type { PackedChunk } from '../sheets/row-store.ts';

/** Bytes that are not the chunk they should be. */
export class UnreadableChunk extends Error {}

const FORMAT = 1;
/** Stands before the number of rows, so that a chunk can be placed before it is unpacked ("WRC2"). */
const HEAD = 0x32435257;
const HEAD_BYTES = 8;
const LATIN1 = 0;
const UTF16 = 1;
const WIDE = /[^\u0000-\u00ff]/;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Lengths take one byte where all are short; they compress far better than the rising ends do. */
const lengthsOf = (ends: Uint32Array): Uint8Array | Uint32Array => {
  const lengths = new Uint32Array(ends.length);
  let longest = 0;
  for (let i = 0, before = 0; i < ends.length; i++) {
    const end = ends[i] ?? 0;
    const length = end - before;
    lengths[i] = length;
    if (length > longest) longest = length;
    before = end;
  }
  return longest < 256 ? Uint8Array.from(lengths) : lengths;
};

const bytesOf = (array: Uint8Array | Uint32Array): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);

const numbers = (...values: number[]): Buffer => bytesOf(Uint32Array.from(values));

const encodeColumn = ({ text, ends, nulls }: PackedColumn): Buffer[] => {
  const wide = WIDE.test(text);
  const lengths = lengthsOf(ends);
  const body = Buffer.from(text, wide ? 'utf16le' : 'latin1');
  return [
    numbers(wide ? UTF16 : LATIN1, lengths.BYTES_PER_ELEMENT, body.length, nulls ? nulls.length : 0),
    bytesOf(lengths),
    ...(nulls ? [bytesOf(nulls)] : []),
    body,
  ];
};

/** Rows as the bytes of one blob; compressing is done by the thread pool, beside the reading that brings the rows. */
export const encodeChunk = ({ count, columns, flags }: PackedChunk): Promise<Buffer> => {
  const plain = Buffer.concat([
    numbers(FORMAT, count, columns.length),
    bytesOf(flags),
    ...columns.flatMap(encodeColumn),
  ]);
  return new Promise((done, failed) =>
    zstdCompress(plain, LEVEL, (error, bytes) =>
      error ? failed(error) : done(Buffer.concat([numbers(HEAD, count), bytes])),
    ),
  );
};

/**
 * Inverse of `encodeChunk`. Values and flags are unpacked when they are first asked for: AppError `snapshot-unreadable` then where
 * they cannot be. Throws `UnreadableChunk` at once on what is no chunk.
 */
export const decodeChunk = (blob: Buffer): PackedChunk => {
  if (blob.length < HEAD_BYTES) throw new UnreadableChunk('The chunk is too short.');
  // The first files had no head.
  if (blob.readUInt32LE(0) !== HEAD) return unpack(blob);
  return new KeptChunk(blob.readUInt32LE(4), blob.subarray(HEAD_BYTES));
};

class KeptChunk implements PackedChunk {
  readonly count: number;
  #blob: Buffer | null;
  #unpacked: PackedChunk | null = null;

  constructor(count: number, blob: Buffer) {
    this.count = count;
    this.#blob = blob;
  }

  get columns(): readonly PackedColumn[] {
    return (this.#unpacked ?? this.#unpack()).columns;
  }

  get flags(): Uint8Array {
    return (this.#unpacked ?? this.#unpack()).flags;
  }

  #unpack(): PackedChunk {
    let unpacked: PackedChunk | null = null;
    try {
      unpacked = unpack(this.#blob ?? Buffer.alloc(0));
    } catch (error) {
      if (!(error instanceof UnreadableChunk)) throw error;
    }
    if (unpacked?.count !== this.count) throw unreadable();
    this.#unpacked = unpacked;
    this.#blob = null;
    return unpacked;
  }
}

/** Rows kept on this machine that are of no use any more. */
export const unreadable = (): AppError =>
  new AppError(
    'unavailable',
    'snapshot-unreadable',
    'The rows kept on this machine cannot be read. They are read again when the warehouse can be reached.',
  );

const unpack = (blob: Buffer): PackedChunk => {
  let plain: Buffer;
  try {
    plain = zstdDecompressSync(blob);
  } catch (cause) {
    throw new UnreadableChunk('The chunk does not unpack.', { cause });
  }
  let at = 0;
  const take = (bytes: number): Buffer => {
    if (at + bytes > plain.length) throw new UnreadableChunk('The chunk is too short.');
    at += bytes;
    return plain.subarray(at - bytes, at);
  };
  const number = (): number => take(4).readUInt32LE();
  if (number() !== FORMAT) throw new UnreadableChunk('The chunk has another format.');
  const count = number();
  const width = number();
  const flags = Uint8Array.from(take(count));
  const columns: PackedColumn[] = [];
  for (let c = 0; c < width; c++) {
    const encoding = number();
    const size = number();
    const bytes = number();
    const nullBytes = number();
    const ends = endsOf(take(count * size), size, count);
    const nulls = nullBytes > 0 ? Uint8Array.from(take(nullBytes)) : undefined;
    const text = encoding === UTF16 ? take(bytes).toString('utf16le') : take(bytes).toString('latin1');
    if ((ends.at(-1) ?? 0) !== text.length) throw new UnreadableChunk('The chunk contradicts itself.');
    columns.push(nulls ? { text, ends, nulls } : { text, ends });
  }
  return { count, columns, flags };
};

const endsOf = (lengths: Buffer, size: number, count: number): Uint32Array<ArrayBuffer> => {
  const ends = new Uint32Array(count);
  let end = 0;
  if (size === 1)
    for (let i = 0; i < count; i++) {
      end += lengths[i] ?? 0;
      ends[i] = end;
    }
  else
    for (let i = 0; i < count; i++) {
      end += lengths.readUInt32LE(i * 4);
      ends[i] = end;
    }
  return ends;
};
