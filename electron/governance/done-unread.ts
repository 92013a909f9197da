import { AppError } from '../../shared/model/failure.ts';

/**
 * What is read again after something was done for good. Where that fails, the answer must not be a failure of what was
 * done: AppError `unavailable` with code `done-unread` says that it was.
 */
export const readAfter = async <T>(read: Promise<T>): Promise<T> => {
  try {
    return await read;
  } catch (error) {
    const failure = AppError.wrap(error);
    if (failure.kind !== 'unavailable') throw failure;
    throw new AppError(
      'unavailable',
      'done-unread',
      'It was done, but how things stand now could not be read: the warehouse cannot be reached. Look again in a moment.',
      { cause: error },
    );
  }
};
