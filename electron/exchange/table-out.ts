import { buffer } from 'node:stream/consumers';
import type { Delimiter } from '../../shared/contract/exchange.ts';
import { guarded } from '../../shared/exchange/formula-guard.ts';
import { csvStream } from './csv-out.ts';
import type { ExportTable } from './export-rows.ts';
import { writeXlsxAside } from './xlsx-aside.ts';
import type { XlsxColumn } from './xlsx-out.ts';

/** A column of an exported table; `mixed` holds numbers and texts, told apart cell by cell. */
export interface TableColumn {
  readonly label: string;
  readonly kind: XlsxColumn['kind'] | 'mixed';
  /** Excel number format. */
  readonly format?: string;
}

/** What may stand in a CSV as it is: a plain number, which no spreadsheet runs. */
const PLAIN = /^-?\d+(\.\d+)?$/;

/** A table as a file's bytes. Rejects with the signal's reason when the rows are cancelled. */
export const tableFile = async (
  table: ExportTable,
  file: { readonly format: 'csv' | 'xlsx'; readonly delimiter: Delimiter; readonly name: string },
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; rows: number }> => {
  let count = 0;
  const { columns } = table;
  async function* counted(): AsyncGenerator<readonly (string | null)[]> {
    for await (const row of table.rows) {
      count++;
      yield row;
    }
  }
  if (file.format === 'csv') {
    async function* safe(): AsyncGenerator<readonly (string | null)[]> {
      for await (const row of counted())
        yield row.map((cell, c) =>
          columns[c]?.kind === 'mixed' && cell !== null && !PLAIN.test(cell) ? guarded(cell) : cell,
        );
    }
    const flagged = columns.map(({ label, kind }) => ({
      label,
      numeric: kind === 'number' || kind === 'mixed',
    }));
    const bytes = await buffer(csvStream(flagged, safe(), file.delimiter));
    return { bytes: new Uint8Array(bytes), rows: count };
  }
  const plain = columns.map(
    (column): XlsxColumn => ({ ...column, kind: column.kind === 'mixed' ? 'text' : column.kind }),
  );
  const bytes = await writeXlsxAside(file.name, plain, counted(), signal);
  return { bytes, rows: count };
};
