import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillValues } from '../../../../shared/planning/series.ts';

test('copying repeats the source cyclically', () => {
  expect(fillValues(['1', '2'], 5, 'copy', true)).toEqual(['1', '2', '1', '2', '1']);
});

test('numbers continue the common step exactly and keep their decimals', () => {
  expect(fillValues(['0.10', '0.20'], 3, 'series', true)).toEqual(['0.30', '0.40', '0.50']);
  expect(fillValues(['90071992547409930', '90071992547409931'], 1, 'series', true)).toEqual([
    '90071992547409932',
  ]);
});

test('a single number, or numbers without a common step, are copied', () => {
  expect(fillValues(['7'], 2, 'series', true)).toEqual(['7', '7']);
  expect(fillValues(['1', '2', '4'], 3, 'series', true)).toEqual(['1', '2', '4']);
});

test('filling upwards continues the series backwards, the nearest value first', () => {
  expect(fillValues(['10', '20'], -2, 'series', true)).toEqual(['0', '-10']);
  expect(fillValues(['2026-01'], -2, 'series', false)).toEqual(['2025-12', '2025-11']);
});

test('a date steps by one day, two dates by their distance', () => {
  expect(fillValues(['2026-02-27'], 3, 'series', false)).toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
  expect(fillValues(['2026-01-01', '2026-01-08'], 2, 'series', false)).toEqual(['2026-01-15', '2026-01-22']);
});

test('dates a month apart step by months, and month ends stay month ends', () => {
  expect(fillValues(['2026-01-15', '2026-02-15'], 2, 'series', false)).toEqual(['2026-03-15', '2026-04-15']);
  expect(fillValues(['2025-12-31', '2026-01-31'], 3, 'series', false)).toEqual([
    '2026-02-28',
    '2026-03-31',
    '2026-04-30',
  ]);
});

test('months of a fiscal calendar roll over the year', () => {
  expect(fillValues(['2026-11'], 3, 'series', false)).toEqual(['2026-12', '2027-01', '2027-02']);
  expect(fillValues(['2026-01', '2026-04'], 2, 'series', false)).toEqual(['2026-07', '2026-10']);
});

test('a text with a trailing number counts on and keeps its leading zeros', () => {
  expect(fillValues(['CC0099'], 2, 'series', false)).toEqual(['CC0100', 'CC0101']);
  expect(fillValues(['Plan'], 2, 'series', false)).toEqual(['Plan', 'Plan']);
});

const iso = (y: number, m: number, d: number): string =>
  `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
const year = fc.integer({ min: 1900, max: 2099 });
const monthOfYear = fc.integer({ min: 1, max: 12 });
const count = fc.integer({ min: 1, max: 60 });

/** Two numbers with the same decimals. */
const numbers = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.bigInt({ min: -9_999n, max: 9_999n }))
  .map(([from, step]) => [from, from + step].map((units) => `${units}`));
/** Two days of the same month or whole months apart, on days every month has. */
const days = fc
  .tuple(year, monthOfYear, fc.integer({ min: 1, max: 27 }), fc.integer({ min: 1, max: 27 }))
  .map(([y, m, a, b]) => [iso(y, m, a), iso(y, m, b)]);
const wholeMonths = fc
  .tuple(year, monthOfYear, monthOfYear, fc.integer({ min: 1, max: 28 }))
  .map(([y, a, b, d]) => [iso(y, a, d), iso(y, b, d)]);
const ordinals = fc
  .tuple(year, monthOfYear, monthOfYear)
  .map(([y, a, b]) => [iso(y, a, 1), iso(y, b, 1)].map((day) => day.slice(0, 7)));
const series = fc.oneof(
  numbers.map((source) => ({ source, numeric: true })),
  fc.oneof(days, wholeMonths, ordinals).map((source) => ({ source, numeric: false })),
);

describe('any series of numbers, dates or months', () => {
  test('filled further and cut off is the series filled less far', () => {
    fc.assert(
      fc.property(series, count, count, ({ source, numeric }, n, more) => {
        expect(fillValues(source, n + more, 'series', numeric).slice(0, n)).toEqual(
          fillValues(source, n, 'series', numeric),
        );
      }),
    );
  });

  test('goes on from its own continuation as it would have gone on', () => {
    fc.assert(
      fc.property(series, count, count, ({ source, numeric }, n, more) => {
        const first = fillValues(source, n + 1, 'series', numeric);
        expect([...first, ...fillValues([...source, ...first], more, 'series', numeric)]).toEqual(
          fillValues(source, n + 1 + more, 'series', numeric),
        );
      }),
    );
  });

  test('filled down and then up from there is what it came from', () => {
    fc.assert(
      fc.property(series, count, ({ source, numeric }, n) => {
        const down = [...source, ...fillValues(source, n, 'series', numeric)];
        const last = down.slice(-2);
        const up = fillValues(last, -(down.length - 2), 'series', numeric);
        expect([...up].reverse()).toEqual(down.slice(0, -2));
      }),
    );
  });
});

test('months keep their day, and where a month is too short its end stands in for it', () => {
  const last = (y: number, m: number): number => new Date(Date.UTC(y, m, 0)).getUTCDate();
  fc.assert(
    fc.property(year, fc.integer({ min: 29, max: 31 }), count, (y, d, n) => {
      // January and March have 31 days, so that the day of both is the one meant.
      const filled = fillValues([iso(y, 1, d), iso(y, 3, d)], n, 'series', false);
      filled.forEach((value, i) => {
        const months = 2 + 2 * (i + 1);
        const [at, m] = [y + Math.floor(months / 12), (months % 12) + 1];
        expect(value).toBe(iso(at, m, d === 31 ? last(at, m) : Math.min(d, last(at, m))));
      });
    }),
  );
});
