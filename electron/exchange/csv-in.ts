import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { unguarded } from '../../shared/exchange/formula-guard.ts';
import { AppError } from '../../shared/model/failure.ts';

/** One data row of a file with the line it starts on (1 is the header's line), so that a refusal can name it. */
export interface FileRow {
  readonly line: number;
  /** Cells in header order; null where the file has an unquoted empty cell. */
  readonly cells: readonly (string | null)[];
}

export interface CsvFile {
  readonly header: readonly string[];
  readonly delimiter: string;
  readonly rows: AsyncIterable<FileRow>;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * Reads a CSV file: UTF-8 (a byte order mark is dropped) or, where the bytes are no UTF-8, Windows-1252; the delimiter is
 * the one that cuts the header line into most cells. Throws AppError `invalid` naming the line for a broken quote or a row
 * whose cell count differs from the header's; `signal` cancels.
 */
export const readCsv = async (bytes: Uint8Array, signal: AbortSignal): Promise<CsvFile> => {
  const text = decode(bytes);
  const delimiter = delimiterOf(text);
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    cast: (value, context) => (value === '' && !context.quoting ? null : unguarded(value)),
  });
  Readable.from(slices(text)).pipe(parser);
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<{
    record: (string | null)[];
    info: { lines: number };
  }>;
  const first = await next(records);
  if (!first)
    throw new AppError('invalid', 'csv-empty', 'The file is empty; its first line must name the columns.');
  const header = first.record.map((cell) => (cell ?? '').trim());
  return { header, delimiter, rows: dataRows(records, header.length, signal, first.info.lines) };
};

async function* dataRows(
  records: AsyncIterator<{ record: (string | null)[]; info: { lines: number } }>,
  width: number,
  signal: AbortSignal,
  headerEnd: number,
): AsyncGenerator<FileRow> {
  let previous = headerEnd;
  for (let entry = await next(records); entry; entry = await next(records)) {
    if (signal.aborted)
      throw new AppError('cancelled', 'cancelled', 'The import was cancelled; nothing was changed.');
    const line = previous + 1;
    previous = entry.info.lines;
    if (entry.record.length !== width) {
      throw new AppError(
        'invalid',
        'csv-cell-count',
        `Line ${line} has ${entry.record.length} cells, the header has ${width}. Check for a missing quote or an extra delimiter there.`,
        { details: { line } },
      );
    }
    yield { line, cells: entry.record };
  }
}

const next = async <T>(records: AsyncIterator<T>): Promise<T | null> => {
  try {
    const { value, done } = await records.next();
    return done ? null : value;
  } catch (cause) {
    const lines = (cause as CsvError & { lines?: number }).lines;
    const where = lines === undefined ? 'The file' : `Line ${lines}`;
    throw new AppError(
      'invalid',
      'csv-broken',
      `${where} is not well-formed CSV: a quoted cell is not closed or has text after its quote.`,
      {
        details: { line: lines },
        cause,
      },
    );
  }
};

/** The parser is fed in slices so that a large file does not block the process. */
function* slices(text: string): Generator<string> {
  const SLICE = 262_144;
  for (let at = 0; at < text.length; at += SLICE) yield text.slice(at, at + SLICE);
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
};

const delimiterOf = (text: string): string => {
  const counts = new Map<string, number>(DELIMITERS.map((d) => [d, 0]));
  let quoted = false;
  for (const c of text) {
    if (c === '"') quoted = !quoted;
    else if (!quoted && (c === '\n' || c === '\r')) break;
    else if (!quoted && counts.has(c)) counts.set(c, (counts.get(c) ?? 0) + 1);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best && best[1] > 0 ? best[0] : ',';
};
