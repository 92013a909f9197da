import Papa from 'papaparse';

const NEEDS_QUOTES = /["\t\r\n]/;

/**
 * A clipboard text as rows of cells, as Excel, LibreOffice and Google Sheets write it: tabs, any line ends, cells with
 * tabs, line breaks or quotes in double quotes. The empty row after a final line break is dropped; rows keep their own length.
 */
export const parseTsv = (text: string): string[][] => {
  if (text === '') return [];
  // A quote that opens no quoted cell (5" pipe) is a plain character; the quick path also is the fast one.
  if (!text.includes('"')) return splitTsv(text);
  const { data } = Papa.parse<string[]>(text, {
    delimiter: '\t',
    quoteChar: '"',
    escapeChar: '"',
    header: false,
    skipEmptyLines: false,
  });
  return dropTail(data);
};

/** A clipboard text as rows of cells where quotes are plain characters, so that every tab and line break separates. */
export const splitTsv = (text: string): string[][] =>
  dropTail(text.split(/\r\n|\n|\r/).map((line) => line.split('\t')));

const dropTail = (rows: string[][]): string[][] => {
  const last = rows.at(-1);
  if (last?.length === 1 && last[0] === '') rows.pop();
  return rows;
};

/** Rows as clipboard text, every row ended by CRLF as office programs do; `parseTsv` gives them back. */
export const formatTsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(quoted).join('\t')}\r\n`).join('');

const quoted = (cell: string): string => (NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string =>
  // Excel would begin another row at a plain break.
  text
    .replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c)
    .replaceAll(/\r\n|\n|\r/g, '<br style="mso-data-placement:same-cell">');

/** How an office program is to take a column of a copied table: as numbers, as text, or as it reads it (dates). */
export type CopiedKind = 'number' | 'text' | 'plain';

/** Excel keeps a cell of this style as text: 007 stays 007, and =1+1 is no formula. */
const AS_TEXT = ` style="mso-number-format:'\\@'"`;
/** Significant digits a spreadsheet program keeps of a number; longer ones stay exact as text. */
const SHEET_DIGITS = 15;

const attributes = (kind: CopiedKind | undefined, cell: string): string => {
  if (kind === 'text') return AS_TEXT;
  if (kind !== 'number') return '';
  return ` align="right"${cell.replace(/\D/g, '').length > SHEET_DIGITS ? AS_TEXT : ''}`;
};

/** Rows as an HTML table for the clipboard, so that office programs keep cells apart and take them as what they are. */
export const formatHtmlTable = (
  rows: readonly (readonly string[])[],
  kinds: readonly CopiedKind[],
): string => {
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell, i) => `<td${attributes(kinds[i], cell)}>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<meta charset="utf-8"><table>${body.join('')}</table>`;
};
