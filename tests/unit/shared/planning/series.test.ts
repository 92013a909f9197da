import { expect, test } from 'vitest';
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
