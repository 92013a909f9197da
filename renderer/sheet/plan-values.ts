import type { Column } from '../../shared/model/sheet.ts';
import { evaluateArithmetic } from '../../shared/planning/arithmetic.ts';
import { type SpreadMethod, spread } from '../../shared/planning/spread.ts';
import { roundForDisplay } from '../../shared/values/decimal.ts';
import { fromUnits, toUnits } from '../../shared/values/units.ts';

/** What a planning command does with the cells of a range, in reading order. */
export type PlanMethod = 'even' | 'proportional' | 'like' | '4-4-5' | 'grow' | 'copy';

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
  /** For `like`: values of the cells whose proportions are followed, in the same order. */
  readonly weights?: readonly (string | null)[];
}

/** Exact sum of the cells in the scale of the column. */
export const totalOf = (values: readonly (string | null)[], scale: number): string =>
  fromUnits(
    values.reduce((sum, value) => sum + toUnits(value ?? '0', scale), 0n),
    scale,
  );

/** Decimal places of a column that numbers can be spread over; null when it is none. */
export const spreadScale = ({ type, lookup }: Column): number | null => {
  if (lookup) return null;
  if (type.kind === 'integer') return 0;
  return type.kind === 'decimal' && type.scale !== undefined && type.scale >= 0 ? type.scale : null;
};

const howOf = (
  method: 'even' | 'proportional' | 'like' | '4-4-5',
  weights: readonly (string | null)[],
): SpreadMethod => {
  switch (method) {
    case 'like':
      return { kind: 'like', weights };
    case '4-4-5':
      return { kind: 'weeks', pattern: [4, 4, 5] };
    default:
      return { kind: method };
  }
};

/**
 * New values of a range. A spread total adds up exactly, held cells included; growth rounds each cell half away from zero to
 * the column's scale, which is what the preview shows. Throws AppError `invalid`.
 */
export const planValues = ({
  method,
  amount,
  values,
  held,
  scale,
  weights = [],
}: PlanRequest): { values: readonly string[]; note: string | null } => {
  const cells = values.map((value, i) => ({ value, held: held[i] ?? false }));
  switch (method) {
    case 'even':
    case 'proportional':
    case 'like':
    case '4-4-5': {
      const result = spread(amount, cells, howOf(method, weights), scale);
      return {
        values: result.values,
        note: result.fellBackToEven
          ? `${method === 'like' ? 'The values to follow' : 'The present values'} add up to zero, so the total is divided evenly.`
          : null,
      };
    }
    case 'grow': {
      const sign = amount.startsWith('-') ? '' : '+';
      return {
        values: cells.map(({ value, held: fixed }) =>
          fixed || value === null
            ? (value ?? '0')
            : roundForDisplay(evaluateArithmetic(`${sign}${amount}%`, value), scale),
        ),
        note: null,
      };
    }
    case 'copy':
      return {
        values: cells.map(({ value, held: fixed }) => (fixed ? (value ?? '0') : (cells[0]?.value ?? '0'))),
        note: null,
      };
  }
};
