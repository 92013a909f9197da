import type { DecimalMark } from '../../../shared/values/conventions.ts';

/** A cell of a table on the clipboard: its text, and the plain number or date serial behind it where the program says it. */
export interface HtmlCell {
  readonly text: string;
  readonly value: string | null;
}

/** The table of an HTML clipboard, and the decimal mark the program says it shows numbers with. */
export interface HtmlTable {
  readonly rows: readonly (readonly HtmlCell[])[];
  readonly mark: DecimalMark | null;
}

const PLAIN = /^-?\d+(\.\d+)?$/;
const EMPTY: HtmlCell = { text: '', value: null };
/** More columns than a sheet of any program has. */
const MOST_SPAN = 16_384;

/**
 * The one table of an HTML clipboard, as LibreOffice, Excel and Google Sheets write it; null where there is none. A merged cell is its
 * text and empty cells, as it is in the plain text beside it. Nothing of it is run or loaded, as it never becomes part of the page.
 */
export const htmlTable = (html: string): HtmlTable | null => {
  if (!/<t[dh][\s>]/i.test(html)) return null;
  const page = new DOMParser().parseFromString(html, 'text/html');
  const [table, ...more] = page.querySelectorAll('table');
  if (!table || more.length > 0) return null;
  return { rows: rowsOf(table), mark: markSaid(page) };
};

const rowsOf = (table: HTMLTableElement): HtmlCell[][] => {
  const rows = [...table.rows].filter((row) => !isMeasure(row));
  const cells: HtmlCell[][] = rows.map(() => []);
  rows.forEach((row, r) => {
    const own = cells[r] ?? [];
    let at = 0;
    for (const cell of row.cells) {
      // A cell merged from above lies here.
      while (own[at]) at++;
      const columns = Math.min(cell.colSpan, MOST_SPAN);
      for (const line of cells.slice(r, r + Math.max(1, cell.rowSpan)))
        for (let column = at; column < at + columns; column++) line[column] = EMPTY;
      own[at] = { text: textOf(cell), value: numberBehind(cell) };
      at += columns;
    }
  });
  return cells.map((row) => Array.from(row, (cell) => cell ?? EMPTY));
};

/** Excel ends a table with merged cells by a hidden row that only gives the widths of the columns. */
const isMeasure = (row: HTMLTableRowElement): boolean =>
  row.style.display === 'none' && row.getAttribute('height') === '0' && !row.textContent?.trim();

/** Excel says how it shows numbers: `mso-displayed-decimal-separator` in its style sheet, with the mark escaped. */
const markSaid = (page: Document): DecimalMark | null => {
  for (const { textContent } of page.querySelectorAll('style')) {
    const said = /mso-displayed-decimal-separator:\s*["']?\\?([.,])/.exec(textContent ?? '')?.[1];
    if (said === '.' || said === ',') return said;
  }
  return null;
};

/** Text of a cell with its breaks; other white space is how the HTML is laid out, and a cell of fixed spaces alone is empty. */
const textOf = (cell: Element): string => {
  const parts: string[] = [];
  const walk = (node: Node): void => {
    for (const child of node.childNodes) {
      if (child instanceof Element) {
        if (child.tagName === 'BR') parts.push('\n');
        else {
          if (child.tagName === 'P' && parts.length > 0) parts.push('\n');
          walk(child);
        }
      } else if (child.nodeType === Node.TEXT_NODE)
        parts.push((child.textContent ?? '').replace(/[ \t\r\n]+/g, ' '));
    }
  };
  walk(cell);
  const text = parts
    .join('')
    .replace(/ ?\n ?/g, '\n')
    .replace(/^ | $/g, '')
    .replaceAll('\u00a0', ' ');
  return text.trim() === '' ? '' : text;
};

/** LibreOffice: `sdval`; Excel: `x:num`; Google Sheets: JSON whose member 3 is a number. */
const numberBehind = (cell: Element): string | null => {
  const plain = cell.getAttribute('sdval') ?? cell.getAttribute('x:num');
  if (plain !== null) return PLAIN.test(plain) ? plain : null;
  const number = /^\{"1":3,"3":(-?\d+(?:\.\d+)?)\}$/.exec(cell.getAttribute('data-sheets-value') ?? '');
  return number?.[1] ?? null;
};
