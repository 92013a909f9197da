import type { Column } from '../../shared/model/sheet.ts';
import { countsText, type Entered } from './sheet-entry.ts';
import type { SheetModel } from './sheet-model.ts';

export interface Replacement {
  readonly text: string;
  readonly replacement: string;
  readonly pattern: boolean;
  readonly matchCase: boolean;
  readonly whole: boolean;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The text with every match replaced; in a pattern `$1` stands for a group, in plain text a dollar is a dollar. */
export const replacedText = (
  value: string,
  { text, replacement, pattern, matchCase, whole }: Replacement,
): string => {
  const source = pattern ? text : escaped(text);
  const matcher = new RegExp(whole ? `^(?:${source})$` : source, `g${matchCase ? '' : 'i'}u`);
  return pattern ? value.replace(matcher, replacement) : value.replace(matcher, () => replacement);
};

/** Replaces the text in cells that were found, as one step: read and checked like typed text, refused ones are marked. Answers what became of them. */
export const replaceFound = async (
  model: SheetModel,
  columns: readonly Column[],
  cells: readonly { readonly place: number; readonly row: string; readonly column: string }[],
  how: Replacement,
): Promise<string> => {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const entered: Entered[] = [];
  const closed = cells.filter(({ place }) => place < 0).length;
  let moved = 0;
  for (const cell of cells) {
    const column = byName.get(cell.column);
    if (cell.place < 0) continue;
    const [row] = await model.rows(cell.place, cell.place + 1);
    // The view may have moved since the search; a cell that is another one now is left alone.
    if (!column || row?.key !== cell.row) {
      moved++;
      continue;
    }
    const value = model.value(row, column);
    if (value === null) continue;
    const next = replacedText(value, how);
    if (next === value) continue;
    // What was found is canonical text, so plain results are taken as such; the column's checks still judge them.
    const text = column.type.kind === 'text' ? next : next.replace('.', model.locale.decimal);
    entered.push({
      row,
      column,
      typed: { text: column.type.kind === 'decimal' || column.type.kind === 'float' ? text : next },
    });
  }
  const replaced = `Replaced: ${countsText(await model.enterAll(entered, 'Replace'), model.locale)}.`;
  const left = [
    closed > 0
      ? `${closed.toLocaleString()} in collapsed groups were left alone; expand all groups to replace there.`
      : '',
    moved > 0 ? `${moved.toLocaleString()} have moved since and were left alone; search again.` : '',
  ];
  return [replaced, ...left].filter(Boolean).join(' ');
};
