import { fromUnits, scaleOf, toUnits } from '../values/units.ts';

/** What dragging the fill handle does to the selected values. */
export type FillMode = 'copy' | 'series';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;
const COUNTED = /^(.*?)(\d+)(\D*)$/s;
const DAY_MS = 86_400_000;

/**
 * Continues `source` by `count` values (negative: backwards, the nearest value first). In `series` mode numbers continue
 * the step between the last two (a single number is copied), dates step by days or, when they are whole months apart, by months,
 * `2026-11` by months, and `CC1010` by its trailing number; anything else repeats the source cyclically, as `copy` does.
 */
export const fillValues = (
  source: readonly (string | null)[],
  count: number,
  mode: FillMode,
  numeric: boolean,
): (string | null)[] => {
  const value = filler(source, count < 0, mode, numeric);
  return Array.from({ length: Math.abs(count) }, (_, i) => value(i));
};

/** The same one by one: answers the value of the cell `i` places, from 0, past the source. */
export const filler = (
  source: readonly (string | null)[],
  backwards: boolean,
  mode: FillMode,
  numeric: boolean,
): ((i: number) => string | null) => {
  const values = backwards ? [...source].reverse() : source;
  if (source.length === 0) return () => null;
  const next = mode === 'series' ? seriesOf(values, numeric, backwards) : null;
  return (i) => (next ? next(i + 1) : (values[i % values.length] ?? null));
};

type Next = (n: number) => string | null;

const seriesOf = (values: readonly (string | null)[], numeric: boolean, backwards: boolean): Next | null => {
  if (values.some((value) => value === null)) return null;
  const known = values as readonly string[];
  if (numeric) return numbers(known);
  return dates(known, backwards) ?? months(known, backwards) ?? counted(known, backwards);
};

const numbers = (values: readonly string[]): Next | null => {
  const last = values.at(-1);
  const before = values.at(-2);
  if (last === undefined || before === undefined) return null;
  const scale = Math.max(...values.map(scaleOf));
  const units = values.map((value) => toUnits(value, scale));
  const step = (units.at(-1) ?? 0n) - (units.at(-2) ?? 0n);
  if (units.some((unit, i) => i > 0 && unit - (units[i - 1] ?? 0n) !== step)) return null;
  return (n) => fromUnits((units.at(-1) ?? 0n) + step * BigInt(n), scale);
};

const dates = (values: readonly string[], backwards: boolean): Next | null => {
  const parsed = values.map((value) => DATE.exec(value));
  if (parsed.some((match) => !match)) return null;
  const parts = parsed.map((match) => ({
    y: Number(match?.[1]),
    m: Number(match?.[2]) - 1,
    d: Number(match?.[3]),
  }));
  const last = parts.at(-1);
  const before = parts.at(-2);
  if (!last) return null;
  const direction = backwards ? -1 : 1;
  if (!before) return (n) => isoDate(Date.UTC(last.y, last.m, last.d + n * direction));
  const monthStep = (last.y - before.y) * 12 + last.m - before.m;
  // Month ends stay month ends: 31 January is followed by 28 February and 31 March.
  const bothEnds = isMonthEnd(last) && isMonthEnd(before);
  if (monthStep !== 0 && (last.d === before.d || bothEnds)) {
    const day = Math.max(...parts.map((part) => part.d));
    return (n) => {
      const m = last.m + monthStep * n;
      const end = new Date(Date.UTC(last.y, m + 1, 0)).getUTCDate();
      return isoDate(Date.UTC(last.y, m, bothEnds ? end : Math.min(day, end)));
    };
  }
  const dayStep = (Date.UTC(last.y, last.m, last.d) - Date.UTC(before.y, before.m, before.d)) / DAY_MS;
  return (n) => isoDate(Date.UTC(last.y, last.m, last.d + dayStep * n));
};

const isMonthEnd = ({ y, m, d }: { y: number; m: number; d: number }): boolean =>
  new Date(Date.UTC(y, m + 1, 0)).getUTCDate() === d;

const isoDate = (time: number): string => new Date(time).toISOString().slice(0, 10);

const months = (values: readonly string[], backwards: boolean): Next | null => {
  const ordinals = values.map((value) => {
    const match = MONTH.exec(value);
    return match ? Number(match[1]) * 12 + Number(match[2]) - 1 : Number.NaN;
  });
  const last = ordinals.at(-1);
  if (last === undefined || ordinals.some(Number.isNaN)) return null;
  const before = ordinals.at(-2);
  const step = before === undefined ? (backwards ? -1 : 1) : last - before;
  return (n) => {
    const ordinal = last + step * n;
    return `${String(Math.floor(ordinal / 12)).padStart(4, '0')}-${String((ordinal % 12) + 1).padStart(2, '0')}`;
  };
};

const counted = (values: readonly string[], backwards: boolean): Next | null => {
  const parsed = values.map((value) => COUNTED.exec(value));
  const last = parsed.at(-1);
  if (!last || parsed.some((match) => match?.[1] !== last[1] || match?.[3] !== last[3])) return null;
  const digits = last[2] ?? '';
  const before = parsed.at(-2)?.[2];
  const step = before === undefined ? (backwards ? -1n : 1n) : BigInt(digits) - BigInt(before);
  return (n) => {
    const value = BigInt(digits) + step * BigInt(n);
    return value < 0n ? null : `${last[1]}${value.toString().padStart(digits.length, '0')}${last[3]}`;
  };
};
