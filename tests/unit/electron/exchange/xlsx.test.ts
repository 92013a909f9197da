import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readXlsx } from '../../../../electron/exchange/xlsx-in.ts';
import { writeXlsx } from '../../../../electron/exchange/xlsx-out.ts';
import { fitsSheetNumber, fromSheetNumber } from '../../../../shared/exchange/significant.ts';

const columns = [
  { label: 'Amount', kind: 'number' as const, format: '#,##0.00' },
  { label: 'Day', kind: 'date' as const },
  { label: 'Memo', kind: 'text' as const },
  { label: 'Posted', kind: 'boolean' as const },
];

test('a workbook comes back with exact numbers, dates without a shift, and text that looks like a formula as text', async () => {
  const rows = [
    ['1234567890123.45', '2026-02-28', '=1+1', 'true'],
    ['-0.10', '1999-12-31', ' 007 ', 'false'],
    ['12345678901234567890.01', null, null, null],
  ];
  const [sheet] = await readXlsx(await writeXlsx('Plan: FY/26', columns, rows));
  expect(sheet?.name).toBe('Plan  FY 26');
  expect(sheet?.rows.slice(1).map((row) => row.map((cell) => cell && [cell.kind, cell.text]))).toEqual([
    [
      ['number', '1234567890123.45'],
      ['date', '2026-02-28'],
      ['text', '=1+1'],
      ['boolean', 'true'],
    ],
    [
      ['number', '-0.1'],
      ['date', '1999-12-31'],
      ['text', ' 007 '],
      ['boolean', 'false'],
    ],
    [['text', '12345678901234567890.01'], null, null, null],
  ]);
});

test('a file that is no workbook is refused with what to do', async () => {
  await expect(readXlsx(new TextEncoder().encode('a,b\n1,2\n'))).rejects.toMatchObject({
    kind: 'invalid',
    code: 'xlsx-broken',
  });
});

test('a stored double is read as the number the person saw', () => {
  expect(fromSheetNumber('0.30000000000000004')).toBe('0.3');
  expect(fromSheetNumber('1.5E-7')).toBe('0.00000015');
  expect(fromSheetNumber('-1E+21')).toBe('-1000000000000000000000');
  expect(fromSheetNumber('0')).toBe('0');
});

test('every decimal of up to 15 significant digits survives a number cell', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n }),
      fc.integer({ min: 0, max: 10 }),
      (units, scale) => {
        const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
        const text = `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale ? `.${digits.slice(-scale)}` : ''}`;
        fc.pre(units !== 0n);
        expect(fitsSheetNumber(text)).toBe(true);
        expect(fromSheetNumber(String(Number(text)))).toBe(scale ? text.replace(/\.?0+$/, '') : text);
      },
    ),
  );
});
