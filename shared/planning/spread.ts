import { AppError } from '../model/failure.ts';
import { fromUnits, scaleOf, toUnits } from '../values/units.ts';
import { A_STEP, finished, type InSteps, sortedInSteps } from './steps.ts';

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
export const spread = (...given: Parameters<typeof spreadInSteps>): SpreadResult =>
  finished(spreadInSteps(...given));

/** The same in steps, for many cells. */
export const spreadInSteps = function* (
  total: string,
  cells: readonly SpreadCell[],
  method: SpreadMethod,
  scale: number,
): InSteps<SpreadResult> {
  const values: string[] = [];
  const free: number[] = [];
  let held = 0n;
  for (const [i, cell] of cells.entries()) {
    if ((i & A_STEP) === A_STEP) yield;
    const units = toUnits(cell.held ? (cell.value ?? '0') : '0', scale);
    held += units;
    values.push(fromUnits(units, scale));
    if (!cell.held) free.push(i);
  }
  const rest = toUnits(total, scale) - held;
  if (free.length === 0) {
    throw new AppError('invalid', 'all-held', 'Every cell is held. Release at least one to spread over it.');
  }
  const weightAt = yield* weightsOf(cells, method);
  const chosen = free.map(weightAt);
  const sum = chosen.reduce((a, b) => a + b, 0n);
  const weights = sum === 0n ? free.map(() => 1n) : chosen;
  yield;
  const shares = yield* divide(rest, weights);
  for (const [i, cell] of free.entries()) {
    if ((i & A_STEP) === A_STEP) yield;
    values[cell] = fromUnits(shares[i] ?? 0n, scale);
  }
  return { values, fellBackToEven: sum === 0n && method.kind !== 'even' };
};

/** Weights of the cells by their places, as whole numbers in one common scale. */
const weightsOf = function* (
  cells: readonly SpreadCell[],
  method: SpreadMethod,
): InSteps<(i: number) => bigint> {
  switch (method.kind) {
    case 'even':
      return () => 1n;
    case 'weeks': {
      const weeks = method.pattern.map(BigInt);
      return (i) => weeks[i % 3] ?? 0n;
    }
    case 'proportional':
      return yield* commonScale(cells.map((cell) => cell.value));
    case 'like':
      return yield* commonScale(cells.map((_, i) => method.weights[i] ?? null));
  }
};

const commonScale = function* (values: readonly (string | null)[]): InSteps<(i: number) => bigint> {
  const scale = values.reduce((most, value) => Math.max(most, value === null ? 0 : scaleOf(value)), 0);
  const weights: bigint[] = [];
  for (const [i, value] of values.entries()) {
    if ((i & A_STEP) === A_STEP) yield;
    weights.push(toUnits(value ?? '0', scale));
  }
  return (i) => weights[i] ?? 0n;
};

/** Divides whole units by weights (whose sum is not zero); the parts add up to the whole. */
const divide = function* (units: bigint, weights: readonly bigint[]): InSteps<bigint[]> {
  const sum = weights.reduce((a, b) => a + b, 0n);
  const shares: bigint[] = [];
  const remainders: bigint[] = [];
  // Every part is rounded down, so fewer than one unit a part is missing.
  let missing = units;
  for (const [i, weight] of weights.entries()) {
    if ((i & A_STEP) === A_STEP) yield;
    const product = units * weight;
    const quotient = floorDivide(product, sum);
    shares.push(quotient);
    remainders.push(absolute(product - quotient * sum));
    missing -= quotient;
  }
  if (missing === 0n) return shares;
  const largest = yield* sortedInSteps([...weights.keys()], (a, b) => {
    const [left = 0n, right = 0n] = [remainders[a], remainders[b]];
    return left === right ? a - b : left > right ? -1 : 1;
  });
  for (const index of largest) {
    if (missing === 0n) break;
    shares[index] = (shares[index] ?? 0n) + 1n;
    missing -= 1n;
  }
  return shares;
};

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
};
