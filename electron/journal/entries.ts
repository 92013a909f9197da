import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { QuietChange } from '../../shared/merge/quiet.ts';
import type { EditStep } from '../../shared/model/edit.ts';
import type { DecidedStep, OpenBatch, Refusal } from './journal.ts';

/** What the journal records; the state of a sheet is the fold of its entries in order, nothing else. */
export type Entry =
  | { readonly kind: 'step'; readonly step: EditStep }
  | { readonly kind: 'undo'; readonly sheet: string }
  | { readonly kind: 'redo'; readonly sheet: string }
  | {
      readonly kind: 'discard';
      readonly sheet: string;
      readonly rows?: readonly string[];
      readonly at: string;
      readonly id: string;
    }
  | ({ readonly kind: 'decide'; readonly sheet: string } & DecidedStep)
  | {
      readonly kind: 'merge';
      readonly sheet: string;
      readonly changes: readonly QuietChange[];
      readonly at: string;
    }
  | { readonly kind: 'submit'; readonly batch: OpenBatch }
  | { readonly kind: 'proof'; readonly batch: string; readonly proof: string }
  | {
      readonly kind: 'settle';
      readonly batch: string;
      readonly outcome: Settlement;
      readonly refusal?: Refusal;
    }
  | { readonly kind: 'queue'; readonly batch: OpenBatch }
  | {
      readonly kind: 'release';
      readonly sheet: string;
      readonly batch: string;
      readonly how: 'cancel' | 'send';
      readonly review?: boolean;
    }
  | { readonly kind: 'dismiss'; readonly sheet: string; readonly batch: string }
  | { readonly kind: 'review-end'; readonly batch: string; readonly how: 'returned' | 'committed' };

/** How a batch that was open goes on. */
export type Settlement = 'committed' | 'not-committed' | 'under-review' | 'queued';

// First byte of a body. Small entries stay inside one page anyway; a paste shrinks to a fraction, which saves more
// time in cipher and disk than compressing costs.
const PLAIN = 0;
const ZSTD = 1;
const COMPRESS_FROM = 4096;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** One entry as the bytes of one row: a format byte, then JSON (which, unlike UTF-8, keeps lone surrogates). */
export const encodeEntry = (entry: Entry): Buffer => {
  const json = Buffer.from(JSON.stringify(entry), 'utf8');
  return json.length < COMPRESS_FROM
    ? Buffer.concat([Buffer.of(PLAIN), json])
    : Buffer.concat([Buffer.of(ZSTD), zstdCompressSync(json, LEVEL)]);
};

/** Inverse of `encodeEntry`; throws on anything else. The cipher authenticates every page, so the shape is trusted. */
export const decodeEntry = (body: Buffer): Entry => {
  const format = body[0];
  if (format !== PLAIN && format !== ZSTD) throw new Error(`journal entry of format ${format}`);
  const rest = body.subarray(1);
  return JSON.parse((format === ZSTD ? zstdDecompressSync(rest) : rest).toString('utf8')) as Entry;
};
