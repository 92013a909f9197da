import { AppError } from '../../shared/model/failure.ts';

/** What a failure is called over its message; one wording a kind. */
export const failureTitle = (error: AppError): string => {
  switch (error.kind) {
    case 'invalid':
      return 'This needs a change';
    case 'denied':
      return 'Not allowed';
    case 'conflict':
      return 'Something changed meanwhile';
    case 'unavailable':
      return 'Not reachable right now';
    case 'cancelled':
      return 'Cancelled';
    case 'bug':
      return 'Unexpected error';
  }
};

/** Any thrown value as an AppError. */
export const failureOf = (thrown: unknown): AppError => AppError.wrap(thrown);
