import { useCallback, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { BatchPreview, CommitOutcome } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { SheetContext } from '../ui/sheet-context.ts';

/** Where a submit stands. */
export type SubmitState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: AppError }
  | { readonly kind: 'ready'; readonly preview: BatchPreview; readonly notice: string | null }
  | {
      readonly kind: 'sending';
      readonly preview: BatchPreview;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'ended'; readonly preview: BatchPreview; readonly outcome: CommitOutcome };

export interface Submit {
  readonly state: SubmitState;
  readonly load: (notice?: string) => Promise<void>;
  readonly send: (note: string) => Promise<void>;
  readonly settle: () => Promise<void>;
}

/**
 * Previews and sends the pending edits of a sheet. A batch id belongs to one payload: trying the same payload again uses the
 * same id, so that nothing can be written twice; a changed payload gets a new one.
 */
export const useSubmit = (client: BackendClient, context: SheetContext, newId: () => string): Submit => {
  const [state, setState] = useState<SubmitState>({ kind: 'loading' });
  const batch = useRef<{ sha256: string; id: string } | null>(null);
  const { sheet } = context;

  const load = useCallback(
    async (notice?: string): Promise<void> => {
      setState({ kind: 'loading' });
      try {
        const preview = await client.call('batches.preview', { sheet });
        setState({ kind: 'ready', preview, notice: notice ?? null });
      } catch (error) {
        setState({ kind: 'failed', failure: AppError.wrap(error) });
      }
    },
    [client, sheet],
  );

  useEffect(() => {
    void load();
  }, [load]);

  useEffect(
    () =>
      client.on('commit.progress', ({ batch: id, done, total }) => {
        setState((now) =>
          now.kind === 'sending' && batch.current?.id === id ? { ...now, done, total } : now,
        );
      }),
    [client],
  );

  const finish = useCallback(
    async (preview: BatchPreview, outcome: CommitOutcome): Promise<void> => {
      setState({ kind: 'ended', preview, outcome });
      // A batch that has ended without a write is over; the next try is another batch.
      if (outcome.kind === 'not-committed') batch.current = null;
      await context.afterCommit(outcome);
    },
    [context],
  );

  const send = useCallback(
    async (note: string): Promise<void> => {
      if (state.kind !== 'ready') return;
      const { preview } = state;
      if (batch.current?.sha256 !== preview.sha256) batch.current = { sha256: preview.sha256, id: newId() };
      const { id } = batch.current;
      setState({ kind: 'sending', preview, done: 0, total: preview.counts.rows });
      try {
        const trimmed = note.trim();
        const outcome = await client.call('batches.commit', {
          sheet,
          batch: id,
          sha256: preview.sha256,
          ...(trimmed ? { note: trimmed } : {}),
        });
        await finish(preview, outcome);
      } catch (error) {
        const failure = AppError.wrap(error);
        if (failure.code === 'changed-since-preview') await load(failure.message);
        else if (failure.code === 'backend-lost') {
          await finish(preview, { kind: 'unknown', batch: id, failure: failure.toFailure() });
        } else setState({ kind: 'failed', failure });
      }
    },
    [client, sheet, state, newId, load, finish],
  );

  const settle = useCallback(async (): Promise<void> => {
    if (state.kind !== 'ended' || state.outcome.kind !== 'unknown') return;
    try {
      await finish(
        state.preview,
        await client.call('batches.resolve', { sheet, batch: state.outcome.batch }),
      );
    } catch (error) {
      setState({ ...state, outcome: { ...state.outcome, failure: AppError.wrap(error).toFailure() } });
    }
  }, [client, sheet, state, finish]);

  return { state, load, send, settle };
};
