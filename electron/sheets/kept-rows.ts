import type { RowKey } from '../../shared/model/rows.ts';

/**
 * Rows of this machine beside the edits over them, both placed by entries of the journal. An edit may be based on rows that were read
 * after those kept (the program ended before they were): such a difference is nobody's change.
 */
export class KeptRows {
  readonly #read: number | null;
  readonly #shown: number;
  /** Rows that were read later than the others. */
  readonly #later = new Map<RowKey, number | null>();

  /** `read`: the last entry when the reading began (null: not known); `shown`: when it came into the sheet. */
  constructor(read: number | null, shown: number) {
    this.#read = read;
    this.#shown = shown;
  }

  patched(keys: readonly RowKey[], read: number | null): void {
    for (const key of keys) this.#later.set(key, read);
  }

  /** Whether the row as kept can tell what others did to a value that an edit is based on, seen with that entry. */
  tells(row: RowKey, seen: number): boolean {
    const read = this.#later.has(row) ? (this.#later.get(row) ?? null) : this.#read;
    return seen > this.#shown || (read !== null && seen <= read);
  }
}
