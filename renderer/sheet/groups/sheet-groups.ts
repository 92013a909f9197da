import { type Aggregate, aggregateOf } from '../../../shared/model/aggregate.ts';
import { AppError } from '../../../shared/model/failure.ts';
import type { Column, SheetDefinition } from '../../../shared/model/sheet.ts';
import { MOST_GROUPS } from '../../../shared/model/view.ts';
import { formatValue } from '../../../shared/values/format.ts';
import type { LocaleConventions } from '../../../shared/values/locale.ts';
import type { GridGroups, GroupLabel } from '../../grid/grid-groups.ts';
import type { CellLook } from '../../grid/grid-model.ts';
import { type SheetRow, TOTALS_ROW } from '../../grid/sheet-row.ts';
import type { LookupLabels } from '../lookup-labels.ts';
import type { SheetStore } from '../sheet-store.ts';
import type { SheetView } from '../sheet-view.ts';

export interface SheetGroupsOptions {
  readonly definition: SheetDefinition;
  readonly view: SheetView;
  readonly store: SheetStore;
  readonly labels: LookupLabels;
  locale(): LocaleConventions;
  /** Runs after everything typed so far is in the journal. */
  run(work: () => Promise<void>): Promise<void>;
  /** Shows the view that the query in the snapshot asks for. */
  show(): Promise<void>;
}

export const AGGREGATE_NAMES: Readonly<Record<Aggregate, string>> = {
  none: 'Nothing',
  sum: 'Sum',
  average: 'Average',
  min: 'Least',
  max: 'Greatest',
  count: 'Count',
};

/** Why a sheet cannot be grouped or added up, or null. */
export const groupRefusal = ({ truncated }: { readonly truncated: boolean }): string | null =>
  truncated ? 'Groups and totals need all rows, and not all rows of this table are read.' : null;

/** Groups and totals of a sheet as a person handles them: which columns, what is open, and what the rows of groups say. */
export class SheetGroups implements GridGroups {
  readonly #options: SheetGroupsOptions;

  constructor(options: SheetGroupsOptions) {
    this.#options = options;
  }

  get columns(): readonly string[] {
    return this.#options.store.snapshot.query.groups;
  }

  get totals(): boolean {
    return this.#options.store.snapshot.query.totals && groupRefusal(this.#options.store.snapshot) === null;
  }

  get truncated(): boolean {
    return this.#options.store.snapshot.truncated;
  }

  /** Groups by these columns, the outermost first; none shows the rows alone. */
  group(columns: readonly string[]): void {
    const refusal = groupRefusal(this.#options.store.snapshot);
    if (refusal !== null && columns.length > 0) {
      this.#options.store.say(refusal);
      return;
    }
    this.#ask({ groups: columns.slice(0, MOST_GROUPS) });
    const labels = columns.map((name) => this.#column(name)?.label ?? name);
    this.#options.store.say(labels.length > 0 ? `Grouped by ${labels.join(', ')}.` : 'Not grouped.');
  }

  /** Adds a column as the innermost group, or takes it out: for the menu of a column. */
  toggleGroup(column: string): void {
    const { columns } = this;
    this.group(columns.includes(column) ? columns.filter((name) => name !== column) : [...columns, column]);
  }

  showTotals(totals: boolean): void {
    this.#ask({ totals });
  }

  aggregate(column: string, kind: Aggregate): void {
    const { aggregates } = this.#options.store.snapshot.query;
    this.#ask({ aggregates: { ...aggregates, [column]: kind } });
  }

  /** Opens or closes the group of a row. */
  async toggle({ group, index }: SheetRow, open = !group?.open): Promise<void> {
    if (!group || group.id < 0 || group.open === open) return;
    await this.#fold(() => this.#options.view.fold({ kind: 'group', group: group.id, open }, index));
    const { text, label } = this.label({ group } as SheetRow);
    this.#options.store.say(`${[text, label].filter(Boolean).join(' ')} ${open ? 'expanded' : 'collapsed'}.`);
  }

  /** Opens the groups of the first `level` levels and closes the others. */
  async foldTo(level: number): Promise<void> {
    await this.#fold(() => this.#options.view.fold({ kind: 'level', level }, 0));
    this.#options.store.say(level === 0 ? 'All groups collapsed.' : 'Groups expanded.');
  }

  label(row: Pick<SheetRow, 'group'>): GroupLabel {
    const { group } = row;
    if (!group || group.id < 0)
      return { text: 'Total', label: null, rows: this.#options.view.figures.rows ?? 0 };
    const { labels, locale, view } = this.#options;
    const rows = view.figures.count(row as SheetRow);
    const column = this.#column(group.column);
    const { value } = group;
    if (!column || value === null) return { text: '(no value)', label: null, rows };
    if (value === '') return { text: '(empty text)', label: null, rows };
    const known = column.lookup ? labels.get(column, value) : undefined;
    return { text: formatValue(value, column, locale()), label: known?.label ?? null, rows };
  }

  /** The subtotal or total in a column, canonical; null where there is none. */
  value(row: SheetRow, column: Column): string | null {
    const place = this.#options.definition.columns.findIndex(({ name }) => name === column.name);
    return this.#options.view.figures.value(row, place);
  }

  look(row: SheetRow, column: Column): CellLook {
    const { definition, store, locale } = this.#options;
    const value = this.value(row, column);
    const kind = aggregateOf(definition, column, store.snapshot.query.aggregates);
    // A count has nothing of the column's format.
    const text = kind === 'count' ? (value ?? '') : formatValue(value, column, locale());
    const { rows } = this.label(row);
    const note = value === null ? null : `${AGGREGATE_NAMES[kind]} of ${rows.toLocaleString()} rows`;
    const marks = row.group?.id === TOTALS_ROW.group?.id ? 'total' : `group level-${row.group?.level ?? 0}`;
    return { text, label: null, marks, note, readOnly: true };
  }

  get totalsRow(): SheetRow | null {
    return this.totals ? TOTALS_ROW : null;
  }

  #column(name: string): Column | undefined {
    return this.#options.definition.columns.find((column) => column.name === name);
  }

  #ask(query: Partial<SheetStore['snapshot']['query']>): void {
    const { store, run, show } = this.#options;
    store.set({ query: { ...store.snapshot.query, ...query } });
    void run(show);
  }

  async #fold(work: () => Promise<void>): Promise<void> {
    const { run, store } = this.#options;
    try {
      await run(work);
    } catch (thrown) {
      const { kind, message } = AppError.wrap(thrown);
      if (kind !== 'cancelled' && kind !== 'conflict') store.say(message);
    }
  }
}
