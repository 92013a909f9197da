import type { BackendClient } from '../../shared/contract/client.ts';
import { createClient, type Dial } from './transport-calls.ts';
import { type DesktopBridge, dialDesktop } from './transport-port.ts';
import { dialSocket } from './transport-socket.ts';

declare global {
  interface Window {
    /** Present in the desktop host: what the preload exposes. */
    readonly writDesktop?: DesktopBridge;
  }
}

/** Connects to the backend of the host this page runs in. Rejects with AppError `unavailable` when it cannot be reached. */
export const connectBackend = (): Promise<BackendClient> => {
  const bridge = window.writDesktop;
  const dial: Dial = bridge ? dialDesktop(window, bridge) : dialSocket(socketUrl(window.location));
  return createClient(dial, { wait: (ms) => new Promise((done) => setTimeout(done, ms)) });
};

const socketUrl = (location: Location): string =>
  `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/backend`;
