import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import {
  type Delimiter,
  delimiter as delimiters,
  type TextEncodingName,
} from '../../shared/contract/exchange.ts';
import { unguarded } from '../../shared/exchange/formula-guard.ts';
import { AppError } from '../../shared/model/failure.ts';
import { decodeText } from './encoding.ts';

/** One data row of a file with the line it starts on (1 is the header's line), so that a refusal can name it. */
export interface FileRow {
  readonly line: number;
  /** Cells in header order; null where the file has an unquoted empty cell. */
  readonly cells: readonly (string | null)[];
}

export interface CsvFile {
  readonly header: readonly string[];
  readonly delimiter: Delimiter;
  readonly encoding: TextEncodingName;
  readonly rows: AsyncIterable<FileRow>;
}

/** What the person chose in place of what was found. */
export interface CsvOptions {
  readonly delimiter?: Delimiter | undefined;
  readonly encoding?: TextEncodingName | undefined;
}

/**
 * Reads a CSV file; the encoding is found as `decodeText` says, the delimiter is the one that cuts the header line into most
 * cells, unless they are given. Throws AppError `invalid` naming the line for a broken quote or a row
 * whose cell count differs from the header's; `signal` cancels.
 */
export const readCsv = async (
  bytes: Uint8Array,
  signal: AbortSignal,
  options: CsvOptions = {},
): Promise<CsvFile> => {
  const { text, encoding } = decodeText(bytes, options.encoding);
  const delimiter = options.delimiter ?? delimiterOf(text);
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
  return { header, delimiter, encoding, rows: dataRows(records, header.length, signal, first.info.lines) };
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
  const SLICE = 32_768;
  for (let at = 0; at < text.length; at += SLICE) yield text.slice(at, at + SLICE);
}

const delimiterOf = (text: string): Delimiter => {
  const counts = new Map<string, number>(delimiters.options.map((d) => [d, 0]));
  let quoted = false;
  for (const c of text) {
    if (c === '"') quoted = !quoted;
    else if (!quoted && (c === '\n' || c === '\r')) break;
    else if (!quoted && counts.has(c)) counts.set(c, (counts.get(c) ?? 0) + 1);
  }
  const cuts = (d: Delimiter): number => counts.get(d) ?? 0;
  const best = delimiters.options.reduce((a, b) => (cuts(b) > cuts(a) ? b : a));
  return cuts(best) > 0 ? best : ',';
};
