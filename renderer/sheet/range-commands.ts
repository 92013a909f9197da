import { type CopiedKind, formatHtmlTable, formatTsv } from '../../shared/exchange/tsv.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { filler, fillValues } from '../../shared/planning/series.ts';
import { isNumeric } from '../grid/columns.ts';
import type { TypedCell } from '../grid/grid-model.ts';
import { copyShape } from '../grid/ranges/copy-shape.ts';
import { type Rectangle, rectangleOf, type Selection } from '../grid/ranges/selection.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import type { PlanCells } from './plan-cells.ts';
import { spreadScale } from './plan-values.ts';
import type { Entered } from './sheet-entry.ts';
import type { SheetModel } from './sheet-model.ts';

/** More cells than this in one command would hold the window up; a larger change comes in by a file. */
export const MOST_CELLS = 200_000;

const DATED: ReadonlySet<string> = new Set(['date', 'time', 'timestamp', 'boolean']);

/** Rows and columns a command works on, as they are shown. */
export interface RangeTarget {
  readonly model: SheetModel;
  readonly columns: readonly Column[];
}

/** A sentence on what a command did or could not do; empty when the cells say it. */
export type Told = string;

const tooMany = (cells: number, what = 'changed'): Told | null =>
  cells > MOST_CELLS
    ? `${cells.toLocaleString()} cells are selected; at most ${MOST_CELLS.toLocaleString()} can be ${what} at once.`
    : null;

const cellsOf = ({ top, left, bottom, right }: Rectangle): number => (bottom - top + 1) * (right - left + 1);

const rowsOf = async (
  model: SheetModel,
  { top, bottom }: Pick<Rectangle, 'top' | 'bottom'>,
): Promise<readonly SheetRow[]> => model.rows(top, Math.min(bottom + 1, model.rowCount));

/** The same without the rows of groups, which hold nothing of their own. */
const leavesOf = async (
  model: SheetModel,
  rectangle: Pick<Rectangle, 'top' | 'bottom'>,
): Promise<readonly SheetRow[]> => (await rowsOf(model, rectangle)).filter(({ group }) => !group);

/** The clipboard's forms of a selection. */
export interface Copied {
  readonly text: string;
  readonly html: string;
}

/** The clipboard's forms of a selection (with the columns' labels above it where wanted), at once where its rows are here, or why it cannot be copied. */
export const copySelection = (
  { model, columns }: RangeTarget,
  selection: Selection,
  headers = false,
): Copied | Told | Promise<Copied> => {
  const shape = copyShape(selection);
  if (!shape) return 'These ranges make no block. Copy ranges of the same rows or of the same columns.';
  const height = shape.bands.reduce((n, { top, bottom }) => n + bottom - top + 1, 0);
  const refused = tooMany(height * shape.columns.length, 'copied');
  if (refused) return refused;
  const shown = shape.columns.flatMap((place) => columns[place] ?? []);
  const bands = shape.bands.map(({ top, bottom }) => model.rows(top, Math.min(bottom + 1, model.rowCount)));
  const copied = (rows: readonly (readonly SheetRow[])[]): Copied => {
    const body = rows.flat().map((row) => copiedCells(model, row, shown, columns[0]));
    const cells = headers ? [shown.map(({ label }) => label), ...body] : body;
    return { text: formatTsv(cells), html: formatHtmlTable(cells, shown.map(copiedKind)) };
  };
  const here = bands.flatMap((band) => (band instanceof Promise ? [] : [band]));
  return here.length === bands.length ? copied(here) : Promise.all(bands).then(copied);
};

const copiedKind = (column: Column): CopiedKind =>
  isNumeric(column) ? 'number' : DATED.has(column.type.kind) ? 'plain' : 'text';

/** The texts of a row; a group is named in the first column of the sheet. */
const copiedCells = (
  model: SheetModel,
  row: SheetRow,
  shown: readonly Column[],
  first: Column | undefined,
): string[] =>
  shown.map((column) =>
    row.group && column === first ? model.groups.label(row).text : model.editorText(row, column),
  );

/** Enters the same text into every selected cell as one step: Ctrl+Enter. */
export const enterSelection = async (
  { model, columns }: RangeTarget,
  rectangles: readonly Rectangle[],
  typed: TypedCell,
  label = 'Fill',
): Promise<Told> => {
  const refused = tooMany(rectangles.reduce((n, each) => n + cellsOf(each), 0));
  if (refused) return refused;
  const blocks: { readonly rows: readonly SheetRow[]; readonly shown: readonly Column[] }[] = [];
  for (const rectangle of rectangles) {
    const rows = await leavesOf(model, rectangle);
    blocks.push({ rows, shown: columns.slice(rectangle.left, rectangle.right + 1) });
  }
  // One by one, so that a hundred thousand of them are never there together.
  const entered = function* (): Generator<Entered> {
    for (const { rows, shown } of blocks)
      for (const row of rows) for (const column of shown) yield { row, column, typed };
  };
  await model.enterAll(entered(), label);
  return '';
};

