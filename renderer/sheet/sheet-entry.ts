import type { CellSets, EditStep, RowInsert } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { unstorable } from '../../shared/values/parse.ts';
import type { EntryOutcome, LookupMatch, TypedCell } from '../grid/grid-model.ts';
import type { RowSet } from '../grid/row-set.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import type { Reading } from './entry.ts';
import type { LookupLabels } from './lookup-labels.ts';
import type { Overlay, RefusedCell } from './overlay.ts';
import type { SheetReading } from './sheet-reading.ts';
import { type CellChange, cellSetsOf } from './steps.ts';
import type { Taken, TakenCells } from './taken-cells.ts';
import type { RefusedAt } from './undo-order.ts';

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

/** From typed text to a step of the journal: reads, checks, asks for a reason, and holds back what is no value. */
export class SheetEntry {
  readonly #host: EntryHost;

  constructor(host: EntryHost) {
    this.#host = host;
  }

  /** One cell typed by hand. */
  enter(row: SheetRow, column: Column, typed: TypedCell): EntryOutcome {
    const counts = this.enterAll([{ row, column, typed }], 'Edit');
    if (counts.asking) return 'asking';
    if (counts.refused > 0) return 'refused';
    return counts.kept > 0 ? 'kept' : 'unchanged';
  }

  /** Many cells as one step: what is valid is kept, what is not is marked at its cell. */
  enterAll(entered: readonly Entered[], label: string): EnteredCounts {
    const { overlay } = this.#host;
    const accepted: Accepted[] = [];
    const unsure: Accepted[] = [];
    const touched = new Set<RowKey>();
    const refused: RefusedAt<RefusedCell>[] = [];
    let unchanged = 0;
    let readOnly = 0;
    for (const entry of entered) {
      const { row, column, typed } = entry;
      const verdict = this.judge(entry);
      if (verdict.kind === 'read-only') {
        readOnly++;
        continue;
      }
      touched.add(row.key);
      if (verdict.kind === 'refused') {
        overlay.refused.set(row.key, column.name, verdict.cell);
        refused.push({ row: row.key, column: column.name, cell: verdict.cell });
        continue;
      }
      overlay.refused.delete(row.key, column.name);
      if (verdict.kind === 'same') {
        unchanged++;
        continue;
      }
      const before = this.#host.reading.kept(row, column);
      const change = { row: row.key, column: column.name, before, after: verdict.value };
      const item = { change, column, text: typed.text };
      if (verdict.unsure) unsure.push(item);
      else accepted.push(item);
    }
    const asking = this.#accept(accepted, label);
    overlay.undoOrder.refused(refused, accepted.length > 0 && !asking);
    if (unsure.length > 0) void this.#verify(unsure, label);
    this.#host.changed(touched);
    const kept = asking ? 0 : accepted.length + unsure.length;
    return { kept, refused: refused.length, unchanged, readOnly, asking };
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
    if (overlay.refused.size > 0)
      for (const { row, column } of items) overlay.refused.delete(row.key, column.name);
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
