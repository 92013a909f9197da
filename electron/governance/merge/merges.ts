import type { EventOf } from '../../../shared/contract/operations.ts';
import { mergeRow } from '../../../shared/merge/merge-row.ts';
import type { Conflict } from '../../../shared/model/batch.ts';
import type { PendingRow } from '../../../shared/model/edit.ts';
import type { RowKey } from '../../../shared/model/rows.ts';
import type { OpenedJournal } from '../../journal/open-journal.ts';
import type { TellProfile } from '../../profile.ts';
import { breathing } from '../../sheets/breathe.ts';
import type { OpenSheet } from '../../sheets/open-sheet.ts';
import { askedKey, type Judged, mergePass, type Wanted } from './merge-pass.ts';
import { factsOfSheet } from './sheet-facts.ts';
import { toldBy } from './told-by.ts';

export interface MergesOptions {
  readonly journal: Pick<OpenedJournal, 'pending' | 'isFrozen' | 'merged' | 'seenAt'>;
  /** The open sheet of an id, the newest where there are several. */
  readonly sheetOf: (id: string) => OpenSheet | undefined;
  readonly tell: TellProfile;
  readonly now: () => Date;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
}

/** Rows with conflicts; `reported`: the warehouse named them, and the rows as read here do not show why. */
interface Held extends Judged {
  readonly reported?: true;
}

interface SheetMerge {
  readonly held: Map<RowKey, Held>;
  /** Rows that settled without asking since the person was told. */
  settled: number;
  waiting: Wanted | null;
  running: Promise<void> | null;
  told: string;
}

/**
 * Merges one person's pending edits with the rows of the warehouse, sheet by sheet, whenever rows were read or edits changed.
 * What needs a decision is worked out from journal and rows alone, so it is the same after a restart.
 */
export class Merges {
  readonly #options: MergesOptions;
  readonly #sheets = new Map<string, SheetMerge>();

  constructor(options: MergesOptions) {
    this.#options = options;
  }

  /** Rows were read again, or their edits changed: `all`, or these. Settles once they are merged; never rejects. */
  look(id: string, rows: 'all' | Iterable<RowKey>): Promise<void> {
    const merge = this.#merge(id);
    const { waiting } = merge;
    if (rows === 'all' || waiting === 'all') merge.waiting = 'all';
    else merge.waiting = new Set([...(waiting ?? []), ...rows]);
    merge.running ??= this.#run(id, merge).finally(() => {
      merge.running = null;
    });
    return merge.running;
  }

  /** Settles when nothing is left to merge on a sheet. */
  async whenDone(id: string): Promise<void> {
    await this.#sheets.get(id)?.running;
  }

  /** Conflicts of a sheet by row, each as its edits and the rows stand now. */
  conflicts(id: string): ReadonlyMap<RowKey, Judged> {
    const merge = this.#merge(id);
    const pending = this.#options.journal.pending(id);
    const stale = [...merge.held].filter(([row, { mine }]) => pending.get(row) !== mine);
    if (stale.length > 0) {
      const sheet = this.#options.sheetOf(id);
      const facts = sheet && factsOfSheet(sheet, pending, this.#options.now());
      for (const [row] of stale) {
        const mine = pending.get(row);
        const judged = mine && facts && !this.#options.journal.isFrozen(id, row);
        const told = judged ? toldBy(sheet, this.#options.journal, mine, askedKey(mine, facts)) : null;
        const conflicts = told && facts ? mergeRow(told, facts).conflicts : [];
        if (mine && conflicts.length > 0) merge.held.set(row, { mine, conflicts });
        else merge.held.delete(row);
      }
    }
    return merge.held;
  }

  /** Rows that must not be submitted before somebody has decided. */
  undecided(id: string): ReadonlySet<RowKey> {
    return new Set(this.conflicts(id).keys());
  }

  /** Conflicts the warehouse found at a commit; where the rows read here show the same, theirs count. */
  report(id: string, conflicts: readonly Conflict[]): void {
    const merge = this.#merge(id);
    const pending = this.#options.journal.pending(id);
    for (const [row, of] of Map.groupBy(conflicts, (conflict) => conflict.row)) {
      const mine = pending.get(row);
      if (mine && !merge.held.has(row)) merge.held.set(row, { mine, conflicts: of, reported: true });
    }
    this.#tell(id, merge);
  }

  /** Rows that settled without asking since `seen`. */
  settled(id: string): number {
    return this.#merge(id).settled;
  }

  seen(id: string): void {
    const merge = this.#merge(id);
    merge.settled = 0;
    this.#tell(id, merge);
  }

  /** What a window is told of a sheet. */
  counts(id: string): EventOf<'merge.changed'> {
    return { sheet: id, rows: this.conflicts(id).size, settled: this.settled(id) };
  }

  async #run(id: string, merge: SheetMerge): Promise<void> {
    while (merge.waiting) {
      const wanted = merge.waiting;
      merge.waiting = null;
      const sheet = this.#options.sheetOf(id);
      if (!sheet) {
        merge.held.clear();
        continue;
      }
      try {
        // What is held may be older than the edits while rows are being read; the end of the reading merges all.
        if (!sheet.loading) await this.#pass(id, merge, sheet, wanted);
      } catch {
        // Rows that cannot be read now are merged when they are; until then the commit's own check stands before them.
      }
    }
    this.#tell(id, merge);
  }

  async #pass(id: string, merge: SheetMerge, sheet: OpenSheet, wanted: Wanted): Promise<void> {
    const { journal, now, clock, tell } = this.#options;
    const { judged, quiet } = await mergePass(sheet, journal, wanted, now(), breathing(clock));
    const pending = journal.pending(id);
    const stands = (mine: PendingRow): boolean =>
      pending.get(mine.row) === mine && !journal.isFrozen(id, mine.row);
    for (const [row, { mine, reported }] of merge.held) {
      if (pending.get(row) !== mine || journal.isFrozen(id, row)) merge.held.delete(row);
      else if (!reported && (wanted === 'all' || wanted.has(row)) && !judged.get(row)?.conflicts.length)
        merge.held.delete(row);
    }
    for (const [row, each] of judged) if (stands(each.mine)) merge.held.set(row, each);
    // Rows were read once more meanwhile: what would end an edit is judged again over them.
    if (merge.waiting) {
      merge.waiting =
        wanted === 'all' || merge.waiting === 'all' ? 'all' : new Set([...wanted, ...merge.waiting]);
      return;
    }
    // Rows that could not be read lately can raise a question, and never end an edit.
    const settled = sheet.current ? quiet.filter(({ mine }) => stands(mine)) : [];
    if (settled.length === 0) return;
    const delta = journal.merged(
      id,
      settled.map(({ change }) => change),
      now().toISOString(),
    );
    merge.settled += settled.length;
    tell('pending.changed', { delta }, id);
  }

  #tell(id: string, merge: SheetMerge): void {
    const counts = this.counts(id);
    const said = [counts.rows, counts.settled, ...[...merge.held.keys()].slice(0, 50)].join(' ');
    if (said === merge.told) return;
    merge.told = said;
    this.#options.tell('merge.changed', counts, id);
  }

  #merge(id: string): SheetMerge {
    let merge = this.#sheets.get(id);
    if (!merge) {
      merge = { held: new Map(), settled: 0, waiting: null, running: null, told: '0 0' };
      this.#sheets.set(id, merge);
    }
    return merge;
  }
}
