import { AppError } from '../model/failure.ts';
import { fromUnits, scaleOf, toUnits } from '../values/units.ts';

/** One cell a total is spread over: its present value and whether the person holds it. */
export interface SpreadCell {
  /** Canonical decimal text; null counts as zero. */
  readonly value: string | null;
  readonly held: boolean;
}

/**
 * How a total is divided: evenly, in proportion to the present values, in proportion to another row's values, or by
 * the weeks of a quarter's months (4-4-5 and its rotations).
 */
export type SpreadMethod =
  | { readonly kind: 'even' }
  | { readonly kind: 'proportional' }
  | { readonly kind: 'like'; readonly weights: readonly (string | null)[] }
  | { readonly kind: 'weeks'; readonly pattern: readonly [number, number, number] };

export interface SpreadResult {
  /** New values, one a cell, `scale` decimal places; held cells keep their value. They add up to the total exactly. */
  readonly values: readonly string[];
  /** Set when the weights add up to zero, so the total was divided evenly instead. */
  readonly fellBackToEven: boolean;
}

/**
 * Spreads a total so that all cells, held ones included, add up to it exactly. Residual units go to the cells with the
 * largest cut-off remainders, earlier cells first (the largest remainder method), so the same input always gives the
 * same cells. Throws AppError `invalid` when nothing is left to change or the total has more decimals than `scale`.
 */
export const spread = (
  total: string,
  cells: readonly SpreadCell[],
  method: SpreadMethod,
  scale: number,
): SpreadResult => {
  const free = cells.flatMap((cell, i) => (cell.held ? [] : [i]));
  const first = free[0];
  const held = cells.reduce((sum, cell) => (cell.held ? sum + toUnits(cell.value ?? '0', scale) : sum), 0n);
  const rest = toUnits(total, scale) - held;
  if (first === undefined) {
    throw new AppError('invalid', 'all-held', 'Every cell is held. Release at least one to spread over it.');
  }
  const wanted = weightsOf(cells, method);
  const chosen = free.map((i) => wanted[i] ?? 0n);
  const sum = chosen.reduce((a, b) => a + b, 0n);
  const weights = sum === 0n ? free.map(() => 1n) : chosen;
  const shares = divide(rest, weights);
  const values = cells.map((cell) => fromUnits(toUnits(cell.held ? (cell.value ?? '0') : '0', scale), scale));
  free.forEach((cell, i) => {
    values[cell] = fromUnits(shares[i] ?? 0n, scale);
  });
  return { values, fellBackToEven: sum === 0n && method.kind !== 'even' };
};

/** Weights as whole numbers in one common scale. */
const weightsOf = (cells: readonly SpreadCell[], method: SpreadMethod): readonly bigint[] => {
  switch (method.kind) {
    case 'even':
      return cells.map(() => 1n);
    case 'weeks':
      return cells.map((_, i) => BigInt(method.pattern[i % 3] ?? 0));
    case 'proportional':
      return commonScale(cells.map((cell) => cell.value));
    case 'like':
      return commonScale(cells.map((_, i) => method.weights[i] ?? null));
  }
};

const commonScale = (values: readonly (string | null)[]): readonly bigint[] => {
  const scale = values.reduce((most, value) => Math.max(most, value === null ? 0 : scaleOf(value)), 0);
  return values.map((value) => toUnits(value ?? '0', scale));
};

/** Divides whole units by weights (whose sum is not zero); the parts add up to the whole. */
const divide = (units: bigint, weights: readonly bigint[]): bigint[] => {
  const sum = weights.reduce((a, b) => a + b, 0n);
  const parts = weights.map((weight, index) => {
    const product = units * weight;
    const quotient = floorDivide(product, sum);
    return { index, quotient, remainder: absolute(product - quotient * sum) };
  });
  // Every part was rounded down, so fewer than one unit a part is missing.
  let missing = units - parts.reduce((a, part) => a + part.quotient, 0n);
  const shares = parts.map((part) => part.quotient);
  const order = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const part of order) {
    if (missing === 0n) break;
    shares[part.index] = (shares[part.index] ?? 0n) + 1n;
    missing -= 1n;
  }
  return shares;
};

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
};