/** Clears the selected cells to NULL, as one step. */
export const clearSelection = (target: RangeTarget, rectangles: readonly Rectangle[]): Promise<Told> =>
  enterSelection(target, rectangles, { text: '', picked: null }, 'Clear');

export type FillDirection = 'down' | 'right' | 'up' | 'left';

/** The row or column of a range that a fill in a direction begins with. */
const sourceOf = (range: Rectangle, direction: FillDirection): Rectangle => {
  switch (direction) {
    case 'down':
      return { ...range, bottom: range.top };
    case 'right':
      return { ...range, right: range.left };
    case 'up':
      return { ...range, top: range.bottom };
    case 'left':
      return { ...range, left: range.right };
  }
};

/** Fills the row or column at one side of each range over the rest of it: Ctrl+D and Ctrl+R, and the other two directions. */
export const fillSelection = async (
  target: RangeTarget,
  rectangles: readonly Rectangle[],
  direction: FillDirection,
): Promise<Told> => {
  for (const each of rectangles) {
    const told = await extendFill(target, sourceOf(each, direction), each, true, `Fill ${direction}`);
    if (told) return told;
  }
  return '';
};

/**
 * Fills the part of `to` outside `from` from the values inside, along the direction in which it grew: numbers, dates and months go on
 * as a series unless `copy`.
 */
export const extendFill = async (
  { model, columns }: RangeTarget,
  from: Rectangle,
  to: Rectangle,
  copy: boolean,
  label = 'Fill',
): Promise<Told> => {
  const refused = tooMany(cellsOf(to));
  if (refused) return refused;
  const rows = await rowsOf(model, to);
  const leaves = (top: number, bottom: number): readonly SheetRow[] =>
    rows.slice(top - to.top, bottom - to.top + 1).filter(({ group }) => !group);
  if (leaves(from.top, from.bottom).length === 0) return 'Subtotals cannot be filled from. Select rows.';
  const mode = copy ? 'copy' : 'series';
  const vertical = to.top < from.top || to.bottom > from.bottom;
  const down = (): Iterable<Entered> => {
    const up = to.top < from.top;
    const sources = leaves(from.top, from.bottom);
    // Nearest first, as a series goes on from where it ends.
    const targets = up ? leaves(to.top, from.top - 1).toReversed() : leaves(from.bottom + 1, to.bottom);
    const filled = columns.slice(from.left, from.right + 1).map((column) => {
      const source = sources.map((row) => model.value(row, column));
      return { column, valueAt: filler(source, up, mode, isNumeric(column)) };
    });
    return (function* () {
      for (const [i, row] of targets.entries()) {
        for (const { column, valueAt } of filled) {
          const value = valueAt(i);
          yield { row, column, typed: { text: value ?? '', picked: value } };
        }
      }
    })();
  };
  const across = function* (): Generator<Entered> {
    const count = to.left < from.left ? to.left - from.left : to.right - from.right;
    const shown = columns.slice(from.left, from.right + 1);
    const numeric = shown.every(isNumeric);
    for (const row of leaves(from.top, from.bottom)) {
      const source = shown.map((column) => model.value(row, column));
      for (const [i, value] of fillValues(source, count, mode, numeric).entries()) {
        const column = columns[count < 0 ? from.left - 1 - i : from.right + 1 + i];
        // Another column may have another type: its own rules read the text.
        if (column) yield { row, column, typed: { text: value ?? '' } };
      }
    }
  };
  await model.enterAll(vertical ? down() : across(), label);
  return '';
};

/** Cells a planning command may work on: one range of number columns; a sentence says why there is none. */
export const planCells = async (
  { model, columns }: RangeTarget,
  selection: Selection,
): Promise<PlanCells | Told> => {
  const [only, ...more] = selection.ranges;
  if (!only || more.length > 0) return 'Select one range to plan over.';
  const rectangle = rectangleOf(only);
  if (cellsOf(rectangle) < 2) return 'Select several number cells to plan over.';
  const refused = tooMany(cellsOf(rectangle));
  if (refused) return refused;
  const shown = columns.slice(rectangle.left, rectangle.right + 1);
  if (shown.some((column) => spreadScale(column) === null))
    return 'Planning works on number columns with a fixed number of decimals.';
  const rows = await leavesOf(model, rectangle);
  return { cells: rows.flatMap((row) => shown.map((column) => ({ row, column }))) };
};
