import type pg from 'pg';
import type { Link } from './connect.ts';
import { capabilitiesOf } from './outcome.ts';

const RETRY_MS = 5_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Hears NOTIFY of schema `writ` on a connection of its own, opened with the first listener and again after a loss. What
 * arrives is only a hint to look again: any login could send it.
 */
export const listenForReviews = (
  link: Link,
): { onChanged(listener: (batch: string | null) => void): void; close(): Promise<void> } => {
  const listeners = new Set<(batch: string | null) => void>();
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let opened = false;
  const tell = (batch: string | null): void => {
    for (const listener of listeners) listener(batch);
  };
  const again = (): void => {
    client = null;
    if (closed) return;
    timer = setTimeout(() => void open(true), RETRY_MS);
    timer.unref();
  };
  const open = async (missed: boolean): Promise<void> => {
    try {
      if ((await capabilitiesOf(link)).governance !== 'installed') return;
      const own = await link.dedicated();
      client = own;
      own.on('notification', ({ payload = '' }) => tell(UUID.test(payload) ? payload : null));
      own.once('end', again);
      await own.query('listen writ_review');
      if (closed) await own.end();
      // What was said while nobody listened was missed.
      else if (missed) tell(null);
    } catch {
      // A connection that broke while it was being set up ends by itself; one that was never made is tried again here.
      if (client === null) again();
      else client.end().catch(() => {});
    }
  };
  return {
    onChanged: (listener) => {
      listeners.add(listener);
      if (!opened) void open(false);
      opened = true;
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
};
