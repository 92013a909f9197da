import { AppError } from '../../shared/model/failure.ts';
import type { OpenBatch } from '../journal/journal.ts';
import type { Profile } from '../profile.ts';

/** Whether the database reached now is surely another than the one a batch was submitted for. */
export const isElsewhere = async (
  { warehouse }: Pick<Profile, 'warehouse'>,
  { database }: Pick<OpenBatch, 'database'>,
): Promise<boolean> => {
  if (database === undefined) return false;
  const now = await warehouse.database();
  return now !== null && now !== database;
};

/** A batch that waited is not sent to another database: what it says of rows there was never looked at by anybody. */
export const otherDatabase = (): AppError =>
  new AppError(
    'conflict',
    'other-database',
    'The database at this address is another one than the batch was submitted for: it was restored from a copy, or moved. Nothing was sent. ' +
      'Look at the edits over what is there now, and submit them again if they belong there.',
  );

/** Transaction ids of one database say nothing in another. */
export const unknownElsewhere = (batch: string): AppError =>
  new AppError(
    'unavailable',
    'other-database',
    'The database at this address is another one than the batch was sent to, so it cannot tell what became of it. Compare the rows with the ' +
      'edits and discard what was written.',
    { details: { batch } },
  );
