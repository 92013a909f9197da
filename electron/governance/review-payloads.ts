import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { ReviewChange } from '../../shared/model/review.ts';
import { type ReadPayload, readPayload } from '../../shared/plan/payload.ts';
import { subtractDecimals } from '../../shared/values/decimal.ts';
import { sha256Of } from '../journal/payload-hash.ts';

const KEPT = 3;

/** A payload as it was read, checked against the hash it goes by. */
export interface CheckedPayload extends ReadPayload {
  readonly sha256: string;
  readonly changes: readonly ReviewChange[];
}

/** The last few payloads a person looked at, so that a page of a large one does not fetch it again. They never change. */
export class ReviewPayloads {
  readonly #kept = new Map<string, CheckedPayload>();

  /** The payload under this hash; fetched text that has another one is refused as `conflict`. */
  async get(sha256: string, fetch: () => Promise<string>): Promise<CheckedPayload> {
    const known = this.#kept.get(sha256);
    if (known) return known;
    const text = await fetch();
    if (sha256Of(text) !== sha256)
      throw new AppError(
        'conflict',
        'payload-differs',
        'The batch in the warehouse does not have the content it was submitted with. Tell the administrator.',
      );
    const read = readPayload(text);
    const checked = { ...read, sha256, changes: changesOf(read) };
    this.#kept.set(sha256, checked);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return checked;
  }
}

const changesOf = ({ rows }: ReadPayload): readonly ReviewChange[] => rows.flatMap(changesOfRow);

const changesOfRow = (row: PendingRow): readonly ReviewChange[] => {
  switch (row.kind) {
    case 'update':
      return Object.entries(row.cells).map(([column, { before, after, reason }]) =>
        change(row.row, 'update', column, before, after, reason ?? null),
      );
    case 'insert':
      return Object.entries(row.values).map(([column, after]) =>
        change(row.row, 'insert', column, null, after, null),
      );
    case 'delete':
      return Object.entries(row.before).map(([column, before]) =>
        change(row.row, 'delete', column, before, null, null),
      );
  }
};

const change = (
  row: string,
  kind: ReviewChange['kind'],
  column: string,
  before: string | null,
  after: string | null,
  reason: string | null,
): ReviewChange => ({ row, kind, column, before, after, delta: null, reason });

const NUMBER = /^-?\d+(\.\d+)?$/;

/** The changes with exact differences in the columns named numeric; an empty cell counts as zero. */
export const withDeltas = (changes: readonly ReviewChange[], numeric: ReadonlySet<string>): ReviewChange[] =>
  changes.map((each) => {
    const [before, after] = [each.before ?? '0', each.after ?? '0'];
    if (!numeric.has(each.column) || !NUMBER.test(before) || !NUMBER.test(after)) return each;
    return { ...each, delta: subtractDecimals(after, before) };
  });
