import type { BackendClient } from '../../../../shared/contract/client.ts';
import type {
  EventName,
  EventOf,
  InputOf,
  OperationName,
  OutputOf,
} from '../../../../shared/contract/operations.ts';
import type { Conflict } from '../../../../shared/model/batch.ts';
import type { EditStep, PendingDelta, PendingRow } from '../../../../shared/model/edit.ts';
import { AppError } from '../../../../shared/model/failure.ts';
import type { SheetPolicy } from '../../../../shared/model/review.ts';
import {
  packColumn,
  ROW_DELETABLE,
  ROW_NEW,
  ROW_UPDATABLE,
  rowKeyOf,
} from '../../../../shared/model/rows.ts';
import { NO_VIEWS, type SheetViews, viewsChange } from '../../../../shared/model/saved-view.ts';
import { type Column, column, type SheetDefinition } from '../../../../shared/model/sheet.ts';
import type { ViewQuery } from '../../../../shared/model/view.ts';
import { countPending, foldStep } from '../../../../shared/plan/pending.ts';
import { changeViews } from '../../../../shared/views/change-views.ts';

const text = { kind: 'text' } as const;
const amount: Column = column.parse({
  name: 'amount',
  label: 'Amount',
  type: { kind: 'decimal', precision: 18, scale: 2 },
  sqlType: 'numeric(18,2)',
  reasonAbove: '1000000',
  rules: [
    { kind: 'range', max: '50000000' },
    { kind: 'range', max: '90000', severity: 'warn', message: 'Above 90,000 is unusual' },
  ],
});

export const LINES: SheetDefinition = {
  version: 1,
  id: 'lines',
  name: 'Lines',
  source: { schema: 'plan', table: 'lines' },
  sourceKind: 'table',
  key: ['id'],
  columns: [
    column.parse({ name: 'id', label: 'Id', type: text, sqlType: 'text', rules: [{ kind: 'required' }] }),
    amount,
    column.parse({ name: 'low', label: 'Low', type: { kind: 'integer', bits: 32 }, sqlType: 'integer' }),
    column.parse({ name: 'high', label: 'High', type: { kind: 'integer', bits: 32 }, sqlType: 'integer' }),
    column.parse({
      name: 'unit',
      label: 'Unit',
      type: text,
      sqlType: 'text',
      lookup: { source: { schema: 'plan', table: 'unit' }, key: 'code', label: 'name' },
    }),
    column.parse({ name: 'memo', label: 'Memo', type: text, sqlType: 'text', hasDefault: true }),
  ],
  rules: [
    {
      name: 'order',
      expression: 'high >= low',
      message: 'High must not be below low',
      columns: ['low', 'high'],
      severity: 'block',
      origin: 'definition',
    },
  ],
};

const UNITS = new Map([
  ['U1', 'North'],
  ['U2', 'South'],
]);

interface Undoable {
  readonly label: string;
  readonly before: ReadonlyMap<string, PendingRow>;
}

type Handlers = { [N in OperationName]?: (input: InputOf<N>) => OutputOf<N> };

/** A sheet of generated rows, a journal and its undo in memory, behind the same contract as the real backend. */
export class MemoryBackend implements BackendClient {
  readonly rowCount: number;
  readonly calls: { readonly name: string; readonly input: unknown }[] = [];
  readonly pending = new Map<string, PendingRow>();
  /** What needs a decision. */
  conflicts: readonly Conflict[] = [];
  views: SheetViews = NO_VIEWS;
  /** The policy of the sheet as the warehouse has it now. */
  policy: SheetPolicy | null = null;
  readonly #undo: Undoable[] = [];
  readonly #redo: Undoable[] = [];
  readonly #listeners = new Map<string, Set<(event: never) => void>>();
  #order: readonly number[] | null = null;
  #added: readonly string[] = [];
  #view = 0;
  /** What becomes of the answer that a view is there. */
  viewAnswer = (answer: OutputOf<'rows.view'>): OutputOf<'rows.view'> => answer;
  /** When set, appends fail with it. */
  refusal: AppError | null = null;
  /** When set, appends wait for it. */
  gate: Promise<void> = Promise.resolve();

