import Big from 'big.js';
import { isDecimalText } from '../../shared/values/decimal.ts';
import { fromUnits, scaleOf, toUnits } from '../../shared/values/units.ts';

/** Scale kept for columns whose values differ in their decimals; finer values take the slow way. */
const USUAL_SCALE = 6;
/** Whole numbers up to here, added to as many again, are exact in a double (2^53 is the bound). */
const SAFE = 4e15;
const POWERS: readonly number[] = Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * Exact sums of many slots, values coming and going: small amounts as whole units in doubles below 2^53, everything else in
 * whole numbers of any size. Infinities and NaN add up as in PostgreSQL.
 */
export class ExactSums {
  readonly reversible = true;
  readonly #scale: number;
  readonly #units: Float64Array;
  readonly #values: Uint32Array;
  /** What does not fit into the doubles, by slot, in units of 10^-scale of its own. */
  readonly #large = new Map<number, { units: bigint; scale: number }>();
  /** How many NaN, Infinity and -Infinity a slot holds. */
  readonly #special = new Map<number, [number, number, number]>();
  /** Decimals shown: the most any value had. */
  #shown: number;

  /** `scale`: decimals of every value; undefined where they differ. */
  constructor(slots: number, scale: number | undefined) {
    this.#scale = scale === undefined ? USUAL_SCALE : Math.min(scale, POWERS.length - 1);
    this.#shown = scale ?? 0;
    this.#units = new Float64Array(slots);
    this.#values = new Uint32Array(slots);
  }

  /** Values in a slot. */
  values(slot: number): number {
    return this.#values[slot] ?? 0;
  }

  add(slot: number, value: string, by: 1 | -1): void {
    this.#values[slot] = this.values(slot) + by;
    const units = this.#unitsOf(value);
    if (units !== null) this.#addUnits(slot, units * by);
    else if (isDecimalText(value)) this.#addLarge(slot, value, by);
    else this.#addOther(slot, value, by);
  }

  addSlot(from: number, to: number): void {
    this.#values[to] = this.values(to) + this.values(from);
    this.#addUnits(to, this.#units[from] ?? 0);
    const large = this.#large.get(from);
    if (large) this.#spill(to, large.units, large.scale);
    const special = this.#special.get(from);
    if (special) for (const kind of [0, 1, 2] as const) this.#count(to, kind, special[kind]);
  }

  /** The sum, with the decimals of its values; null without values. */
  text(slot: number): string | null {
    if (this.values(slot) === 0) return null;
    const [nan, plus, minus] = this.#special.get(slot) ?? [0, 0, 0];
    if (nan > 0 || (plus > 0 && minus > 0)) return 'NaN';
    if (plus > 0) return 'Infinity';
    if (minus > 0) return '-Infinity';
    const small = BigInt(this.#units[slot] ?? 0);
    const large = this.#large.get(slot) ?? { units: 0n, scale: 0 };
    const scale = Math.max(this.#scale, large.scale);
    const units = small * power(scale - this.#scale) + large.units * power(scale - large.scale);
    return shortened(fromUnits(units, scale), this.#shown);
  }

  /** Whole units of a plain decimal that fits a double exactly; null for everything else. */
  #unitsOf(text: string): number | null {
    const { length } = text;
    if (length > 17 || length === 0) return null;
    const negative = text.charCodeAt(0) === 45;
    let units = 0;
    let places = -1;
    for (let i = negative ? 1 : 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code === 46 && places < 0) places = 0;
      else {
        const digit = code - 48;
        if (digit < 0 || digit > 9) return null;
        units = units * 10 + digit;
        if (places >= 0) places++;
      }
    }
    if (places < 0) places = 0;
    if (places > this.#scale || units > SAFE) return null;
    units *= POWERS[this.#scale - places] ?? Number.POSITIVE_INFINITY;
    if (units > SAFE) return null;
    if (places > this.#shown) this.#shown = places;
    return negative ? -units : units;
  }

  #addUnits(slot: number, units: number): void {
    const sum = (this.#units[slot] ?? 0) + units;
    if (sum < SAFE && sum > -SAFE) {
      this.#units[slot] = sum;
      return;
    }
    this.#units[slot] = 0;
    this.#spill(slot, BigInt(sum), this.#scale);
  }

  #addLarge(slot: number, value: string, by: 1 | -1): void {
    const scale = scaleOf(value);
    if (scale > this.#shown) this.#shown = scale;
    this.#spill(slot, toUnits(value, scale) * BigInt(by), scale);
  }

  #spill(slot: number, units: bigint, scale: number): void {
    const now = this.#large.get(slot) ?? { units: 0n, scale };
    const both = Math.max(now.scale, scale);
    this.#large.set(slot, {
      units: now.units * power(both - now.scale) + units * power(both - scale),
      scale: both,
    });
  }

  #addOther(slot: number, value: string, by: 1 | -1): void {
    const kind = value === 'NaN' ? 0 : value === 'Infinity' ? 1 : value === '-Infinity' ? 2 : null;
    if (kind !== null) this.#count(slot, kind, by);
    // The warehouse prints small and great floats with an exponent.
    else if (EXPONENT.test(value)) this.#addLarge(slot, new Big(value).toFixed(), by);
    else this.#count(slot, 0, by);
  }

  #count(slot: number, kind: 0 | 1 | 2, by: number): void {
    const counts = this.#special.get(slot) ?? [0, 0, 0];
    counts[kind] += by;
    this.#special.set(slot, counts);
  }
}

const EXPONENT = /^-?\d+(\.\d+)?e[+-]?\d{1,4}$/i;

const power = (digits: number): bigint => 10n ** BigInt(digits);

/** Without the decimals past `scale`, which are zeros. */
const shortened = (text: string, scale: number): string => {
  const point = text.indexOf('.');
  if (point < 0 || text.length - point - 1 <= scale) return text;
  const short = text.slice(0, scale === 0 ? point : point + 1 + scale);
  return short;
};
