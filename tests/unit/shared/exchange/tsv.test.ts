import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatHtmlTable, formatTsv, parseTsv } from '../../../../shared/exchange/tsv.ts';

test('what Excel copies is read: tabs, CRLF and one final line break', () => {
  expect(parseTsv('a\tb\r\n1\t2\r\n')).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ]);
});

test('a quoted cell keeps its line breaks, tabs and doubled quotes', () => {
  expect(parseTsv('"two\nlines"\t"a ""b"""\n"t\tt"\tx')).toEqual([
    ['two\nlines', 'a "b"'],
    ['t\tt', 'x'],
  ]);
});

test('a quote in the middle of a cell is an ordinary character', () => {
  expect(parseTsv('5" pipe\t7" pipe\n')).toEqual([['5" pipe', '7" pipe']]);
});

test('empty rows inside stay, an empty text has no rows', () => {
  expect(parseTsv('a\n\nb\n')).toEqual([['a'], [''], ['b']]);
  expect(parseTsv('')).toEqual([]);
});

test('any table survives formatting and parsing', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', '\t', '\n', '\r', ' ', '1', ',', 'é') });
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
  fc.assert(
    fc.property(table, (rows) => {
      expect(parseTsv(formatTsv(rows))).toEqual(rows);
    }),
    { numRuns: 2000 },
  );
});

test('the HTML table escapes markup, and says to Excel what is text and what is a number', () => {
  const html = formatHtmlTable([['<b>007', '1', '2026-01-31']], ['text', 'number', 'plain']);
  expect(html).toContain(
    `<td style="mso-number-format:'\\@'">&lt;b&gt;007</td><td align="right">1</td><td>2026-01-31</td>`,
  );
});

test('lines of a copied cell stay in one cell, and a number Excel would round stays exact as text', () => {
  expect(formatHtmlTable([['a\r\nb']], ['text'])).toContain('a<br style="mso-data-placement:same-cell">b');
  expect(formatHtmlTable([['1234567890123456.78']], ['number'])).toContain("mso-number-format:'\\@'");
  expect(formatHtmlTable([['123456789012.34']], ['number'])).not.toContain('mso-number-format');
});
