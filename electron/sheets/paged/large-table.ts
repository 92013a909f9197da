import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { Warehouse } from '../../warehouse/adapter.ts';
import type { RowPages, Selection } from '../../warehouse/row-pages.ts';

/** The selection of a whole table. */
export const allRows = (definition: SheetDefinition): Selection => ({
  definition,
  filters: [],
  quick: '',
  except: [],
  also: [],
  onlyAlso: false,
});

/** Whether a table can be read page by page: the warehouse can, and rows have a key to be found by. */
export const canPage = ({ pages }: Warehouse, { key }: SheetDefinition): boolean =>
  pages !== undefined && key.length > 0;

/** Whether the warehouse thinks that a table it can page has more rows than the limit. */
export const isLarge = async (
  warehouse: Warehouse,
  definition: SheetDefinition,
  limit: number,
  signal: AbortSignal,
): Promise<boolean> =>
  canPage(warehouse, definition) && (await pagesOf(warehouse).estimate(allRows(definition), signal)) > limit;

/** The pages of a warehouse that has them. */
export const pagesOf = ({ pages }: Warehouse): RowPages => {
  if (!pages) throw new TypeError('The warehouse has no pages.');
  return pages;
};
