import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  findDateOrder,
  findDecimalMark,
  findPercent,
  withDateOrder,
  withDecimalMark,
} from '../../../../shared/values/conventions.ts';
import { localeOf } from '../../../../shared/values/locale.ts';
import { parseDate } from '../../../../shared/values/parse-date.ts';
import { parseNumber } from '../../../../shared/values/parse-number.ts';
import { readNumber } from '../../../../shared/values/read-number.ts';

const en = localeOf('en-GB');
const de = localeOf('de-DE');
const fr = localeOf('fr-FR');

describe('the decimal mark of a block', () => {
  test('one number with both marks speaks for the whole block, and a number that could be either is asked about', () => {
    expect(findDecimalMark(['1.234,50', '12'], en)).toEqual({ value: ',', ask: false, example: '1.234,50' });
    expect(findDecimalMark(['1.234,50', '7.500'], en)).toEqual({ value: ',', ask: true, example: '7.500' });
    expect(findDecimalMark(['0,123', '7.500'], de)).toMatchObject({ value: ',', ask: false });
  });

  test('what the locale settles is not asked', () => {
    expect(findDecimalMark(['7.500', '1,250'], en)).toEqual({ value: null, ask: false, example: null });
    expect(findDecimalMark(['7.500'], de)).toMatchObject({ ask: false });
    expect(findDecimalMark(['words', '', 'FC1', '3.5 apples'], de)).toMatchObject({
      value: null,
      ask: false,
    });
  });

  test('a mark the locale does not use is asked about', () => {
    expect(findDecimalMark(['7.500'], fr)).toEqual({ value: null, ask: true, example: '7.500' });
  });

  test('a block that proves both is asked about only where something stays open', () => {
    expect(findDecimalMark(['1.234,50', '1,234.50'], en)).toMatchObject({ value: null, ask: false });
    expect(findDecimalMark(['1.234,50', '1,234.50', '1.500'], en)).toMatchObject({ value: null, ask: true });
  });

  test('a number says the same about its mark with a blank behind it, which takes the longer way', () => {
    const digits = (most: number) => fc.stringMatching(new RegExp(`^\\d{0,${most}}$`));
    const text = fc
      .tuple(fc.constantFrom('', '-'), digits(5), fc.constantFrom('', '.', ',', '..', '.,'), digits(5))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom(en, de, fr), (each, locale) => {
        const { value, ask } = findDecimalMark([each], locale);
        expect({ value, ask }).toEqual(
          (({ value, ask }) => ({ value, ask }))(findDecimalMark([`${each} `], locale)),
        );
      }),
    );
  });

  test('numbers written in one locale are read exactly in any other once the mark is found', () => {
    const amount = fc.tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 99 }));
    fc.assert(
      fc.property(
        fc.array(amount, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(en, de, fr),
        (amounts, reader) => {
          const plain = amounts.map(([whole, cents]) => `${whole}.${String(cents).padStart(2, '0')}`);
          const german = plain.map((value) => {
            const [whole = '', cents = ''] = value.replace('-', '').split('.');
            const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '.');
            return `${value.startsWith('-') ? '-' : ''}${grouped},${cents}`;
          });
          const found = findDecimalMark(german, reader);
          expect(found.value).toBe(',');
          const locale = withDecimalMark(reader, ',');
          german.forEach((text, i) => {
            const reading = readNumber(text, locale);
            expect(reading.kind === 'read' && Number(reading.value)).toBe(Number(plain[i]));
          });
        },
      ),
    );
  });
});

describe('the order of dates in a block', () => {
  test('one date with a day above twelve speaks for the block; the rest is asked', () => {
    expect(findDateOrder(['11/24/2026'], en)).toEqual({ value: 'mdy', ask: false, example: '11/24/2026' });
    expect(findDateOrder(['11/24/2026', '03/04/2026'], en)).toEqual({
      value: 'mdy',
      ask: true,
      example: '03/04/2026',
    });
    expect(findDateOrder(['03/04/2026'], en)).toMatchObject({ value: null, ask: false });
    expect(findDateOrder(['03.04.2026'], en)).toMatchObject({ value: null, ask: true });
    expect(findDateOrder(['2026-03-04', '4 March 2026', '03/03/2026'], en)).toMatchObject({ ask: false });
  });

  test('the order chosen settles the dates', () => {
    const locale = withDateOrder(en, 'mdy', '03.04.2026');
    expect(parseDate('03.04.2026', locale, '2026-01-01')).toEqual({ kind: 'value', value: '2026-03-04' });
  });
});

describe('the percentages of a block', () => {
  test('are asked about once, with the first as the example', () => {
    expect(findPercent(['12', '', ' 7,5 % ', '3%'])).toEqual({ value: null, ask: true, example: '7,5 %' });
    expect(findPercent(['12', '% of sales', 'n%'])).toMatchObject({ ask: false, example: null });
  });

  test('are read as answered', () => {
    const type = { kind: 'decimal' } as const;
    expect(parseNumber('12.5%', type, undefined, en)).toMatchObject({ kind: 'ambiguous' });
    expect(parseNumber('12.5%', type, undefined, { ...en, percent: 'number' })).toMatchObject({
      value: '12.5',
    });
    expect(parseNumber('(12.5%)', type, undefined, { ...en, percent: 'hundredth' })).toMatchObject({
      value: '-0.125',
    });
    expect(parseNumber('5%', type, { percent: true }, { ...en, percent: 'number' })).toMatchObject({
      value: '0.05',
    });
  });
});
