import { useEffect } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';

/** How often rows with pending edits are looked at while the window is in sight. */
const EVERY_MS = 30_000;
/** Coming back to the window again and again asks no more often than this. */
const PAUSE_MS = 3_000;

/**
 * Lets the backend look, now and then and when the person comes back to the window, whether others have changed rows with pending
 * edits: what needs a decision is seen before it is submitted. `sheet` null: nothing is to be looked at.
 */
export const useLookAgain = (client: BackendClient, sheet: string | null): void => {
  useEffect(() => {
    if (sheet === null) return;
    let last = 0;
    const look = (): void => {
      if (document.visibilityState !== 'visible' || performance.now() - last < PAUSE_MS) return;
      last = performance.now();
      // What cannot be looked at now is found by the next look, or by the commit itself.
      client.call('rows.look', { sheet }).catch(() => {});
    };
    const timer = setInterval(look, EVERY_MS);
    window.addEventListener('focus', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', look);
    };
  }, [client, sheet]);
};
