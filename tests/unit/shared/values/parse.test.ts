import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ColumnType } from '../../../../shared/model/sheet.ts';
import { editText, formatValue } from '../../../../shared/values/format.ts';
import { localeOf } from '../../../../shared/values/locale.ts';
import { parseInput } from '../../../../shared/values/parse.ts';
import { aColumn } from '../../../support/columns.ts';

const TODAY = '2026-11-24';
const en = localeOf('en-US');
const de = localeOf('de-DE');
const fr = localeOf('fr-FR');
const money: ColumnType = { kind: 'decimal', precision: 18, scale: 2 };
const read = (text: string, type: ColumnType, locale = en) =>
  parseInput(text, aColumn({ type }), locale, TODAY);
const value = (text: string, type: ColumnType, locale = en) => {
  const parsed = read(text, type, locale);
  return parsed.kind === 'value' ? parsed.value : parsed.kind;
};

test('a decimal column keeps what fits to the last digit, padded, and refuses the rest', () => {
  const digits = fc.stringMatching(/^\d{0,8}$/);
  fc.assert(
    fc.property(
      digits,
      digits,
      fc.boolean(),
      fc.nat(10),
      fc.nat(6),
      (first, fraction, minus, more, scale) => {
        const whole = first === '' ? '0' : first;
        const precision = scale + more;
        if (precision === 0) return;
        const text = `${minus ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
        const significant = whole.replace(/^0+/, '');
        const used = fraction.replace(/0+$/, '');
        const fits = significant.length <= more && used.length <= scale;
        const zero = significant === '' && used === '';
        const body = `${significant || '0'}${scale === 0 ? '' : `.${used.padEnd(scale, '0')}`}`;
        expect(value(text, { kind: 'decimal', precision, scale })).toBe(
          fits ? `${minus && !zero ? '-' : ''}${body}` : 'invalid',
        );
      },
    ),
  );
});

test.each([
  ['1234.5', '1234.50'],
  ['1,234.56', '1234.56'],
  ['(12)', '-12.00'],
  ['12-', '-12.00'],
  ['\u22125', '-5.00'],
  ['$ 1,000', '1000.00'],
  ['1\u00a0234.50', '1234.50'],
  ["1'234.50", '1234.50'],
  ['1e3', '1000.00'],
  ['.5', '0.50'],
  ['007', '7.00'],
  ['-0', '0.00'],
  ['12,34,567.89', '1234567.89'],
])('an English reader takes %s for %s', (text, wanted) => {
  expect(value(text, money)).toBe(wanted);
});

test.each([
  ['1.234,56', '1234.56'],
  ['-35,01', '-35.01'],
  ['1.234.567', '1234567.00'],
  ['1.234', '1234.00'],
  ['1 234,50', '1234.50'],
])('a German reader takes %s for %s', (text, wanted) => {
  expect(value(text, money, de)).toBe(wanted);
});

test('a number that contradicts the locale but has one reading is read and noted', () => {
  expect(read('1.234,50', money, en)).toMatchObject({
    kind: 'value',
    value: '1234.50',
    note: '1.234,50 read as 1234.50',
  });
  expect(read('-35,01', money, en)).toMatchObject({ kind: 'value', value: '-35.01' });
});

test('a number with two readings is asked about, never guessed', () => {
  const parsed = read('1.234', { kind: 'decimal', precision: 18, scale: 3 }, fr);
  expect(parsed).toMatchObject({ kind: 'ambiguous' });
  expect(parsed.kind === 'ambiguous' && parsed.options.map((option) => option.value)).toEqual([
    '1234.000',
    '1.234',
  ]);
  expect(read('5%', money).kind).toBe('ambiguous');
});

test.each([
  ['abc', money, /not a number/],
  ['NaN', money, /not a number/],
  ['Infinity', money, /not a number/],
  ['12,34.5', money, /unusual places/],
  ['1..2', money, /number|separators|unusual/],
  ['1e309', money, /too large/],
  ['1e999999', money, /not a number|exponent/],
  ['1234567890123456789012345678901234567890', money, /too large/],
  ['12.345', money, /3 decimal places; the column keeps 2/],
  ['1.5', { kind: 'integer', bits: 32 }, /not a whole number/],
  ['2147483648', { kind: 'integer', bits: 32 }, /outside/],
  ['1e400', { kind: 'float', bits: 64 }, /too large/],
  ['31.02.', { kind: 'date' }, /February 2026 has 28 days/],
  ['2026-13-01', { kind: 'date' }, /no month 13/],
  ['99/99/9999', { kind: 'date' }, /not a date/],
  ['25:00', { kind: 'time', digits: 6 }, /time/],
  ['maybe', { kind: 'boolean' }, /neither yes nor no/],
  ['blue', { kind: 'enum', values: ['red', 'green'] }, /not in the list/],
  ['{', { kind: 'json' }, /JSON/],
  ['a\0b', { kind: 'text' }, /NUL/],
  ['a\ud800', { kind: 'text' }, /surrogate/],
  ['toolong', { kind: 'text', maxLength: 3 }, /7 characters; the column keeps 3/],
  ['x'.repeat(1_000_001), { kind: 'text' }, /at most 1000000/],
] as const)('%.40s is refused with the reason', (text, type, reason) => {
  const parsed = read(text, type as ColumnType);
  expect(parsed.kind).toBe('invalid');
  expect(parsed.kind === 'invalid' && parsed.message).toMatch(reason);
});

test('a column without precision keeps every digit typed', () => {
  const long = `${'1234567890'.repeat(4)}.${'0987654321'.repeat(4)}`;
  expect(value(long, { kind: 'decimal' })).toBe(long);
});

test.each([
  ['24.11.', de, '2026-11-24'],
  ['24.11.26', de, '2026-11-24'],
  ['1/2/68', en, '2068-01-02'],
  ['1/2/69', en, '1969-01-02'],
  ['11/24/2026', en, '2026-11-24'],
  ['24/11/2026', en, '2026-11-24'],
  ['20261124', en, '2026-11-24'],
  ['24 Nov 2026', en, '2026-11-24'],
  ['29.2.2028', de, '2028-02-29'],
  ['infinity', en, 'infinity'],
  ['0044-03-15 BC', en, '0044-03-15 BC'],
] as const)('the date %s is read in its locale', (text, locale, wanted) => {
  expect(value(text, { kind: 'date' }, locale)).toBe(wanted);
});

test('a date in the separators of another order is asked about when both orders are dates', () => {
  const parsed = read('1.12.2026', { kind: 'date' }, en);
  expect(parsed.kind === 'ambiguous' && parsed.options.map((option) => option.value)).toEqual([
    '2026-01-12',
    '2026-12-01',
  ]);
  expect(value('1.1.2026', { kind: 'date' }, en)).toBe('2026-01-01');
  expect(value('1/12/2026', { kind: 'date' }, en)).toBe('2026-01-12');
});

test('a timestamp keeps microseconds and its offset', () => {
  const zoned: ColumnType = { kind: 'timestamp', zoned: true, digits: 6 };
  expect(value('2026-11-24T10:00:00.123456Z', zoned)).toBe('2026-11-24 10:00:00.123456+00');
  expect(value('2026-11-24 10:00+05:30', zoned)).toBe('2026-11-24 10:00:00+05:30');
  expect(value('24.11.2026 14:05', { kind: 'timestamp', zoned: false, digits: 0 }, de)).toBe(
    '2026-11-24 14:05:00',
  );
});

test('empty text is NULL in every type, spaces are only in text', () => {
  expect(value('', { kind: 'text' })).toBeNull();
  expect(value('  ', { kind: 'date' })).toBeNull();
  expect(value('  ', { kind: 'text' })).toBe('  ');
});

test('what an editor starts with is read back as the same value, in every locale', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 8 }))
    .map(([units, scale]) => {
      const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
      return `${units < 0n ? '-' : ''}${scale ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits}`;
    });
  fc.assert(
    fc.property(
      decimal,
      fc.constantFrom('en-US', 'de-DE', 'fr-FR', 'de-CH', 'en-IN', 'ja-JP'),
      (text, tag) => {
        const locale = localeOf(tag);
        const column = aColumn({ type: { kind: 'decimal' } });
        expect(parseInput(editText(text, column, locale), column, locale, TODAY)).toMatchObject({
          kind: 'value',
          value: text,
        });
      },
    ),
  );
});

test('a formatted amount is read back as the same amount', () => {
  const column = aColumn({ type: money, format: { grouping: true, decimals: 2, negative: 'parentheses' } });
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      fc.constantFrom('en-US', 'de-DE', 'fr-FR', 'de-CH'),
      (cents, tag) => {
        const locale = localeOf(tag);
        const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
        const text = `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(parseInput(formatValue(text, column, locale), column, locale, TODAY)).toMatchObject({
          kind: 'value',
          value: text,
        });
      },
    ),
  );
});