  constructor(rowCount: number) {
    this.rowCount = rowCount;
  }

  static key(i: number): string {
    return rowKeyOf([`R${i}`]);
  }

  async call<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    this.calls.push({ name, input });
    if (name === 'edits.append') await this.gate;
    else await Promise.resolve();
    const handler = this.#handlers[name] as ((input: InputOf<N>) => OutputOf<N>) | undefined;
    if (!handler) throw new AppError('bug', 'no-handler', `No handler for ${name}.`);
    return structuredClone(handler(structuredClone(input)));
  }

  on<N extends EventName>(name: N, listener: (event: EventOf<N>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  tell<N extends EventName>(name: N, event: EventOf<N>): void {
    for (const listener of this.#listeners.get(name) ?? []) (listener as (event: EventOf<N>) => void)(event);
  }

  get view(): number {
    return this.#view;
  }

  /** Lets go of the view there is, as when another part of the window opened the sheet with other facts. */
  loseView(): void {
    this.#view++;
  }

  value(i: number, column: string): string | null {
    if (column === 'id') return `R${i}`;
    if (column === 'amount') return `${(i * 7919) % 1000}.50`;
    if (column === 'low') return '1';
    if (column === 'high') return '10';
    return column === 'unit' ? 'U1' : null;
  }

  #effective(i: number, column: string): string | null {
    const row = this.pending.get(MemoryBackend.key(i));
    const cell = row?.kind === 'update' ? row.cells[column] : undefined;
    return cell ? cell.after : this.value(i, column);
  }

  #counts(): PendingDelta['counts'] {
    const undo = this.#undo.at(-1)?.label ?? null;
    return { ...countPending(this.pending), undo, redo: this.#redo.at(-1)?.label ?? null };
  }

  #delta(before: ReadonlyMap<string, PendingRow>): PendingDelta {
    const rows = [...this.pending.values()].filter(
      (row) => JSON.stringify(before.get(row.row)) !== JSON.stringify(row),
    );
    const cleared = [...before.keys()].filter((row) => !this.pending.has(row));
    return { sheet: LINES.id, rows, cleared, counts: this.#counts() };
  }

  #append(step: EditStep): PendingDelta {
    if (this.refusal) throw this.refusal;
    const before = new Map(this.pending);
    foldStep(this.pending, step);
    this.#undo.push({ label: step.label, before });
    this.#redo.length = 0;
    return this.#delta(before);
  }

  #swap(from: Undoable[], to: Undoable[]): PendingDelta {
    const now = new Map(this.pending);
    const state = from.pop();
    if (!state) return this.#delta(now);
    to.push({ label: state.label, before: now });
    this.pending.clear();
    for (const [row, pending] of state.before) this.pending.set(row, pending);
    return this.#delta(now);
  }

  #makeView(query: Partial<ViewQuery>, count = 0): OutputOf<'rows.view'> {
    const { sort = [], quick = '', pendingOnly = false, filters = [] } = query;
    let order = Array.from({ length: this.rowCount }, (_, i) => i);
    if (pendingOnly) order = order.filter((i) => this.pending.has(MemoryBackend.key(i)));
    if (quick !== '') order = order.filter((i) => `R${i}`.includes(quick));
    for (const filter of filters) {
      if (filter.kind === 'equals')
        order = order.filter((i) => this.#effective(i, filter.column) === filter.value);
    }
    const [first] = sort;
    if (first) {
      const sign = first.descending ? -1 : 1;
      const value = (i: number): number => Number(this.#effective(i, first.column));
      order.sort((a, b) => sign * (value(a) - value(b)) || a - b);
    }
    this.#order = order;
    this.#added = [...this.pending.values()].filter(({ kind }) => kind === 'insert').map(({ row }) => row);
    this.#view++;
    const rows = order.length + this.#added.length;
    return {
      ...{ view: this.#view, rows, loading: false, truncated: false },
      ...(count > 0 && rows > 0 ? { first: this.page({ view: this.#view, start: 0, count }) } : {}),
    };
  }

  page({ view, start, count }: Omit<InputOf<'rows.page'>, 'sheet'>): OutputOf<'rows.page'> {
    if (view !== this.#view) throw new AppError('conflict', 'view-gone', 'The view is gone.');
    const order = this.#order ?? [];
    const stored = order.slice(start, start + count);
    const from = Math.max(0, start - order.length);
    const room = count - stored.length;
    const added = room > 0 ? this.#added.slice(from, from + room) : [];
    return {
      start,
      count: stored.length + added.length,
      keys: packColumn([...stored.map(MemoryBackend.key), ...added]),
      columns: LINES.columns.map(({ name }) =>
        packColumn([...stored.map((i) => this.value(i, name)), ...added.map(() => null)]),
      ),
      flags: Uint8Array.from([
        ...stored.map((i) => (i % 10 === 9 ? 0 : ROW_UPDATABLE | ROW_DELETABLE)),
        ...added.map(() => ROW_NEW | ROW_UPDATABLE | ROW_DELETABLE),
      ]),
    };
  }

  readonly #handlers: Handlers = {
    'views.list': () => this.views,
    'views.change': ({ change }) => {
      this.views = changeViews(this.views, viewsChange.parse(change));
      return this.views;
    },
    'sheets.open': () => ({
      definition: LINES,
      rights: {
        select: true,
        insert: true,
        delete: true,
        updateColumns: LINES.columns.map(({ name }) => name),
        insertColumns: LINES.columns.map(({ name }) => name),
        rowPolicies: true,
      },
      capabilities: {
        transactions: true,
        rowPolicies: true,
        governance: 'installed',
        outcomeProof: 'batch-id',
      },
      pending: { rows: [...this.pending.values()], counts: this.#counts() },
      unresolved: [],
      drift: [],
      ...(this.policy ? { policy: this.policy } : {}),
    }),
    'policies.get': () => {
      if (!this.policy) throw new AppError('bug', 'no-policy', 'There is no policy.');
      return this.policy;
    },
    'sheets.close': () => ({}),
    'rows.view': ({ query, first }) => this.viewAnswer(this.#makeView(query, first)),
    'rows.page': (input) => this.page(input),
    'rows.locate': ({ row }) => {
      const place = (this.#order ?? []).map(MemoryBackend.key).indexOf(row);
      return { place: place < 0 ? null : place };
    },
    'comments.list': () => ({ comments: [] }),
    'merge.state': () => ({
      rows: new Set(this.conflicts.map(({ row }) => row)).size,
      settled: 0,
      conflicts: [...this.conflicts],
      ...{ more: 0, columns: [], kinds: [] },
    }),
    'rows.refresh': () => ({ why: null }),
    'lookups.labels': ({ values }) => ({
      labels: values.map((value) => UNITS.get(value) ?? null),
      known: values.map((value) => UNITS.has(value)),
    }),
    'lookups.search': ({ text: query }) => {
      const wanted = query.toLowerCase();
      const matches = [...UNITS]
        .filter(([value, label]) => `${value} ${label}`.toLowerCase().includes(wanted))
        .map(([value, label]) => ({ value, label }));
      return { matches, total: matches.length };
    },
    'edits.append': ({ step }) => this.#append(step),
    'edits.undo': () => this.#swap(this.#undo, this.#redo),
    'edits.redo': () => this.#swap(this.#redo, this.#undo),
    'edits.discard': ({ rows }) => {
      const before = new Map(this.pending);
      for (const row of rows ?? [...this.pending.keys()]) this.pending.delete(row);
      this.#undo.push({ label: 'Discard', before });
      return this.#delta(before);
    },
  };
}
