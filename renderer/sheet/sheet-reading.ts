import { closedReason } from '../../shared/lifecycle/periods.ts';
import type { Problem } from '../../shared/model/batch.ts';
import type { SheetRights } from '../../shared/model/rights.ts';
import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';
import { compileSheet, type SheetRules } from '../../shared/rules/compile.ts';
import { editText, formatValue } from '../../shared/values/format.ts';
import { localDay } from '../../shared/values/local-day.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import type { CellLook, TypedCell, TypedPreview } from '../grid/grid-model.ts';
import type { RowSet } from '../grid/row-set.ts';
import { baseValue, type SheetRow } from '../grid/sheet-row.ts';
import { lookOf } from './cell-look.ts';
import { type Reading, readEmptied, readTyped } from './entry.ts';
import type { SheetGroups } from './groups/sheet-groups.ts';
import type { LookupLabels } from './lookup-labels.ts';
import type { Overlay } from './overlay.ts';
import { type ColumnRights, cellRefusal, columnRights, sheetReadOnly } from './read-only.ts';
import { RowChecks } from './row-checks.ts';

export interface SheetReadingOptions {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  locale(): LocaleConventions;
  readonly overlay: Overlay;
  readonly labels: LookupLabels;
  readonly groups: Pick<SheetGroups, 'value' | 'look'>;
  now(): Date;
  /** Something new was found in a row. */
  told(): void;
  /** Values of rows are other ones. */
  changed(rows: RowSet): void;
}

/** Types whose texts can mean another day than they say. */
const DATED: ReadonlySet<string> = new Set(['date', 'time', 'timestamp']);

/** Values of a sheet as they are seen: what the warehouse holds, what lies over it, what the rules say about it. */
export class SheetReading {
  readonly definition: SheetDefinition;
  readonly #options: SheetReadingOptions;
  readonly #rules: SheetRules;
  readonly #rights: ColumnRights;
  readonly #sheetRefusal: string | null;
  readonly #positions: ReadonlyMap<string, number>;
  /** What the rules over whole rows say. */
  readonly checks: RowChecks;

