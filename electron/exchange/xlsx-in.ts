import readSheets from 'read-excel-file/node';
import { fromSheetNumber } from '../../shared/exchange/significant.ts';
import { AppError } from '../../shared/model/failure.ts';

/** A cell of a workbook: numbers and dates are canonical already, text is read by the person's locale like typed text. */
export interface XlsxCell {
  readonly kind: 'number' | 'text' | 'date' | 'boolean';
  readonly text: string;
}

export interface XlsxSheet {
  readonly name: string;
  /** Rows as in the file, the first one included; null for an empty cell. */
  readonly rows: readonly (readonly (XlsxCell | null)[])[];
}

/** Marks a number on its way through the reader, which would else make a double of it. */
class StoredNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Reads every sheet of an XLSX file. Formulas count with the value stored beside them. Throws AppError `invalid`. */
export const readXlsx = async (bytes: Uint8Array): Promise<readonly XlsxSheet[]> => {
  try {
    const sheets = await readSheets(Buffer.from(bytes), {
      parseNumber: (text: string) => new StoredNumber(text),
      trim: false,
    });
    return sheets.map(({ sheet, data }) => ({
      name: sheet,
      rows: (data as readonly (readonly unknown[])[]).map((row) => row.map(cellOf)),
    }));
  } catch (cause) {
    throw new AppError(
      'invalid',
      'xlsx-broken',
      'The file cannot be read as an XLSX workbook. Save it again from the spreadsheet program, or as CSV.',
      {
        cause,
      },
    );
  }
};

const cellOf = (value: unknown): XlsxCell | null => {
  if (value === null || value === undefined) return null;
  if (value instanceof StoredNumber) return { kind: 'number', text: fromSheetNumber(value.text) };
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value) };
  if (value instanceof Date) {
    // The reader gives a serial date as midnight UTC; text from here on.
    const iso = value.toISOString();
    return {
      kind: 'date',
      text: iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.replace('T', ' ').replace(/\.?0*Z$/, ''),
    };
  }
  return { kind: 'text', text: String(value) };
};
