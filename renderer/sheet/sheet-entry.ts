import type { CellSets, EditStep, RowInsert } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { unstorable } from '../../shared/values/parse.ts';
import type { EntryOutcome, LookupMatch, TypedCell } from '../grid/grid-model.ts';
import type { RowSet } from '../grid/row-set.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import { Turns } from '../ui/turns.ts';
import type { Reading } from './entry.ts';
import type { LookupLabels } from './lookup-labels.ts';
import type { Overlay, RefusedCell } from './overlay.ts';
import type { SheetReading } from './sheet-reading.ts';
import { type CellChange, cellSetsOf } from './steps.ts';
import { type Taken, TakenCells } from './taken-cells.ts';
import type { RefusedAt } from './undo-order.ts';
import { LARGE_STEP } from './unsaved-cells.ts';

/** A cell and what was typed or pasted into it. */
export interface Entered {
  readonly row: SheetRow;
  readonly column: Column;
  readonly typed: TypedCell;
}

/** Changes that wait for the person's reason before they go to the journal. */
export interface AskedReason {
  readonly label: string;
  readonly changes: readonly {
    readonly change: CellChange;
    readonly column: Column;
    readonly text: string;
  }[];
  /** How many of the changes need the reason. */
  readonly needing: number;
  /** New rows of the same step. */
  readonly inserts: readonly RowInsert[];
}

/** What entering a cell would come to. `unsure`: only the warehouse knows whether the list has the value. */
export type Verdict =
  | { readonly kind: 'value'; readonly value: string | null; readonly unsure: boolean }
  | { readonly kind: 'refused'; readonly cell: RefusedCell }
  | { readonly kind: 'read-only'; readonly reason: string }
  | { readonly kind: 'same' };

/** How many entered cells were kept and how many are held back with a reason. */
export interface EnteredCounts {
  readonly kept: number;
  readonly refused: number;
  readonly unchanged: number;
  readonly readOnly: number;
  readonly asking: boolean;
}

/** What became of entered cells, for those who do not see them. */
export const countsText = (
  { kept, refused, readOnly, asking }: EnteredCounts,
  { tag }: Pick<LocaleConventions, 'tag'>,
): string => {
  const counted = (n: number): string => n.toLocaleString(tag);
  const parts = [asking ? 'waiting for a reason' : `${counted(kept)} kept`];
  if (refused > 0) parts.push(`${counted(refused)} not valid and marked`);
  if (readOnly > 0) parts.push(`${counted(readOnly)} read-only and left as they were`);
  return parts.join(', ');
};

/** What entering needs of the sheet around it. */
export interface EntryHost {
  readonly overlay: Overlay;
  readonly sheet: string;
  newId(): string;
  now(): Date;
  readonly reading: SheetReading;
  readonly labels: LookupLabels;
  search(column: Column, text: string): Promise<{ matches: readonly LookupMatch[] }>;
  ask(asked: AskedReason): void;
  push(step: EditStep): void;
  changed(rows: RowSet): void;
}

/** Characters of a text that can be the label of a list's entry. */
const LONGEST_LABEL = 200;

interface Accepted {
  readonly change: CellChange;
  readonly column: Column;
  readonly text: string;
}

/** Entered cells by what they come to. */
class JudgedCells {
  readonly taken = new TakenCells();
  readonly unsure: (Entered & { readonly value: string | null })[] = [];
  readonly same: Entered[] = [];
  readonly refused: RefusedAt<RefusedCell>[] = [];
  readOnly = 0;
}

/** From typed text to a step of the journal: reads, checks, asks for a reason, and holds back what is no value. */
export class SheetEntry {
  readonly #host: EntryHost;
  #entering: Promise<void> | null = null;

  constructor(host: EntryHost) {
    this.#host = host;
  }

  /** One cell typed by hand. */
  enter(row: SheetRow, column: Column, typed: TypedCell): EntryOutcome {
    const judged = new JudgedCells();
    this.#judgeInto(judged, { row, column, typed });
    const counts = this.#settle(judged, 'Edit');
    if (counts.asking) return 'asking';
    if (counts.refused > 0) return 'refused';
    return counts.kept > 0 ? 'kept' : 'unchanged';
  }

  /**
   * Many cells as one step: what is valid is kept, what is not is marked at its cell. They are judged in turns, and nothing is changed
   * before all are; few are through at once. What is entered meanwhile in the same way comes after.
   */
  enterAll(entered: Iterable<Entered>, label: string): Promise<EnteredCounts> {
    const counts = this.#entering
      ? this.#entering.then(() => this.#enterAll(entered, label))
      : this.#enterAll(entered, label);
    const done = counts.then(
      () => undefined,
      () => undefined,
    );
    this.#entering = done;
    void done.then(() => {
      if (this.#entering === done) this.#entering = null;
    });
    return counts;
  }

  /** Settles when the cells being judged are entered; null while there are none. */
  get entering(): Promise<void> | null {
    return this.#entering;
  }

  async #enterAll(entered: Iterable<Entered>, label: string): Promise<EnteredCounts> {
    const judged = new JudgedCells();
    const turns = new Turns();
    for (const entry of entered) {
      this.#judgeInto(judged, entry);
      if (turns.isOver()) await turns.next();
    }
    // Taking them is long work of its own.
    if (judged.taken.length > LARGE_STEP) await turns.next();
    return this.#settle(judged, label);
  }

