import type { Problem } from '../../shared/model/batch.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetRow } from '../grid/sheet-row.ts';

/** Rules that look at a whole row, run over pending rows as they are drawn; answers are kept until the row changes. */
export class RowChecks {
  readonly #found = new Map<RowKey, readonly Problem[]>();
  readonly #check: (row: SheetRow) => readonly Problem[];
  readonly #told: () => void;

  constructor(check: (row: SheetRow) => readonly Problem[], told: () => void) {
    this.#check = check;
    this.#told = told;
  }

  /** What is wrong in a pending row. */
  of(row: SheetRow): readonly Problem[] {
    const held = this.#found.get(row.key);
    if (held) return held;
    const found = this.#check(row);
    this.#found.set(row.key, found);
    if (found.length > 0) this.#told();
    return found;
  }

  /** The problem drawn at a cell: a blocking one before a warning. */
  at(row: SheetRow, column: string): Problem | undefined {
    const here = this.of(row).filter((problem) => problem.column === column);
    return here.find(({ severity }) => severity === 'block') ?? here[0];
  }

  forget(rows: Iterable<RowKey>): void {
    if (this.#found.size === 0) return;
    for (const row of rows) this.#found.delete(row);
  }

  clear(): void {
    this.#found.clear();
  }

  /** Rows with a blocking problem and rows with warnings only. */
  counts(): { readonly problems: number; readonly warnings: number } {
    let problems = 0;
    let warnings = 0;
    for (const found of this.#found.values()) {
      if (found.some(({ severity }) => severity === 'block')) problems++;
      else if (found.length > 0) warnings++;
    }
    return { problems, warnings };
  }

  /** The rows something was found in, with the first column concerned. */
  found(): readonly { readonly row: RowKey; readonly column: string | undefined }[] {
    return [...this.#found].flatMap(([row, problems]) =>
      problems.length > 0
        ? [{ row, column: problems.find(({ column }) => column !== undefined)?.column }]
        : [],
    );
  }
}
