import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FileRow, readCsv } from '../../../../electron/exchange/csv-in.ts';
import { csvStream } from '../../../../electron/exchange/csv-out.ts';

const never = new AbortController().signal;
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const all = async (rows: AsyncIterable<FileRow>): Promise<FileRow[]> => {
  const found: FileRow[] = [];
  for await (const row of rows) found.push(row);
  return found;
};
const read = async (value: string) => {
  const file = await readCsv(bytes(value), never);
  return { header: file.header, delimiter: file.delimiter, rows: await all(file.rows) };
};

test('an export keeps numbers as numbers and neutralises formulas in text only', async () => {
  const columns = [
    { label: 'amount', numeric: true },
    { label: 'memo', numeric: false },
  ];
  const out = await buffer(
    csvStream(columns, [
      ['-12.50', '=HYPERLINK("x")'],
      [null, ''],
      ['3', '-'],
    ]),
  );
  expect(out.toString()).toBe('\uFEFFamount,memo\r\n-12.50,"\'=HYPERLINK(""x"")"\r\n,""\r\n3,\'-\r\n');
});

test('whatever is exported comes back the same, NULL and empty text apart', async () => {
  const cell = fc.option(
    fc.string({
      unit: fc.constantFrom('a', "'", '=', '-', '+', '@', '"', ',', ';', '\t', '\n', '\r', ' ', 'é', '1'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 }),
      fc.constantFrom(',' as const, ';' as const, '\t' as const),
      async (rows, delimiter) => {
        // A line of nothing but NULLs in a one-column file could not be told from an empty line; here the key is never NULL.
        const keyed = rows.map((row, i) => [`k${i}`, ...row]);
        const columns = ['key', 'a', 'b', 'c'].map((label) => ({ label, numeric: false }));
        const back = await read(await text(csvStream(columns, keyed, delimiter)));
        expect(back.rows.map((row) => row.cells)).toEqual(keyed);
      },
    ),
    { numRuns: 500 },
  );
});

test('the delimiter is found in the header, quotes excepted', async () => {
  expect((await read('"a,b";c;d\n1;2;3\n')).header).toEqual(['a,b', 'c', 'd']);
  expect((await read('a\tb\n1\t2\n')).delimiter).toBe('\t');
});

test('a row with another number of cells is refused by its line, counting lines inside quoted cells', async () => {
  await expect(read('a,b\n"1\n1",2\n3\n')).rejects.toMatchObject({
    kind: 'invalid',
    code: 'csv-cell-count',
    details: { line: 4 },
  });
});

test('a quote that is never closed is refused', async () => {
  await expect(read('a,b\n1,"2\n3,4\n')).rejects.toMatchObject({ kind: 'invalid', code: 'csv-broken' });
});

test('an old Windows file is read by its own encoding', async () => {
  const file = await readCsv(Uint8Array.from([0x6e, 0x0a, 0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72, 0x0a]), never);
  expect((await all(file.rows))[0]?.cells).toEqual(['Müller']);
});

test('an empty file says what is missing, and a cancelled one stops', async () => {
  await expect(read('')).rejects.toMatchObject({ code: 'csv-empty' });
  const cancel = new AbortController();
  const file = await readCsv(bytes('a\n1\n2\n'), cancel.signal);
  cancel.abort();
  await expect(all(file.rows)).rejects.toMatchObject({ kind: 'cancelled' });
});
