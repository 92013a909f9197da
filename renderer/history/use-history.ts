import { useCallback, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { HistoryEntry } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';

const PAGE = 100;
/** The most the contract answers at once. */
const MOST = 500;

export interface LoadedHistory {
  readonly entries: readonly HistoryEntry[];
  readonly cursor: string | null;
  readonly more: boolean;
}

export interface History {
  readonly loaded: LoadedHistory | null;
  readonly failure: string | null;
  /** Reads anew, as far back as was shown. */
  readonly refresh: () => void;
  readonly older: () => void;
}

/** What the history is of; the whole sheet where nothing is named. */
export interface HistoryOf {
  readonly row?: string | undefined;
  readonly column?: string | undefined;
  readonly batch?: string | undefined;
}

/** The audit of a sheet, row, cell or batch, page by page; read again when rows of the sheet change. */
export const useHistory = (
  client: BackendClient,
  sheet: string,
  { row, column, batch }: HistoryOf,
): History => {
  const [loaded, setLoaded] = useState<LoadedHistory | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const shown = useRef<LoadedHistory | null>(null);
  const asked = useRef(0);

  const show = useCallback((next: LoadedHistory | null): void => {
    shown.current = next;
    setLoaded(next);
  }, []);
  const read = useCallback(
    async (after: LoadedHistory | null, limit: number): Promise<void> => {
      const turn = ++asked.current;
      setFailure(null);
      try {
        const answer = await client.call('history.list', {
          sheet,
          limit,
          ...(row === undefined ? {} : { row }),
          ...(column === undefined ? {} : { column }),
          ...(batch === undefined ? {} : { batch }),
          ...(after?.cursor ? { before: after.cursor } : {}),
        });
        // An answer to an earlier question (another row, an older state) is not shown over a later one.
        if (turn !== asked.current) return;
        show({ ...answer, entries: [...(after?.entries ?? []), ...answer.entries] });
      } catch (error) {
        if (turn === asked.current) setFailure(AppError.wrap(error).message);
      }
    },
    [client, sheet, row, column, batch, show],
  );
  const refresh = useCallback(
    () => void read(null, Math.min(MOST, Math.max(PAGE, shown.current?.entries.length ?? 0))),
    [read],
  );
  useEffect(() => {
    show(null);
    void read(null, PAGE);
  }, [read, show]);
  useEffect(
    () => client.on('sheet.changed', (changed) => void (changed.sheet === sheet && refresh())),
    [client, sheet, refresh],
  );
  return { loaded, failure, refresh, older: () => void read(loaded, PAGE) };
};
