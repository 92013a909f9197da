import { useCallback, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Review, ReviewChange } from '../../shared/model/review.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { useBackendEvent } from '../client/subscribe.ts';
import { breathe } from '../ui/breathe.ts';

export type Box = 'waiting' | 'mine' | 'all';
export type Inbox = OutputOf<'reviews.list'>;

const LISTED = 200;
/** Changes fetched at a time; the window answers in between. */
const PAGE = 5_000;

interface Loaded<T> {
  readonly data: T | null;
  readonly failure: string | null;
  reload(): void;
}

/** Batches of a box, read again whenever the warehouse says that one of them moved. */
export const useInbox = (client: BackendClient, box: Box): Loaded<Inbox> => {
  const [data, setData] = useState<Inbox | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const turn = useRef(0);
  const reload = useCallback((): void => {
    const mine = ++turn.current;
    client.call('reviews.list', { box, limit: LISTED }).then(
      (answer) => {
        if (mine !== turn.current) return;
        setData(answer);
        setFailure(null);
      },
      (error: unknown) => mine === turn.current && setFailure(AppError.wrap(error).message),
    );
  }, [client, box]);
  useEffect(() => {
    setData(null);
    reload();
  }, [reload]);
  useBackendEvent(client, 'review.changed', reload);
  return { data, failure, reload };
};

/** A batch with all its changes, fetched page by page; `definition` is null where the sheet cannot be opened. */
export interface OpenReview {
  readonly review: Review;
  readonly changes: readonly ReviewChange[];
  readonly complete: boolean;
  readonly definition: SheetDefinition | null;
}

export const useReview = (client: BackendClient, batch: string): Loaded<OpenReview> => {
  const [data, setData] = useState<OpenReview | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const turn = useRef(0);
  const load = useCallback(async (): Promise<void> => {
    const mine = ++turn.current;
    const current = (): boolean => mine === turn.current;
    try {
      let start = 0;
      const changes: ReviewChange[] = [];
      let definition: SheetDefinition | null = null;
      for (;;) {
        const review = await client.call('reviews.get', { batch, start, count: PAGE });
        if (!current()) return;
        if (start === 0) definition = await definitionOf(client, review);
        if (!current()) return;
        for (const change of review.changes) changes.push(change);
        start += review.changes.length;
        const complete = start >= review.total || review.changes.length === 0;
        setData({ review, changes: [...changes], complete, definition });
        setFailure(null);
        if (complete) return;
        await breathe();
      }
    } catch (error) {
      if (current()) setFailure(AppError.wrap(error).message);
    }
  }, [client, batch]);
  useEffect(() => {
    setData(null);
    void load();
    return () => {
      turn.current++;
    };
  }, [load]);
  useBackendEvent(client, 'review.changed', (event) => {
    if (event.batch === null || event.batch === batch) void load();
  });
  return { data, failure, reload: () => void load() };
};

/** Names, types and formats of the columns; a reviewer who may not open the sheet sees the plain texts. */
const definitionOf = async (client: BackendClient, { summary }: Review): Promise<SheetDefinition | null> => {
  try {
    const { definition } = await client.call('sheets.open', { source: summary.source });
    return definition;
  } catch {
    return null;
  }
};
