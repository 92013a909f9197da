import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';

/** Why a row of a batch that waits to be sent takes no edits. */
export const waiting = (row: RowKey, batch: string): AppError =>
  new AppError(
    'conflict',
    'row-waiting',
    'The row is part of a batch that waits to be sent. Take the batch back to change it.',
    { details: { row, batch } },
  );

/** Why a row of a batch under review takes no edits. */
export const underReview = (row: RowKey, batch: string): AppError =>
  new AppError(
    'conflict',
    'row-under-review',
    'The row is part of a batch under review. Withdraw the batch to change it.',
    { details: { row, batch } },
  );
