import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { DecidedWhere, DecisionInput } from '../../shared/contract/merge.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { Author } from '../../shared/merge/wording.ts';
import type { Conflict } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';

/** Rows shown at a time; decided ones make room for the next. */
const SHOWN_ROWS = 100;

export interface ConflictRow {
  readonly row: RowKey;
  readonly conflicts: readonly Conflict[];
}

export interface Merge {
  readonly state: OutputOf<'merge.state'> | null;
  readonly rows: readonly ConflictRow[];
  readonly failure: string | null;
  readonly busy: boolean;
  /** Who changed a cell last, or its row; undefined where the audit does not say. */
  readonly author: (conflict: Conflict) => Author | undefined;
  /** Decides, and answers how many rows are left; null when it failed (`failure` says why). */
  readonly decide: (where: DecidedWhere, decision: DecisionInput) => Promise<number | null>;
  readonly attempt: (work: () => Promise<unknown>) => Promise<void>;
}

const nameOf = (row: string, column: string | null | undefined): string => `${row}\u0000${column ?? ''}`;

/** What needs a decision on a sheet, kept up to date, with who changed it. */
export const useMerge = (client: BackendClient, sheet: string): Merge => {
  const [state, setState] = useState<OutputOf<'merge.state'> | null>(null);
  const [authors, setAuthors] = useState<ReadonlyMap<string, Author>>(new Map());
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = useRef(0);
  const load = useCallback(async (): Promise<void> => {
    const turn = ++asked.current;
    try {
      const next = await client.call('merge.state', { sheet });
      if (turn === asked.current) setState(next);
    } catch (error) {
      if (turn === asked.current) setFailure(AppError.wrap(error).message);
    }
  }, [client, sheet]);
  useEffect(() => {
    void load();
    const off = [
      client.on('merge.changed', (event) => void (event.sheet === sheet && load())),
      client.on('pending.changed', ({ delta }) => void (delta.sheet === sheet && load())),
    ];
    return () => {
      for (const each of off) each();
    };
  }, [client, sheet, load]);
  const rows = useMemo(
    () =>
      [...Map.groupBy(state?.conflicts ?? [], ({ row }) => row)]
        .slice(0, SHOWN_ROWS)
        .map(([row, conflicts]) => ({ row, conflicts })),
    [state],
  );
  const shown = rows.map(({ row }) => row).join('\n');
  useEffect(() => {
    if (shown === '') return;
    let current = true;
    client.call('merge.authors', { sheet, rows: shown.split('\n') }).then(
      (answer) =>
        current && setAuthors(new Map(answer.authors.map((each) => [nameOf(each.row, each.column), each]))),
      // Without the audit the decision is the same; only the name is missing.
      () => {},
    );
    return () => {
      current = false;
    };
  }, [client, sheet, shown]);
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    } finally {
      setBusy(false);
    }
  };
  const decide: Merge['decide'] = async (where, decision) => {
    let left: number | null = null;
    await attempt(async () => {
      left = (await client.call('merge.decide', { sheet, where, decision })).left;
      await load();
    });
    return left;
  };
  const author = (conflict: Conflict): Author | undefined =>
    (conflict.kind === 'missing' ? undefined : authors.get(nameOf(conflict.row, conflict.column))) ??
    (conflict.kind === 'changed' || conflict.kind === 'missing'
      ? authors.get(nameOf(conflict.row, null))
      : undefined);
  return { state, rows, failure, busy, author, decide, attempt };
};
