import { AppError } from '../../shared/model/failure.ts';
import { type Breath, breathing } from '../sheets/breathe.ts';
import type { Client } from './context.ts';

/** A long operation under way. */
export interface Task {
  readonly signal: AbortSignal;
  readonly breathe: Breath;
  /** Tells the window, now and then. */
  readonly progress: (done: number, total: number | null) => void;
}

const PROGRESS_MS = 100;

/** Runs a long operation under a name, so that the window hears how far it is and can cancel it by that name. */
export const runTask = async <T>(
  client: Client,
  name: string,
  work: (task: Task) => Promise<T>,
): Promise<T> => {
  if (client.tasks.has(name))
    throw new AppError('bug', 'task-known', 'Two operations were started under one name.');
  const { clock } = client.shared;
  const cancel = new AbortController();
  client.tasks.set(name, cancel);
  let told = clock();
  try {
    return await work({
      signal: cancel.signal,
      breathe: breathing(clock, cancel.signal),
      progress: (done, total) => {
        if (clock() - told < PROGRESS_MS) return;
        told = clock();
        client.send('exchange.progress', { task: name, done, total });
      },
    });
  } finally {
    client.tasks.delete(name);
  }
};
