import type { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { Delimiter } from '../../shared/contract/exchange.ts';
import { guarded } from '../../shared/exchange/formula-guard.ts';

export interface CsvColumn {
  readonly label: string;
  /** Numbers are written as they are; every other cell is guarded against formula injection. */
  readonly numeric: boolean;
}

/**
 * Rows as CSV text (RFC 4180, CRLF, UTF-8 with a byte order mark so that Excel reads it as UTF-8). NULL is an empty cell,
 * empty text is `""`. Cells are canonical text, so exact decimals stay exact.
 */
export const csvStream = (
  columns: readonly CsvColumn[],
  rows: Iterable<readonly (string | null)[]> | AsyncIterable<readonly (string | null)[]>,
  delimiter: Delimiter = ',',
): Readable => {
  const stringifier = stringify({
    bom: true,
    delimiter,
    record_delimiter: 'windows',
    quoted_match: /[\r\n]/,
    cast: { string: (value) => (value === '' ? { value, quoted: true, quoted_empty: true } : value) },
  });
  const feed = async (): Promise<void> => {
    stringifier.write(columns.map((column) => guarded(column.label)));
    for await (const row of rows) {
      const cells = row.map((cell, c) => (cell === null || columns[c]?.numeric ? cell : guarded(cell)));
      if (!stringifier.write(cells)) await new Promise((drained) => stringifier.once('drain', drained));
    }
    stringifier.end();
  };
  feed().catch((error: unknown) =>
    stringifier.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return stringifier;
};
