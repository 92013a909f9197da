import { join } from 'node:path';
import { MessageChannelMain, type MessagePortMain, type UtilityProcess, utilityProcess } from 'electron';
import type { BackendStart, FromBackend, ToBackend } from './backend-messages.ts';

/** The backend's process as the main process sees it: started ahead of the page or on demand, restarted after a crash. */
export interface BackendLink {
  /** Starts the backend, once the application is ready; it comes up while the page loads. */
  begin(): void;
  /** A new port to the backend, starting it when it is not running. Null while quitting. */
  openPort(): MessagePortMain | null;
  /** Closes the backend and waits for its end, at most `limitMs`; then it is killed. */
  stop(limitMs: number): Promise<void>;
}

export interface BackendLinkOptions {
  readonly start: BackendStart;
  readonly now: () => number;
  /** The backend asks for an address to be opened in the person's browser. */
  readonly onBrowse: (url: string) => void;
  /** The process ended unasked; `repeated` when that keeps happening within a minute. */
  readonly onCrash: (code: number, repeated: boolean) => void;
}

const CRASH_WINDOW_MS = 60_000;
const CRASHES_TOLERATED = 3;

export const createBackendLink = (options: BackendLinkOptions): BackendLink => {
  let child: UtilityProcess | null = null;
  let stopping = false;
  let crashes: readonly number[] = [];

  const post = (to: UtilityProcess, message: ToBackend, ports: MessagePortMain[] = []): void =>
    to.postMessage(message, ports);

  const start = (): UtilityProcess => {
    const started = utilityProcess.fork(join(import.meta.dirname, 'backend-process.js'), [], {
      serviceName: 'Writ backend',
      stdio: 'inherit',
    });
    started.on('message', (message: FromBackend) => {
      if (message.kind === 'browse') options.onBrowse(message.url);
    });
    started.once('exit', (code) => {
      if (child === started) child = null;
      if (stopping) return;
      const since = options.now() - CRASH_WINDOW_MS;
      crashes = [...crashes.filter((at) => at > since), options.now()];
      options.onCrash(code, crashes.length >= CRASHES_TOLERATED);
    });
    post(started, options.start);
    return started;
  };

  return {
    begin: () => {
      if (!stopping) child ??= start();
    },
    openPort: () => {
      if (stopping) return null;
      child ??= start();
      const { port1, port2 } = new MessageChannelMain();
      post(child, { kind: 'client' }, [port1]);
      return port2;
    },
    stop: async (limitMs) => {
      stopping = true;
      const running = child;
      if (!running) return;
      const ended = new Promise<void>((done) => running.once('exit', () => done()));
      post(running, { kind: 'stop' });
      const limit = setTimeout(() => running.kill(), limitMs);
      await ended;
      clearTimeout(limit);
    },
  };
};
