import { useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';

/** A column's values by row as the warehouse holds them; `failure` says why there are none. */
export interface StoredValues {
  readonly column: string;
  readonly values: ReadonlyMap<string, string>;
  readonly failure: string | null;
}

/** The values of a column in the rows of a batch; null while they are read, and where no column is asked for. */
export const useStoredValues = (
  client: BackendClient,
  batch: string,
  sheet: string | null,
  column: string | null,
): StoredValues | null => {
  const [stored, setStored] = useState<StoredValues | null>(null);
  useEffect(() => {
    setStored(null);
    if (sheet === null || column === null) return;
    let current = true;
    client.call('reviews.values', { batch, sheet, column }).then(
      ({ rows, values }) => {
        if (!current) return;
        const found = new Map(rows.map((row, i) => [row, values[i] ?? '']));
        setStored({ column, values: found, failure: null });
      },
      (error: unknown) => {
        if (current) setStored({ column, values: new Map(), failure: AppError.wrap(error).message });
      },
    );
    return () => {
      current = false;
    };
  }, [client, batch, sheet, column]);
  return stored;
};