  #judgeInto(judged: JudgedCells, entry: Entered): void {
    const { row, column, typed } = entry;
    const verdict = this.judge(entry);
    if (verdict.kind === 'read-only') judged.readOnly++;
    else if (verdict.kind === 'refused')
      judged.refused.push({ row: row.key, column: column.name, cell: verdict.cell });
    else if (verdict.kind === 'same') judged.same.push(entry);
    else if (verdict.unsure) judged.unsure.push({ ...entry, value: verdict.value });
    else judged.taken.add(row, column, typed.text, verdict.value);
  }

  #settle({ taken, unsure, same, refused, readOnly }: JudgedCells, label: string): EnteredCounts {
    const { overlay, reading } = this.#host;
    const touched = new Set<RowKey>();
    const free = (row: RowKey, column: string): void => {
      if (overlay.refused.delete(row, column)) touched.add(row);
    };
    if (overlay.refused.size > 0)
      for (const { row, column } of [...same, ...unsure]) free(row.key, column.name);
    const asking = this.take(taken, [], label) === 'asking';
    for (const { row } of refused) touched.add(row);
    this.#refuse(refused, taken.length > 0 && !asking);
    if (unsure.length > 0) {
      const waiting = unsure.map(({ row, column, typed, value }): Accepted => {
        const before = reading.kept(row, column);
        return {
          change: { row: row.key, column: column.name, before, after: value },
          column,
          text: typed.text,
        };
      });
      void this.#verify(waiting, label);
    }
    this.#host.changed(touched);
    const kept = asking ? 0 : taken.length + unsure.length;
    return { kept, refused: refused.length, unchanged: same.length, readOnly, asking };
  }

  /** What entering a cell would come to; nothing is changed by asking. */
  judge({ row, column, typed }: Entered): Verdict {
    const { reading } = this.#host;
    const reason = reading.readOnlyReason(row, column);
    if (reason !== null) return { kind: 'read-only', reason };
    const read = reading.read(typed, column, row);
    // What is no value of the column may be the label of one in its list.
    const label = column.lookup && typed.picked === undefined && unstorable(typed.text) === null;
    if (read.kind === 'refused' && label && typed.text.length <= LONGEST_LABEL)
      return { kind: 'value', value: null, unsure: true };
    if (read.kind === 'refused') return read;
    if (reading.holds(row, column, read.value)) return { kind: 'same' };
    return { kind: 'value', value: read.value, unsure: this.#mustVerify(column, read) };
  }

  /** The list entries meant by typed texts, each asked about once; undefined where there is none or more than one. */
  lookUp(items: readonly Omit<Taken, 'row'>[]): Promise<(string | undefined)[]> {
    // A pasted column mostly repeats a few values.
    const asked = new Map<string, Promise<string | undefined>>();
    return Promise.all(
      items.map((item) => {
        const name = JSON.stringify([item.column.name, item.text]);
        const answer = asked.get(name) ?? this.#find(item);
        asked.set(name, answer);
        return answer;
      }),
    );
  }

  /** Takes judged values as one step, new rows with them; a change above its column's limit asks for the reason first. */
  take(items: TakenCells, inserts: readonly RowInsert[], label: string): 'asking' | 'kept' {
    if (items.length === 0 && inserts.length === 0) return 'kept';
    const { overlay, reading } = this.#host;
    const freed = new Set<RowKey>();
    if (overlay.refused.size > 0)
      for (const { row, column } of items)
        if (overlay.refused.delete(row.key, column.name)) freed.add(row.key);
    // The cells may have changed while the person was asked.
    const sets = items.sets((row, column) => reading.kept(row, column));
    const needing = items.columns.some(({ reasonAbove }) => reasonAbove !== undefined)
      ? [...items].filter(({ column, value }, i) =>
          reading.needsReason(column, sets.before[i] ?? null, value),
        ).length
      : 0;
    if (needing > 0) {
      const changes = [...items].map(({ row, column, text, value }, i): Accepted => {
        const before = sets.before[i] ?? null;
        return { change: { row: row.key, column: column.name, before, after: value }, column, text };
      });
      this.#host.ask({ label, changes, needing, inserts });
      this.#host.changed(freed);
      return 'asking';
    }
    this.#push(sets, label, inserts);
    return 'kept';
  }

  /** Holds texts at their cells, marked with why they are no values; `joined` where the rest of their block has just become a step. */
  mark(
    cells: readonly { readonly row: SheetRow; readonly column: Column; readonly cell: RefusedCell }[],
    joined = false,
  ): void {
    this.#refuse(
      cells.map(({ row, column, cell }) => ({ row: row.key, column: column.name, cell })),
      joined,
    );
    this.#host.changed(new Set(cells.map(({ row }) => row.key)));
  }

  /** Puts a cell back to what the warehouse holds, or drops the text refused there. */
  revert(row: SheetRow, column: Column): void {
    const { overlay, reading } = this.#host;
    if (overlay.refused.delete(row.key, column.name)) {
      this.#host.changed(new Set([row.key]));
      return;
    }
    const after = overlay.original(row.key, column.name);
    if (after === undefined) return;
    const before = reading.kept(row, column);
    this.#push(cellSetsOf([{ row: row.key, column: column.name, before, after }]), 'Discard change');
  }

  /** Goes on with changes that waited for a reason. */
  giveReason(asked: AskedReason, reason: string): void {
    this.#push(
      cellSetsOf(asked.changes.map(({ change }) => ({ ...change, reason }))),
      asked.label,
      asked.inserts,
    );
  }

  /** The reason was not given: the typed texts stay at their cells, marked. */
  withholdReason(asked: AskedReason): void {
    this.#refuse(
      asked.changes.map(({ change, column, text }) => {
        const message = `A change of ${column.label} above ${column.reasonAbove ?? ''} needs a reason.`;
        return { row: change.row, column: column.name, cell: { text, message } };
      }),
    );
    this.#host.changed(new Set(asked.changes.map(({ change }) => change.row)));
  }

  #refuse(cells: readonly RefusedAt<RefusedCell>[], joined = false): void {
    const { overlay } = this.#host;
    for (const { row, column, cell } of cells) overlay.refused.set(row, column, cell);
    overlay.undoOrder.refused(cells, joined);
  }

  // A value picked from the list is known; a typed one may name no row of the list, which only the warehouse can tell.
  #mustVerify(column: Column, reading: Extract<Reading, { kind: 'value' }>): boolean {
    if (!column.lookup || reading.picked || reading.value === null) return false;
    return this.#host.labels.get(column, reading.value)?.known !== true;
  }

  #accept(accepted: readonly Accepted[], label: string): boolean {
    if (accepted.length === 0) return false;
    const needing = accepted.filter(({ change, column }) =>
      this.#host.reading.needsReason(column, change.before, change.after),
    ).length;
    if (needing > 0) {
      this.#host.ask({ label, changes: accepted, needing, inserts: [] });
      return true;
    }
    this.#push(cellSetsOf(accepted.map(({ change }) => change)), label);
    return false;
  }

  #push(sets: CellSets, label: string, inserts: readonly RowInsert[] = []): void {
    const step = this.#step(label, sets, inserts);
    this.#show(step.id, sets);
    this.#host.push(step);
  }

  #step(label: string, sets: CellSets, inserts: readonly RowInsert[]): EditStep {
    const { sheet } = this.#host;
    const at = this.#host.now().toISOString();
    return {
      id: this.#host.newId(),
      sheet,
      at,
      label,
      ...(sets.rows.length > 0 ? { sets } : {}),
      ...(inserts.length > 0 ? { inserts: [...inserts] } : {}),
    };
  }

  #show(step: string, sets: CellSets): void {
    this.#host.changed(this.#host.overlay.unsaved.send(step, sets));
  }

  async #verify(unsure: readonly Accepted[], label: string): Promise<void> {
    const { overlay } = this.#host;
    const mark = this.#host.newId();
    this.#show(mark, cellSetsOf(unsure.map(({ change }) => change)));
    const found = await this.lookUp(
      unsure.map(({ change, column, text }) => ({ column, text, value: change.after })),
    );
    const accepted: Accepted[] = [];
    const refused: RefusedAt<RefusedCell>[] = [];
    for (const [i, item] of unsure.entries()) {
      const { change, column } = item;
      // Typed over meanwhile: the later entry decides.
      if (overlay.unsaved.get(change.row, column.name)?.step !== mark) continue;
      overlay.unsaved.delete(change.row, column.name);
      const value = found[i];
      if (value !== undefined) accepted.push({ ...item, change: { ...change, after: value } });
      else {
        const message = `No entry for “${item.text.slice(0, 60)}” in ${column.label}.`;
        refused.push({ row: change.row, column: column.name, cell: { text: item.text, message } });
      }
    }
    this.#refuse(refused);
    this.#accept(accepted, label);
    this.#host.changed(new Set(unsure.map(({ change }) => change.row)));
  }

  /** The one list entry meant by the value typed, or by its label; undefined when there is none or more than one. */
  async #find({ value, column, text }: Omit<Taken, 'row'>): Promise<string | undefined> {
    const { matches } = await this.#host.search(column, text).catch(() => ({
      // Without an answer the value stands as typed; the warehouse checks it at submit.
      matches: [{ value: value ?? '', label: null }],
    }));
    const exact = matches.find((match) => match.value === value);
    if (exact) return exact.value;
    const wanted = text.trim().toLocaleLowerCase();
    const named = matches.filter(
      (match) => match.value.toLocaleLowerCase() === wanted || match.label?.toLocaleLowerCase() === wanted,
    );
    return named.length === 1 ? named[0]?.value : undefined;
  }
}
