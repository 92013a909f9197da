import type pg from 'pg';
import { AppError } from '../../../../shared/model/failure.ts';
import { cancelStatement } from '../cancel-statement.ts';
import type { Link } from '../connect.ts';
import { mapError } from '../errors.ts';

/**
 * Lends a connection whose running statement is cancelled when the signal aborts. AppError `cancelled` then; `unavailable`, code
 * `too-slow`, where the warehouse itself ended the statement.
 */
export const cancellable = <T>(
  link: Link,
  doing: string,
  signal: AbortSignal,
  run: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const cancelled = (): AppError => new AppError('cancelled', 'cancelled', `${doing} was cancelled.`);
  return link.exclusive(async (client) => {
    if (signal.aborted) throw cancelled();
    let cancelling: Promise<unknown> | null = null;
    const abort = (): void => {
      cancelling = cancelStatement(link, client);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await run(client);
    } catch (error) {
      if (signal.aborted) throw cancelled();
      throw slow(mapError(error, doing), doing);
    } finally {
      signal.removeEventListener('abort', abort);
      if (cancelling) await spend(client, cancelling);
    }
  }, doing);
};

/** A cancel that comes late would hit the statement of whoever is lent the connection next: this one takes it. */
const spend = async (client: pg.Client, cancelling: Promise<unknown>): Promise<void> => {
  await cancelling;
  await client.query('select').catch(() => {});
  if (client.getTransactionStatus() !== 'I') await client.query('rollback').catch(() => {});
};

/** Nobody here cancelled it, so it was a time limit or an administrator. */
const slow = (error: AppError, doing: string): AppError =>
  error.details?.sqlstate === '57014'
    ? new AppError(
        'unavailable',
        'too-slow',
        `${doing} took longer than the warehouse allows. Filter by a column it can look up, or sort by the key.`,
        { cause: error },
      )
    : error;
