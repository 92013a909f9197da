import { NEW_ROW_PREFIX } from '../../../shared/model/rows.ts';
import type { Column } from '../../../shared/model/sheet.ts';
import {
  type DateOrder,
  type DecimalMark,
  type Finding,
  findDateOrder,
  findDecimalMark,
  findPercent,
  withDateOrder,
  withDecimalMark,
} from '../../../shared/values/conventions.ts';
import type { LocaleConventions, PercentReading } from '../../../shared/values/locale.ts';
import type { Selection } from '../../grid/ranges/selection.ts';
import { pasteTargets } from '../../grid/ranges/tiling.ts';
import { addedRow, type SheetRow } from '../../grid/sheet-row.ts';
import { breathe } from '../../ui/breathe.ts';
import { MOST_CELLS, type RangeTarget } from '../range-commands.ts';
import type { ClipboardTable, Said } from './clipboard-table.ts';

/** A pasted text and the cell it goes to. */
export interface PastedCell {
  readonly row: SheetRow;
  readonly column: Column;
  readonly text: string;
}

/** How the numbers and dates of a block are written; null is the person's own way. */
export interface Writing {
  readonly mark: DecimalMark | null;
  readonly order: DateOrder | null;
  readonly percent: PercentReading | null;
}

/** A clipboard text laid over the sheet, before anything of it is read. */
export interface PasteBlock {
  readonly cells: readonly PastedCell[];
  /** Rows past the end, which have to be added. */
  readonly newRows: readonly SheetRow[];
  /** Cells that were cut, which are emptied in the same step. */
  readonly cut: readonly PastedCell[];
  /** Rows and columns of the text that have no place in the sheet. */
  readonly lostRows: number;
  readonly lostColumns: number;
  readonly mark: Finding<DecimalMark>;
  readonly order: Finding<DateOrder>;
  readonly percent: Finding<PercentReading>;
}

const NUMBERS: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);
const DATES: ReadonlySet<string> = new Set(['date', 'timestamp']);

/**
 * Lays clipboard text over the selection as spreadsheets do. Rows past the end become new rows when `mayAdd`. Answers why nothing can
 * be pasted where it is too much. Rows not read yet are waited for.
 */
export const pasteBlock = async (
  { model, columns }: RangeTarget,
  selection: Selection,
  { rows: block, mark, order }: ClipboardTable,
  cut: readonly PastedCell[],
  mayAdd: boolean,
  newId: () => string,
): Promise<PasteBlock | string> => {
  const height = block.length;
  const width = block.reduce((most, row) => Math.max(most, row.length), 0);
  const extent = { rows: model.rowCount, columns: columns.length };
  const targets = pasteTargets(selection, height, width, extent);
  const size = targets.reduce((n, target) => n + target.rows * target.columns, 0);
  if (size > MOST_CELLS)
    return `${size.toLocaleString()} cells are too many for one paste; at most ${MOST_CELLS.toLocaleString()}. Import them from a file.`;
  const cells: PastedCell[] = [];
  const texts = new BlockTexts();
  const newRows: SheetRow[] = [];
  let lostRows = 0;
  let lostColumns = 0;
  for (const target of targets) {
    lostColumns = Math.max(lostColumns, target.lostColumns);
    const held = await model.rows(target.top, Math.min(target.top + target.rows, extent.rows));
    for (let r = 0; r < target.rows; r++) {
      if ((r & 0xfff) === 0xfff) await breathe();
      const there = held[r];
      if (there?.group) {
        if (height > 1)
          return 'The block would lie over a subtotal. Paste within one group, or paste one row.';
        continue;
      }
      if (!there && !mayAdd) {
        lostRows++;
        continue;
      }
      const row = there ?? addedRow(`${NEW_ROW_PREFIX}${newId()}`, extent.rows + newRows.length);
      if (!there) newRows.push(row);
      const line = block[r % height] ?? [];
      for (let c = 0; c < target.columns; c++) {
        const column = columns[target.left + c];
        const cell = line[c % width];
        // Past the end an empty cell says nothing: the default of the column stays.
        if (!column || cell === undefined || (cell === '' && !there)) continue;
        cells.push({ row, column, text: cell });
        texts.add(column, cell);
      }
    }
  }
  return {
    cells,
    newRows,
    cut: withoutTargets(cut, cells),
    lostRows,
    lostColumns,
    mark: known(mark, findDecimalMark(texts.numbers, model.locale)),
    order: known(order, findDateOrder(texts.dates, model.locale)),
    percent: findPercent(texts.percents),
  };
};

/** A block may be moved onto cells it was cut from; those get their new text. */
const withoutTargets = (cut: readonly PastedCell[], cells: readonly PastedCell[]): readonly PastedCell[] => {
  if (cut.length === 0) return cut;
  const name = ({ row, column }: PastedCell): string => JSON.stringify([row.key, column.name]);
  const targets = new Set(cells.map(name));
  return cut.filter((cell) => !targets.has(name(cell)));
};

/** The texts of a block by what has to be found out about them. */
class BlockTexts {
  readonly numbers: string[] = [];
  readonly dates: string[] = [];
  /** Texts that could be percentages of a column that shows none. */
  readonly percents: string[] = [];

  add({ type, lookup, format }: Column, text: string): void {
    if (lookup) return;
    if (NUMBERS.has(type.kind)) {
      this.numbers.push(text);
      if (!format?.percent) this.percents.push(text);
    } else if (DATES.has(type.kind)) this.dates.push(text);
  }
}

/** What the program that copied says goes before what its texts suggest. */
const known = <T>(said: Said<T> | null, found: Finding<T>): Finding<T> => {
  if (said === null || (!found.ask && found.value === said.value)) return found;
  return { value: said.value, ask: false, example: found.example ?? said.example };
};

/** The conventions a block is read by, once it is known or was answered how it is written. */
export const conventionsOf = (
  locale: LocaleConventions,
  { mark, order, percent }: Writing,
  block: PasteBlock,
): LocaleConventions => {
  const numbers = mark === null ? locale : withDecimalMark(locale, mark);
  const dates = order === null ? numbers : withDateOrder(numbers, order, block.order.example);
  return percent === null ? dates : { ...dates, percent };
};

/** What still has to be asked: whether something of the block is open that a way of writing does not answer. */
export const isAnswered = (block: PasteBlock, writing: Writing): boolean =>
  !(block.mark.ask && writing.mark === null) &&
  !(block.order.ask && writing.order === null) &&
  !(block.percent.ask && writing.percent === null);
