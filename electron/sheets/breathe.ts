/**
 * Lets other work in when the present slice has lasted long enough; keeps long loops from blocking the process. Cheap to
 * call every few thousand iterations. Rejects with the signal's reason when the work is cancelled.
 */
export type Breath = () => Promise<void>;

const SLICE_MS = 12;

/** Starts a slice; `signal` cancels. */
export const breathing = (clock: () => number, signal?: AbortSignal): Breath => {
  let since = clock();
  return async () => {
    signal?.throwIfAborted();
    if (clock() - since < SLICE_MS) return;
    await new Promise<void>((next) => setImmediate(next));
    since = clock();
    signal?.throwIfAborted();
  };
};
