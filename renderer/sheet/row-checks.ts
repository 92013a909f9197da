import type { Problem } from '../../shared/model/batch.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { RowSet } from '../grid/row-set.ts';
import type { SheetRow } from '../grid/sheet-row.ts';

/** What is known of a pending row that was not drawn. */
export interface Undrawn {
  readonly column: string | undefined;
  readonly blocks: boolean;
}

/** Takes rows out of what is held, by whichever are fewer. */
const forgetIn = (held: Map<RowKey, unknown>, rows: RowSet): void => {
  if (held.size > rows.size) for (const row of rows) held.delete(row);
  else for (const row of held.keys()) if (rows.has(row)) held.delete(row);
};

/**
 * Rules that look at a whole row, run over pending rows as they are drawn; answers are kept until the row changes. What is found in
 * the rows that are not drawn is told by `learn`.
 */
export class RowChecks {
  readonly #found = new Map<RowKey, readonly Problem[]>();
  readonly #undrawn = new Map<RowKey, Undrawn>();
  #more = { problems: 0, warnings: 0 };
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

  forget(rows: RowSet): void {
    forgetIn(this.#found, rows);
    forgetIn(this.#undrawn, rows);
  }

  /** Whether the row was drawn since it changed. */
  knows(row: RowKey): boolean {
    return this.#found.has(row);
  }

  /** Takes in what was found in rows that may not have been drawn; `more` counts rows besides, and null leaves that as it is. */
  learn(
    rows: Iterable<readonly [RowKey, Undrawn]>,
    more: { readonly problems: number; readonly warnings: number } | null,
  ): void {
    if (more) {
      this.#more = { ...more };
      this.#undrawn.clear();
    }
    for (const [row, found] of rows) this.#undrawn.set(row, found);
    this.#told();
  }

  /** Rows with a blocking problem and rows with warnings only. */
  counts(): { readonly problems: number; readonly warnings: number } {
    let { problems, warnings } = this.#more;
    for (const [row, { blocks }] of this.#undrawn) {
      if (this.#found.has(row)) continue;
      if (blocks) problems++;
      else warnings++;
    }
    for (const found of this.#found.values()) {
      if (found.some(({ severity }) => severity === 'block')) problems++;
      else if (found.length > 0) warnings++;
    }
    return { problems, warnings };
  }

  /** The rows something was found in, with the first column concerned. */
  found(): readonly { readonly row: RowKey; readonly column: string | undefined }[] {
    const drawn = [...this.#found].flatMap(([row, problems]) =>
      problems.length > 0
        ? [{ row, column: problems.find(({ column }) => column !== undefined)?.column }]
        : [],
    );
    const others = [...this.#undrawn].flatMap(([row, { column }]) =>
      this.#found.has(row) ? [] : [{ row, column }],
    );
    return [...drawn, ...others];
  }
}