test('any text at all is read, asked about or refused, and never breaks the reader', () => {
  const types: readonly ColumnType[] = [
    money,
    { kind: 'decimal' },
    { kind: 'integer', bits: 64 },
    { kind: 'float', bits: 64 },
    { kind: 'date' },
    { kind: 'time', digits: 3 },
    { kind: 'timestamp', zoned: true, digits: 6 },
    { kind: 'boolean' },
    { kind: 'enum', values: ['a', 'A'] },
    { kind: 'uuid' },
    { kind: 'json' },
    { kind: 'text', maxLength: 5 },
    { kind: 'other' },
  ];
  const naughty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        '1',
        '0',
        '.',
        ',',
        '-',
        '(',
        ')',
        ' ',
        '\u00a0',
        '%',
        'e',
        '/',
        ':',
        '+',
        '€',
        "'",
      ),
    }),
    fc.constantFrom(
      '\ufeff1',
      '１２',
      '١٢',
      '1_000',
      '--1',
      '+-1',
      '0x10',
      '1e',
      'e1',
      '.',
      ',',
      '-',
      '()',
      '(-1)',
      '00',
      '𝟙',
      '<script>',
      "'; drop table x; --",
      '=1+1',
      '\u202e12',
    ),
  );
  fc.assert(
    fc.property(naughty, fc.constantFrom(...types), fc.constantFrom(en, de, fr), (text, type, locale) => {
      expect(['value', 'ambiguous', 'invalid']).toContain(read(text, type, locale).kind);
    }),
    { numRuns: 3000 },
  );
});
