import { PAGE_SIZE } from '../../../renderer/sheet/sheet-view.ts';
import type { BackendClient } from '../../../shared/contract/client.ts';
import type { InputOf, OperationName, OutputOf } from '../../../shared/contract/operations.ts';
import type { EditStep, PendingCounts, PendingDelta, PendingRow } from '../../../shared/model/edit.ts';
import {
  packColumn,
  ROW_DELETABLE,
  ROW_UPDATABLE,
  type RowPage,
  rowKeyOf,
} from '../../../shared/model/rows.ts';
import { NO_VIEWS } from '../../../shared/model/saved-view.ts';
import { type Column, column, type SheetDefinition } from '../../../shared/model/sheet.ts';
import { countPending, foldStep } from '../../../shared/plan/pending.ts';

const text = (name: string): Column =>
  column.parse({ name, label: name, type: { kind: 'text' }, sqlType: 'text' });
const number = (name: string): Column =>
  column.parse({
    name,
    label: name,
    type: { kind: 'decimal', precision: 18, scale: 2 },
    sqlType: 'numeric(18,2)',
    rules: [{ kind: 'range', max: '9000000' }],
    format: { decimals: 2, grouping: true },
  });

/** Nine columns, as the demo's plan has them. */
export const BENCH_SHEET: SheetDefinition = {
  version: 1,
  id: 'bench',
  name: 'Bench',
  source: { schema: 'bench', table: 'line' },
  sourceKind: 'table',
  key: ['id'],
  columns: [
    text('id'),
    text('cost_center'),
    text('account'),
    text('period'),
    number('amount'),
    text('currency'),
    number('quantity'),
    number('price'),
    text('memo'),
  ],
  rules: [],
};

/** The value of a cell, worked out from its place alone. */
export const benchValue = (row: number, at: number): string => {
  switch (at) {
    case 0:
      return `R${row}`;
    case 1:
      return `CC${String(row % 400).padStart(4, '0')}`;
    case 2:
      return String(4000 + (row % 120));
    case 3:
      return `2026-${String(1 + (row % 12)).padStart(2, '0')}`;
    case 5:
      return 'EUR';
    case 8:
      return `remark ${row}`;
    default:
      return `${(row * 7919) % 100_000}.${String((row * at) % 100).padStart(2, '0')}`;
  }
};

export const benchKey = (row: number): string => rowKeyOf([`R${row}`]);

const pageOf = (start: number, count: number): RowPage => {
  const rows = Array.from({ length: count }, (_, i) => start + i);
  return {
    start,
    count,
    keys: packColumn(rows.map(benchKey)),
    columns: BENCH_SHEET.columns.map((_, at) => packColumn(rows.map((row) => benchValue(row, at)))),
    flags: new Uint8Array(count).fill(ROW_UPDATABLE | ROW_DELETABLE),
  };
};

/** Milliseconds an answer takes, as over a port on the same machine; the same for every contender. */
export const ANSWER_MS = 2;

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ANSWER_MS));

/** A sheet of generated rows behind the contract; `pending` of its rows, evenly over the first `spread`, are changed. */
export const benchBackend = (rowCount: number, pending: number, spread: number): BackendClient => {
  const folded = new Map<string, PendingRow>();
  for (let i = 0; i < pending; i++) {
    const row = Math.floor((i * spread) / pending);
    const before = benchValue(row, 4);
    folded.set(benchKey(row), {
      kind: 'update',
      row: benchKey(row),
      cells: { amount: { before, after: `${i}.50` } },
    });
  }
  const steps: EditStep[] = [];
  const counts = (): PendingCounts => ({
    ...countPending(folded),
    undo: steps.at(-1)?.label ?? null,
    redo: null,
  });
  /** Steps of the bench only set cells, so that the way back is the same step the other way round. */
  const undo = (): PendingDelta => {
    const step = steps.pop();
    if (!step?.sets) throw new Error('There is nothing to undo.');
    const { before, after } = step.sets;
    return fold({ ...step, sets: { ...step.sets, before: after, after: before } });
  };
  const append = (step: EditStep): PendingDelta => {
    steps.push(step);
    return fold(step);
  };
  const fold = (step: EditStep): PendingDelta => {
    const touched = [...foldStep(folded, step)];
    return {
      sheet: 'bench',
      rows: touched.flatMap((row) => folded.get(row) ?? []),
      cleared: touched.filter((row) => !folded.has(row)),
      counts: counts(),
    };
  };
  const start = { rows: [...folded.values()], counts: counts() };
  const { columns } = BENCH_SHEET;
  const names = columns.map(({ name }) => name);
  // As the backend has its rows: made once.
  const pages = new Map<number, RowPage>();
  const page = (at: number, count: number): RowPage => {
    const held = pages.get(at) ?? pageOf(at, count);
    pages.set(at, held);
    return held;
  };
  page(0, Math.min(PAGE_SIZE.pageSize, rowCount));
  const answers: { [N in OperationName]?: (input: InputOf<N>) => OutputOf<N> } = {
    'sheets.open': () => ({
      definition: BENCH_SHEET,
      rights: {
        select: true,
        insert: true,
        delete: true,
        updateColumns: names,
        insertColumns: names,
        rowPolicies: false,
      },
      capabilities: {
        transactions: true,
        rowPolicies: false,
        governance: 'installed',
        outcomeProof: 'batch-id',
      },
      pending: start,
      views: NO_VIEWS,
      unresolved: [],
      drift: [],
    }),
    'rows.view': ({ first }) => ({
      ...{ view: 1, rows: rowCount, loading: false, truncated: false },
      ...(first === undefined ? {} : { first: page(0, Math.min(first, rowCount)) }),
    }),
    'rows.page': ({ start, count }) => page(start, Math.min(count, rowCount - start)),
    'edits.append': ({ step }) => append(step),
    'edits.undo': () => undo(),
    'sheets.close': () => ({}),
  };
  return {
    on: () => () => {},
    call: async <N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> => {
      await later();
      const answer = answers[name];
      if (!answer) throw new Error(`The bench has no ${name}.`);
      return answer(input);
    },
  };
};
