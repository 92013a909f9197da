import { expect, test } from 'vitest';
import { readFile } from '../../../../electron/exchange/read-file.ts';
import { writeXlsx } from '../../../../electron/exchange/xlsx-out.ts';

const text = 'Nr;Größe\n1;1,5\n';
const options = (signal = new AbortController().signal) => ({
  name: 'a.csv',
  signal,
  breathe: async () => signal.throwIfAborted(),
  progress: () => {},
});
const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
const utf16 = (value: string, big: boolean): Uint8Array => {
  const bytes = Buffer.from(value, 'utf16le');
  return new Uint8Array(big ? bytes.swap16() : bytes);
};

test.each([
  ['utf-8', 'UTF-8', utf8(text)],
  ['utf-8', 'UTF-8 with a mark', utf8(`\uFEFF${text}`)],
  ['utf-16le', 'UTF-16 with a mark', utf16(`\uFEFF${text}`, false)],
  ['utf-16be', 'big endian UTF-16 with a mark', utf16(`\uFEFF${text}`, true)],
  ['utf-16le', 'UTF-16 without a mark', utf16(text, false)],
  ['windows-1252', 'Windows-1252', new Uint8Array(Buffer.from(text, 'latin1'))],
])('%s is found in %s', async (encoding, _, bytes) => {
  const file = await readFile(bytes, options());
  expect(file).toMatchObject({ format: 'csv', encoding, delimiter: ';' });
  expect(file.columns.map(({ header }) => header)).toEqual(['Nr', 'Größe']);
  expect(file.lines).toEqual([{ line: 2, cells: ['1', '1,5'] }]);
  expect(file.columns[1]?.numbers).toEqual({ point: 0, comma: 1, either: 0, example: '1,5' });
});

test('an encoding chosen wrongly is refused with the line', async () => {
  const bytes = new Uint8Array(Buffer.from('a\n1\nö\n', 'latin1'));
  await expect(readFile(bytes, { ...options(), encoding: 'utf-8' })).rejects.toThrow(/^Line 3 is not UTF-8/);
});

test('a workbook is read by sheet; its numbers are not asked about, its line numbers are those of the sheet', async () => {
  const columns = [
    { label: 'Amount', kind: 'number' as const },
    { label: 'Day', kind: 'date' as const },
    { label: 'Memo', kind: 'text' as const },
  ];
  const rows = [
    ['1.234', '2026-03-04', '1.234'],
    [null, null, null],
    ['2', '1899-05-01', null],
  ];
  const file = await readFile(new Uint8Array(await writeXlsx('Plan', columns, rows)), options());
  expect(file).toMatchObject({ format: 'xlsx', worksheet: 'Plan', worksheets: ['Plan'] });
  expect(file.lines).toEqual([
    {
      line: 2,
      cells: [{ kind: 'number', text: '1.234' }, { kind: 'date', text: '2026-03-04' }, '1.234'],
    },
    { line: 4, cells: [{ kind: 'number', text: '2' }, '1899-05-01', null] },
  ]);
  expect(file.columns.map(({ numbers }) => numbers.either)).toEqual([0, 0, 1]);
});

test('reading a workbook ends when it is cancelled', async () => {
  const cancel = new AbortController();
  const bytes = new Uint8Array(await writeXlsx('Plan', [{ label: 'A', kind: 'text' }], [['x']]));
  const reading = readFile(bytes, options(cancel.signal));
  cancel.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
});

test.each([
  ['an empty file', new Uint8Array(), /^The file is empty/],
  ['an old workbook', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 1), /old \.xls format/],
  ['a broken workbook', Uint8Array.of(0x50, 0x4b, 3, 4, 1, 2, 3), /cannot be read as an XLSX workbook/],
])('%s is refused with what to do', async (_, bytes, message) => {
  await expect(readFile(bytes, options())).rejects.toThrow(message);
});
