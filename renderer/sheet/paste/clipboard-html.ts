/** A cell of a table on the clipboard: its text, and the plain number or date serial behind it where the program says it. */
export interface HtmlCell {
  readonly text: string;
  readonly value: string | null;
}

const PLAIN = /^-?\d+(\.\d+)?$/;

/**
 * The one table of an HTML clipboard, as LibreOffice, Excel and Google Sheets write it; null where there is none, or where merged cells
 * put cells out of their columns. Nothing of it is run or loaded, as it never becomes part of the page.
 */
export const htmlTable = (html: string): readonly (readonly HtmlCell[])[] | null => {
  if (!/<t[dh][\s>]/i.test(html)) return null;
  const page = new DOMParser().parseFromString(html, 'text/html');
  const [table, ...more] = page.querySelectorAll('table');
  if (!table || more.length > 0) return null;
  if (table.querySelector('[colspan]:not([colspan="1"]), [rowspan]:not([rowspan="1"])')) return null;
  return [...table.rows].map((row) =>
    [...row.cells].map((cell) => ({ text: textOf(cell), value: numberBehind(cell) })),
  );
};

/** Text of a cell with its breaks; other white space is how the HTML is laid out. */
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
  return parts
    .join('')
    .replace(/ ?\n ?/g, '\n')
    .replace(/^ | $/g, '');
};

/** LibreOffice: `sdval`; Excel: `x:num`; Google Sheets: JSON whose member 3 is a number. */
const numberBehind = (cell: Element): string | null => {
  const plain = cell.getAttribute('sdval') ?? cell.getAttribute('x:num');
  if (plain !== null) return PLAIN.test(plain) ? plain : null;
  const number = /^\{"1":3,"3":(-?\d+(?:\.\d+)?)\}$/.exec(cell.getAttribute('data-sheets-value') ?? '');
  return number?.[1] ?? null;
};
