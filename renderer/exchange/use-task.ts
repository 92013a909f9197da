import { useCallback, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';

/** How far a long operation is; `total` null while it is not known. */
export interface TaskProgress {
  readonly done: number;
  readonly total: number | null;
}

export interface Tasks {
  readonly progress: TaskProgress | null;
  /** Runs an operation under a new name; its progress is heard. */
  run<T>(work: (task: string) => Promise<T>): Promise<T>;
  /** Ends what runs; its call rejects with `cancelled`. */
  cancel(): void;
}

/** One long operation at a time; what still runs when the dialog goes is cancelled. */
export const useTask = (client: BackendClient): Tasks => {
  const [progress, setProgress] = useState<TaskProgress | null>(null);
  const current = useRef<string | null>(null);
  useEffect(
    () =>
      client.on('exchange.progress', ({ task, done, total }) => {
        if (task === current.current) setProgress({ done, total });
      }),
    [client],
  );
  const cancel = useCallback((): void => {
    const task = current.current;
    if (task) void client.call('exchange.cancel', { task }).catch(() => undefined);
  }, [client]);
  const open = useRef(false);
  useEffect(() => {
    open.current = true;
    return () => {
      open.current = false;
      // A dialog mounted twice in a row (React's strict mode) goes on.
      queueMicrotask(() => {
        if (!open.current) cancel();
      });
    };
  }, [cancel]);
  const run = useCallback(async <T>(work: (task: string) => Promise<T>): Promise<T> => {
    const task = crypto.randomUUID();
    current.current = task;
    setProgress(null);
    try {
      return await work(task);
    } finally {
      if (current.current === task) current.current = null;
    }
  }, []);
  return { progress, run, cancel };
};
