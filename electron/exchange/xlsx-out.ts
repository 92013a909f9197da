import writeWorkbook from 'write-excel-file/node';
import { fitsSheetNumber } from '../../shared/exchange/significant.ts';

export interface XlsxColumn {
  readonly label: string;
  readonly kind: 'number' | 'date' | 'boolean' | 'text';
  /** Excel number format, for example `#,##0.00`. */
  readonly format?: string;
}

/**
 * One sheet as an XLSX file. Numbers are number cells where a spreadsheet keeps all their digits, else text, so that no
 * digit is lost; text cells are never formulas. NULL is an empty cell.
 */
export const writeXlsx = async (
  sheetName: string,
  columns: readonly XlsxColumn[],
  rows: readonly (readonly (string | null)[])[],
): Promise<Buffer> => {
  const header = columns.map((column) => ({
    value: column.label,
    type: String,
    fontWeight: 'bold' as const,
  }));
  const data = rows.map((row) => row.map((value, c) => cellOf(value, columns[c])));
  return await writeWorkbook([header, ...data], {
    sheet: sheetTitle(sheetName),
    stickyRowsCount: 1,
  }).toBuffer();
};

/** Earlier days are counted wrongly by Excel, which believes in 29 February 1900, or not at all. */
const FIRST_DAY = '1900-03-01';

const cellOf = (value: string | null, column: XlsxColumn | undefined) => {
  if (value === null || value === '') return null;
  if (column?.kind === 'number' && fitsSheetNumber(value)) {
    return { value: Number(value), type: Number, ...(column.format ? { format: column.format } : {}) };
  }
  if (column?.kind === 'boolean') return { value: value === 'true', type: Boolean };
  if (column?.kind === 'date' && /^\d{4}-\d{2}-\d{2}$/.test(value) && value >= FIRST_DAY) {
    return { value: new Date(`${value}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' };
  }
  return { value, type: String };
};

/** Excel allows 31 characters and none of \ / ? * [ ] : in a sheet's name. */
const sheetTitle = (name: string): string => name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31) || 'Sheet';
