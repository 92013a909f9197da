import { expect, test } from 'vitest';
import type { HtmlTable } from '../../../../../renderer/sheet/paste/clipboard-html.ts';
import { clipboardTable } from '../../../../../renderer/sheet/paste/clipboard-table.ts';

const html = (...rows: (readonly (readonly [string, (string | null)?])[])[]): HtmlTable => ({
  rows: rows.map((row) => row.map(([text, value = null]) => ({ text, value }))),
  mark: null,
});

test('text alone is read as a table, and HTML alone stands for it', () => {
  expect(clipboardTable('a\tb\r\n', null).rows).toEqual([['a', 'b']]);
  expect(clipboardTable('', html([['a'], ['b']])).rows).toEqual([['a', 'b']]);
});

test('a break that the text has lost is given back', () => {
  const table = clipboardTable('one two\tx\n', html([['one\ntwo'], ['y\nz']]));
  expect(table.rows).toEqual([['one\ntwo', 'x']]);
});

test('the values behind the texts say which mark is the decimal one', () => {
  expect(clipboardTable('1.234\n', html([['1.234', '1234']])).mark?.value).toBe(',');
  expect(clipboardTable('1.234\n', html([['1.234', '1.234']])).mark?.value).toBe('.');
  expect(clipboardTable('1,23\n5,5%\n', html([['1,23', '1.2345']], [['5,5%', '0.055']])).mark?.value).toBe(
    ',',
  );
  expect(clipboardTable('12\n', html([['12', '12']])).mark).toBeNull();
});

test('values that fit neither reading settle nothing', () => {
  expect(clipboardTable('1.234\n', html([['1.234', '7']])).mark).toBeNull();
  expect(clipboardTable('1.234\n', html([['1.234', '1234']], [['x']])).mark).toBeNull();
});

test('the serial dates behind the texts say which part comes first', () => {
  // 46085 is 4 March 2026.
  expect(clipboardTable('03/04/2026\n', html([['03/04/2026', '46085']])).order?.value).toBe('mdy');
  expect(clipboardTable('04/03/2026\n', html([['04/03/2026', '46085']])).order?.value).toBe('dmy');
  expect(clipboardTable('04/04/2026\n', html([['04/04/2026', '46116']])).order).toBeNull();
});

test('the mark Excel says settles what its texts leave open, and a text written otherwise takes that back', () => {
  const said = (text: string, mark: ',' | '.') =>
    clipboardTable(text, {
      ...html(
        ...text
          .trim()
          .split('\n')
          .map((line) => [[line] as const]),
      ),
      mark,
    }).mark;
  expect(said('1.234\n', ',')).toEqual({ value: ',', example: '1.234' });
  expect(said('1.234\n', '.')).toEqual({ value: '.', example: '1.234' });
  expect(said('1.234\n1,5\n', '.')).toBeNull();
  expect(said('1.234\n12,345.50\n', ',')).toBeNull();
  expect(said('1.234\n31.12.2026\n', ',')?.value).toBe(',');
  expect(said('12\n', ',')).toBeNull();
});

test('a text that can be taken in two ways is taken in the shape of the HTML beside it', () => {
  const quoted = '"5 inch\tx\n6\ty\n';
  expect(clipboardTable(quoted, html([['"5 inch'], ['x']], [['6'], ['y']])).rows).toEqual([
    ['"5 inch', 'x'],
    ['6', 'y'],
  ]);
  expect(clipboardTable('"two\nlines"\tx', html([['two\nlines'], ['x']])).rows).toEqual([
    ['two\nlines', 'x'],
  ]);
  expect(clipboardTable('1\n', html([['1']], [['']])).rows).toEqual([['1'], ['']]);
  expect(clipboardTable('1\n', html([['1']])).rows).toEqual([['1']]);
});
