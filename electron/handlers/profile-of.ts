import { AppError } from '../../shared/model/failure.ts';
import type { Profile } from '../profiles.ts';
import type { Client } from './context.ts';

/** The person this client is; AppError `denied` before a session is open. */
export const profileOf = (client: Client): Profile => {
  if (!client.profile)
    throw new AppError('denied', 'no-session', 'Nobody is signed in. Choose a connection first.');
  return client.profile;
};
