import type { Column } from '../../shared/model/sheet.ts';
import { evaluateArithmetic } from '../../shared/planning/arithmetic.ts';
import { type SpreadMethod, spreadInSteps } from '../../shared/planning/spread.ts';
import { A_STEP, finished, type InSteps } from '../../shared/planning/steps.ts';
import { roundForDisplay } from '../../shared/values/decimal.ts';
import { fromUnits, toUnits } from '../../shared/values/units.ts';

/** Cells that are reckoned in one step, less one. */
const A_FEW = 0x1f;

/** What a planning command does with the cells of a range, in reading order. */
export type PlanMethod = 'even' | 'proportional' | 'like' | WeekPattern | 'grow' | 'copy';
/** Weeks of the months of a quarter. */
export type WeekPattern = '4-4-5' | '4-5-4' | '5-4-4';

export interface PlanRequest {
  readonly method: PlanMethod;
  /** A total for spreading, a percentage for growing; plain decimal text. */
  readonly amount: string;
  /** Present values; null counts as zero. */
  readonly values: readonly (string | null)[];
  /** Cells that keep their value: read-only ones, and those the person holds. */
  readonly held: readonly boolean[];
  /** Decimal places the cells keep. */
  readonly scale: number;
  /** Columns of the range, for what goes from month to month: down its rows, or across where it has one row. One where absent. */
  readonly width?: number;
  /** Places of the cells in their year, from 0, where that is known; else the first cell begins a quarter. */
  readonly months?: readonly number[];
  /** For `like`: values of the cells whose proportions are followed, in the same order. */
  readonly weights?: readonly (string | null)[];
}

/** Exact sum of the cells in the scale of the column. */
export const totalOf = (values: readonly (string | null)[], scale: number): string =>
  finished(totalInSteps(values, scale));

export const totalInSteps = function* (values: readonly (string | null)[], scale: number): InSteps<string> {
  let sum = 0n;
  for (const [i, value] of values.entries()) {
    if ((i & A_STEP) === A_STEP) yield;
    sum += toUnits(value ?? '0', scale);
  }
  return fromUnits(sum, scale);
};

/** Decimal places of a column that numbers can be spread over; null when it is none. */
export const spreadScale = ({ type, lookup }: Column): number | null => {
  if (lookup) return null;
  if (type.kind === 'integer') return 0;
  return type.kind === 'decimal' && type.scale !== undefined && type.scale >= 0 ? type.scale : null;
};

const howOf = (
  method: 'even' | 'proportional' | 'like' | WeekPattern,
  weights: readonly (string | null)[],
  months: readonly number[],
): SpreadMethod => {
  switch (method) {
    case 'like':
      return { kind: 'like', weights };
    case 'even':
    case 'proportional':
      return { kind: method };
    default: {
      const weeks = method.split('-');
      return { kind: 'like', weights: months.map((month) => weeks[month % 3] ?? null) };
    }
  }
};

/** New values of a range, and what is to be known of them; null where there is nothing. */
export interface PlannedValues {
  readonly values: readonly string[];
  readonly note: string | null;
}

/**
 * New values of a range. A spread total adds up exactly, held cells included; growth rounds each cell half away from zero to
 * the column's scale, which is what the preview shows. Throws AppError `invalid`.
 */
export const planValues = (request: PlanRequest): PlannedValues => finished(planInSteps(request));

/** The same in steps, for many cells. */
export const planInSteps = function* ({
  method,
  amount,
  values,
  held,
  scale,
  width = 1,
  weights = [],
  months: known,
}: PlanRequest): InSteps<PlannedValues> {
  const cells = values.map((value, i) => ({ value, held: held[i] ?? false }));
  const across = width >= cells.length;
  yield;
  switch (method) {
    case 'even':
    case 'proportional':
    case 'like':
    case '4-4-5':
    case '4-5-4':
    case '5-4-4': {
      const months = known ?? cells.map((_, i) => (across ? i : Math.floor(i / width)));
      const result = yield* spreadInSteps(amount, cells, howOf(method, weights, months), scale);
      return {
        values: result.values,
        note: result.fellBackToEven
          ? `${method === 'like' ? 'The values to follow' : 'The present values'} add up to zero, so the total is divided evenly.`
          : null,
      };
    }
    case 'grow': {
      const sign = amount.startsWith('-') ? '' : '+';
      const grown: string[] = [];
      for (const [i, { value, held: fixed }] of cells.entries()) {
        if ((i & A_FEW) === A_FEW) yield;
        grown.push(
          fixed || value === null
            ? (value ?? '0')
            : roundForDisplay(evaluateArithmetic(`${sign}${amount}%`, value), scale),
        );
      }
      return { values: grown, note: null };
    }
    case 'copy':
      return {
        values: cells.map(({ value, held: fixed }, i) =>
          fixed ? (value ?? '0') : (cells[across ? 0 : i % width]?.value ?? '0'),
        ),
        note: null,
      };
  }
};
