import type { GridModel } from './grid-model.ts';
import type { SheetRow } from './sheet-row.ts';

/** Marks of a row's number, for the style sheet: new, deleted. */
export const rowState = (model: GridModel, row: SheetRow): string => {
  const first = model.definition.columns[0];
  const marks = first ? model.look(row, first).marks.split(' ') : [];
  return marks.filter((mark) => mark === 'new' || mark === 'deleted').join(' ');
};
