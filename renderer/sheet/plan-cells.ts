import type { Column } from '../../shared/model/sheet.ts';
import { A_STEP, type InSteps } from '../../shared/planning/steps.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import type { MissingMonths } from './missing-months.ts';
import { spreadScale, totalInSteps } from './plan-values.ts';
import type { SheetModel } from './sheet-model.ts';

/** A cell that is planned; `month` is its place in the year, from 0, where that is known. */
export interface PlanCell {
  readonly row: SheetRow;
  readonly column: Column;
  readonly month?: number;
}

/** The cells a planning command works on, in reading order, and the months of their line that have no row. */
export interface PlanCells {
  readonly cells: readonly PlanCell[];
  readonly missing?: MissingMonths | null;
}

/** What planning over cells begins with. */
export interface PlanStart {
  readonly cells: readonly PlanCell[];
  /** Decimal places all of their columns keep. */
  readonly scale: number;
  readonly values: readonly (string | null)[];
  /** Cells that cannot be changed. */
  readonly locked: readonly boolean[];
  readonly total: string;
}

/** Looks at the cells that are to be planned. */
export const planStart = function* (model: SheetModel, cells: readonly PlanCell[]): InSteps<PlanStart> {
  let scale = Number.POSITIVE_INFINITY;
  const values: (string | null)[] = [];
  const locked: boolean[] = [];
  for (const [i, { row, column }] of cells.entries()) {
    if ((i & A_STEP) === A_STEP) yield;
    scale = Math.min(scale, spreadScale(column) ?? Number.POSITIVE_INFINITY);
    values.push(model.value(row, column));
    locked.push(model.readOnlyReason(row, column) !== null);
  }
  return { cells, scale, values, locked, total: yield* totalInSteps(values, scale) };
};

/** The cells with those of the months to be added, in the order of the year. */
export const withMonths = (
  cells: readonly PlanCell[],
  missing: MissingMonths | null | undefined,
): readonly PlanCell[] => {
  const column = cells[0]?.column;
  if (!column || !missing) return cells;
  const added = missing.months.map(({ row, month }) => ({
    row,
    column,
    month: Number(month.slice(5, 7)) - 1,
  }));
  return [...cells, ...added].sort((a, b) => (a.month ?? 0) - (b.month ?? 0));
};

/** Places of the cells in their year, where all of them are known. */
export const monthsOf = (cells: readonly PlanCell[]): { months: number[] } | null => {
  const months = cells.flatMap(({ month }) => (month === undefined ? [] : [month]));
  return months.length === cells.length ? { months } : null;
};
