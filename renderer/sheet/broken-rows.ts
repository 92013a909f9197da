import { MOST_BROKEN_ASKED } from '../../shared/contract/broken-rows.ts';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { RowSet } from '../grid/row-set.ts';
import type { RowChecks } from './row-checks.ts';

export interface BrokenRowsOptions {
  readonly client: BackendClient;
  readonly sheet: string;
  readonly checks: Pick<RowChecks, 'knows' | 'learn'>;
  /** Whether the row is pending as far as the window knows. */
  isPending(row: RowKey): boolean;
  /** Settles once everything typed so far is in the journal, so that it is judged too. */
  kept(): Promise<void>;
  /** Whether the whole sheet could be judged. */
  known(whole: boolean): void;
}

/**
 * Which pending rows break a rule that are not drawn: asked once for all, then for the rows that changed out of sight. One question at
 * a time; what changes meanwhile is asked again.
 */
export class BrokenRows {
  readonly #options: BrokenRowsOptions;
  /** Rows to ask for; null for all. */
  #open: Set<RowKey> | null = new Set();
  #asking = false;

  constructor(options: BrokenRowsOptions) {
    this.#options = options;
  }

  /** Every pending row is to be judged anew: the sheet was opened, or the warehouse has other values. */
  all(): void {
    this.#open = null;
    void this.#ask();
  }

  changed(rows: RowSet): void {
    if (rows.size > MOST_BROKEN_ASKED) this.#open = null;
    else if (this.#open) for (const row of rows) this.#open.add(row);
    if (this.#open && this.#open.size > MOST_BROKEN_ASKED) this.#open = null;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const { kept, known } = this.#options;
    try {
      while (this.#open === null || this.#open.size > 0) {
        await kept();
        const asked = this.#open;
        this.#open = new Set();
        await this.#learn(asked);
        known(true);
      }
    } catch {
      // What is drawn is still judged; the next change asks for all again.
      this.#open = null;
      known(false);
    } finally {
      this.#asking = false;
    }
  }

  async #learn(asked: ReadonlySet<RowKey> | null): Promise<void> {
    const { client, sheet, checks, isPending } = this.#options;
    const rows = asked && [...asked].filter((row) => !checks.knows(row) && isPending(row));
    if (rows?.length === 0) return;
    const answer = await client.call('rows.broken', rows ? { sheet, rows } : { sheet });
    const found = answer.rows.flatMap((row, i) => {
      // A row that changed meanwhile is asked for again.
      if (this.#open?.has(row)) return [];
      return [[row, { column: answer.columns[i] ?? undefined, blocks: answer.blocks[i] === true }] as const];
    });
    checks.learn(found, rows ? null : { problems: answer.moreBlocked, warnings: answer.moreWarned });
  }
}