  constructor(options: SheetReadingOptions) {
    this.definition = options.definition;
    this.#options = options;
    this.#rules = compileSheet(options.definition);
    this.#rights = columnRights(options.rights);
    this.#sheetRefusal = sheetReadOnly(options.definition, options.rights);
    this.#positions = new Map(options.definition.columns.map(({ name }, i) => [name, i]));
    this.checks = new RowChecks((row) => this.#check(row), options.told);
  }

  /** Value shown, pending edits included. */
  value(row: SheetRow, column: Column): string | null {
    if (row.group) return this.#options.groups.value(row, column);
    const over = this.#options.overlay.value(row.key, column.name);
    // An overlay value of null is a value: the cell was cleared.
    return over !== undefined ? over : this.#base(row, column);
  }

  /** Value the journal or the warehouse holds, without what is still on its way. */
  kept(row: SheetRow, column: Column): string | null {
    const over = this.#options.overlay.kept(row.key, column.name);
    return over !== undefined ? over : this.#base(row, column);
  }

  /** Whether a cell holds this value already, in the journal and on its way there. */
  holds(row: SheetRow, column: Column, value: string | null): boolean {
    if (this.kept(row, column) !== value) return false;
    const unsaved = this.#options.overlay.unsaved.get(row.key, column.name);
    return unsaved === undefined || unsaved.value === value;
  }

  #base(row: SheetRow, column: Column): string | null {
    // Nothing lies under a new row: its page shows the journal as it was when the page was read.
    if (isNewRow(row.key)) return null;
    return baseValue(row, this.#positions.get(column.name) ?? -1);
  }

  /** Every column's value as seen now, for rules over the row and for the before-image of a deletion. */
  values(row: SheetRow): Record<string, string | null> {
    return Object.fromEntries(
      this.definition.columns.map((column) => [column.name, this.value(row, column)]),
    );
  }

  keptValues(row: SheetRow): Record<string, string | null> {
    return Object.fromEntries(this.definition.columns.map((column) => [column.name, this.kept(row, column)]));
  }

  editorText(row: SheetRow, column: Column): string {
    const refused = this.#options.overlay.refused.get(row.key, column.name);
    if (refused) return refused.text;
    const value = this.value(row, column);
    return value === null ? '' : editText(value, column, this.#options.locale());
  }

  readOnlyReason(row: SheetRow, column: Column): string | null {
    if (row.group) return 'Totals are worked out from the rows; change a row instead.';
    if (this.#sheetRefusal) return this.#sheetRefusal;
    const { waiting, submitted } = this.#options.overlay;
    if (waiting.size > 0 && waiting.has(row.key))
      return 'The row is part of a batch that waits to be sent. Take the batch back under Offline to change it.';
    if (submitted.size > 0 && submitted.has(row.key))
      return 'The row is part of a batch under review. Withdraw the batch to change it.';
    if (this.#options.overlay.kind(row.key) === 'delete') {
      return 'The row is marked for deletion. Undo that to edit it.';
    }
    const refusal = cellRefusal(row, column, this.#rights) ?? this.#closed(row);
    if (refusal || !column.readOnlyWhen) return refusal;
    return this.#rules.readOnlyReason(column.name, this.values(row));
  }

  /** Why the row's period takes no writes, or null. Values are read only where periods are closed at all. */
  #closed(row: SheetRow): string | null {
    const { periods } = this.#options.rights;
    if (!periods?.some((each) => each.periods.length > 0)) return null;
    const valueIn = (name: string): string | null => {
      const column = this.definition.columns[this.#positions.get(name) ?? -1];
      return column ? this.value(row, column) : null;
    };
    return closedReason(periods, valueIn, this.#options.now());
  }

  /** `row` gives what `+10%` changes in proportion. */
  read(typed: TypedCell, column: Column, row?: SheetRow): Reading {
    const { locale, now } = this.#options;
    const current = (): string | null => (row ? this.value(row, column) : null);
    const check = this.#rules.cellChecker(column.name);
    const today = DATED.has(column.type.kind) ? localDay(now()) : '';
    const reading = readTyped(typed, column, typed.locale ?? locale(), today, check, current);
    // An empty text is a value, but no row is known by it.
    const emptied = reading.kind === 'refused' && typed.text === '' && !typed.picked;
    return emptied && !this.definition.key.includes(column.name)
      ? readEmptied(reading, column, check)
      : reading;
  }

  /** What typed text would be kept as, shown while it is typed. */
  preview(column: Column, text: string, row?: SheetRow): TypedPreview {
    const reading = this.read({ text }, column, row);
    if (reading.kind === 'value') return { kind: 'value', value: reading.value };
    const { message, options } = reading.cell;
    return options ? { kind: 'refused', message, options } : { kind: 'refused', message };
  }

  /** The same by type alone, without the column's rules. */
  readPlain(column: Column, text: string): TypedPreview {
    const { locale, now } = this.#options;
    const reading = readTyped({ text }, column, locale(), localDay(now()), () => null);
    if (reading.kind === 'value') return { kind: 'value', value: reading.value };
    return { kind: 'refused', message: reading.cell.message };
  }

  needsReason(column: Column, before: string | null, after: string | null): boolean {
    return column.reasonAbove !== undefined && this.#rules.needsReason(column.name, before, after);
  }

  look(row: SheetRow, column: Column): CellLook {
    const { overlay, labels, locale } = this.#options;
    if (row.group) return this.#options.groups.look(row, column);
    const { key } = row;
    const value = this.value(row, column);
    const kind = overlay.kind(key);
    const submittedKind = overlay.submittedKind(key);
    const conflicts = overlay.conflicts.get(key);
    const pending = kind === 'update' || kind === 'insert' || overlay.unsaved.hasRow(key);
    return lookOf({
      column,
      value,
      rowKind: kind,
      original: overlay.original(key, column.name),
      unsaved: overlay.unsaved.get(key, column.name),
      refused: overlay.refused.get(key, column.name),
      problem: pending ? this.checks.at(row, column.name) : undefined,
      conflict: conflicts?.find((one) => one.column === undefined || one.column === column.name),
      readOnly: this.readOnlyReason(row, column),
      submittedKind,
      byDefault:
        (kind ?? submittedKind) === 'insert' &&
        column.hasDefault &&
        overlay.value(key, column.name) === undefined,
      proposed: overlay.proposed(key, column.name),
      waiting: overlay.waiting.has(key),
      commented: overlay.commented.get(key)?.has(column.name) ?? false,
      lookup: column.lookup && value !== null && value !== '' ? labels.get(column, value) : undefined,
      format: (text) => formatValue(text, column, locale()),
    });
  }

  forget(rows: RowSet): void {
    this.checks.forget(rows);
    this.#options.changed(rows);
  }

  counts(): ReturnType<RowChecks['counts']> {
    return this.checks.counts();
  }

  /** Rows a rule is broken in, with the first column concerned. */
  problems(): readonly { readonly row: RowKey; readonly column: string | undefined }[] {
    return this.checks.found();
  }

  #check(row: SheetRow): readonly Problem[] {
    const values = this.values(row);
    const kind = this.#options.overlay.kind(row.key);
    const found: Problem[] = [];
    for (const column of this.definition.columns) {
      const { name } = column;
      const seen = kind === 'insert' || this.#options.overlay.value(row.key, name) !== undefined;
      if (!seen || (isNewRow(row.key) && this.#leftOut(row, column))) continue;
      const problem = this.#rules.cellChecker(name)(values[name] ?? null);
      if (problem) found.push({ ...problem, row: row.key, column: name });
    }
    for (const { severity, code, message, columns } of this.#rules.checkRow(values)) {
      for (const column of columns) found.push({ row: row.key, column, severity, code, message });
    }
    return found;
  }

  #leftOut(row: SheetRow, column: Column): boolean {
    return column.hasDefault && this.#options.overlay.value(row.key, column.name) === undefined;
  }
}
