import type { Delimiter, FileColumn, TextEncodingName } from '../../shared/contract/exchange.ts';
import { dateOrderOf, decimalMarkOf, NO_DATES, NO_NUMBERS } from '../../shared/exchange/conventions.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Breath } from '../sheets/breathe.ts';
import { readCsv } from './csv-in.ts';
import { readXlsxAside } from './xlsx-aside.ts';
import type { XlsxCell, XlsxSheet } from './xlsx-in.ts';

/** A cell of a file: text to be read by the file's conventions, or a workbook's own number, date or yes/no; null when empty. */
export type FileCell = string | XlsxCell | null;

/** A line of data with the number a person finds it under in the file. */
export interface FileLine {
  readonly line: number;
  readonly cells: readonly FileCell[];
}

/** A file as read, held until it is taken in or given up. */
export interface ImportedFile {
  readonly name: string;
  readonly format: 'csv' | 'xlsx';
  readonly encoding: TextEncodingName | null;
  readonly delimiter: Delimiter | null;
  readonly worksheets: readonly string[];
  readonly worksheet: string | null;
  readonly columns: readonly FileColumn[];
  readonly lines: readonly FileLine[];
}

export interface ReadFileOptions {
  readonly name: string;
  readonly encoding?: TextEncodingName | undefined;
  readonly delimiter?: Delimiter | undefined;
  readonly worksheet?: string | undefined;
  readonly signal: AbortSignal;
  readonly breathe: Breath;
  /** Lines read so far, and how many there are once it is known. */
  readonly progress: (done: number, total: number | null) => void;
}

/** More lines than this are no import but a load, which belongs to other tools. */
const MOST_LINES = 1_000_000;
const STEP = 256;
const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** The container of the old .xls format. */
const OLE = [0xd0, 0xcf, 0x11, 0xe0];

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, i) => bytes[i] === byte);

/** The text a person sees for a cell. */
export const cellText = (cell: FileCell): string | null =>
  cell === null || typeof cell === 'string' ? cell : cell.text;

/** Reads a CSV or XLSX file, told apart by its first bytes. Throws AppError `invalid` naming the line of what is wrong. */
export const readFile = async (bytes: Uint8Array, options: ReadFileOptions): Promise<ImportedFile> => {
  if (bytes.length === 0) throw new AppError('invalid', 'file-empty', 'The file is empty.');
  if (startsWith(bytes, OLE))
    throw new AppError(
      'invalid',
      'file-xls',
      'The file is in the old .xls format. Save it as .xlsx or CSV from the spreadsheet program.',
    );
  return startsWith(bytes, ZIP) ? readWorkbook(bytes, options) : readText(bytes, options);
};

const readText = async (bytes: Uint8Array, options: ReadFileOptions): Promise<ImportedFile> => {
  const { name, signal, breathe, progress } = options;
  const file = await readCsv(bytes, signal, options);
  if (file.header.some((header) => header.includes('\0')))
    throw new AppError(
      'invalid',
      'file-binary',
      'Line 1 holds bytes that are no text. Choose a CSV or XLSX file.',
    );
  const lines: FileLine[] = [];
  for await (const row of file.rows) {
    lines.push(row);
    if (lines.length > MOST_LINES) throw tooLong();
    if (lines.length % STEP === 0) {
      progress(lines.length, null);
      await breathe();
    }
  }
  const columns = await columnsOf(file.header, lines, breathe);
  const { encoding, delimiter } = file;
  return { name, format: 'csv', encoding, delimiter, worksheets: [], worksheet: null, columns, lines };
};

const readWorkbook = async (bytes: Uint8Array, options: ReadFileOptions): Promise<ImportedFile> => {
  const { name, breathe, worksheet, signal, progress } = options;
  const sheets = await readXlsxAside(bytes, signal, (rows) => progress(rows, null));
  const sheet = sheets.find((each) => each.name === worksheet) ?? sheets.find(({ rows }) => rows.length > 0);
  if (!sheet) throw new AppError('invalid', 'xlsx-empty', 'The workbook has no filled sheet.');
  const { header, lines } = await tableOf(sheet, breathe);
  if (lines.length > MOST_LINES) throw tooLong();
  const columns = await columnsOf(header, lines, breathe);
  const worksheets = sheets.map((each) => each.name);
  return {
    ...{ name, format: 'xlsx', encoding: null, delimiter: null },
    ...{ worksheets, worksheet: sheet.name, columns, lines },
  };
};

/** The first row with anything in it is the header; empty rows below are left out. */
const tableOf = async (
  { name, rows }: XlsxSheet,
  breathe: Breath,
): Promise<{ header: readonly string[]; lines: readonly FileLine[] }> => {
  const top = rows.findIndex((row) => row.some((cell) => cell !== null));
  const header = (rows[top] ?? []).map((cell) => (cell?.text ?? '').trim());
  if (top < 0) throw new AppError('invalid', 'xlsx-empty', `The sheet "${name}" is empty.`);
  const lines: FileLine[] = [];
  for (let i = top + 1; i < rows.length; i++) {
    if (i % STEP === 0) await breathe();
    const row = rows[i] ?? [];
    if (row.every((cell) => cell === null)) continue;
    const cells = header.map((_, c) => {
      const cell = row[c] ?? null;
      return cell?.kind === 'text' ? cell.text : cell;
    });
    lines.push({ line: i + 1, cells });
  }
  return { header, lines };
};

const tooLong = (): AppError =>
  new AppError(
    'invalid',
    'file-long',
    `The file has more than ${MOST_LINES.toLocaleString('en-GB')} lines. Split it, or load it with the database's own tools.`,
  );

const columnsOf = async (
  header: readonly string[],
  lines: readonly FileLine[],
  breathe: Breath,
): Promise<FileColumn[]> => {
  const columns = header.map((name) => ({
    header: name,
    numbers: { ...NO_NUMBERS },
    dates: { ...NO_DATES },
  }));
  for (let i = 0; i < lines.length; i++) {
    if (i % STEP === 0) await breathe();
    const cells = lines[i]?.cells ?? [];
    for (let c = 0; c < columns.length; c++) {
      const cell = cells[c];
      const column = columns[c];
      if (column && typeof cell === 'string' && cell.length <= MOST_EVIDENCE) note(column, cell);
    }
  }
  return columns;
};

/** Longer texts are neither numbers nor dates. */
const MOST_EVIDENCE = 60;

const note = (column: { numbers: FileColumn['numbers']; dates: FileColumn['dates'] }, text: string): void => {
  const { numbers, dates } = column;
  const mark = decimalMarkOf(text);
  if (mark) {
    // The example is the first text that decides; until there is one, the first that asks.
    if (numbers.example === null || (mark !== 'either' && numbers.point + numbers.comma === 0))
      numbers.example = text.trim();
    numbers[mark]++;
  }
  const order = dateOrderOf(text);
  if (!order) return;
  if (dates.example === null || (order !== 'either' && dates.dmy + dates.mdy === 0))
    dates.example = text.trim();
  dates[order]++;
};
