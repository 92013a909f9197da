import { randomBytes, randomUUID } from 'node:crypto';
import type { MessageEvent, MessagePortMain } from 'electron';
import { AppError } from '../../shared/model/failure.ts';
import { createBackend } from '../backend.ts';
import { type Channel, type ServedBackend, serveClient } from '../host.ts';
import { rowLimit } from '../row-limit.ts';
import type { BackendStart, FromBackend, ToBackend } from './backend-messages.ts';

/** The backend of the desktop host, in a process of its own: a crash or a busy moment never stops the window. */
const main = (): void => {
  let backend: Promise<ServedBackend & { close(): Promise<void> }> | null = null;
  process.parentPort.on('message', (event: MessageEvent) => {
    const message = event.data as ToBackend;
    switch (message.kind) {
      case 'start':
        backend = start(message).catch(brokenBackend);
        break;
      case 'client': {
        const [port] = event.ports;
        if (port) void backend?.then((ready) => serveClient(portChannel(port), ready));
        break;
      }
      case 'stop':
        void Promise.resolve(backend)
          .then((ready) => ready?.close())
          .then(
            () => process.exit(0),
            (error: unknown) => {
              console.error(error);
              process.exit(1);
            },
          );
        break;
      default:
        message satisfies never;
    }
  });
};

const start = ({ dataFolder, version }: BackendStart) =>
  createBackend({
    dataFolder,
    version,
    host: 'desktop',
    platform: process.platform,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: () => new Date(),
    randomBytes,
    uuid: randomUUID,
    rowLimit: rowLimit(process.env),
    openBrowser: (url) => process.parentPort.postMessage({ kind: 'browse', url } satisfies FromBackend),
  });

/** Answers every call with the reason why there is no backend, so that the page can show it. */
const brokenBackend = (thrown: unknown): ServedBackend & { close(): Promise<void> } => {
  const reason = AppError.wrap(thrown);
  console.error(reason);
  return {
    attach: () => ({ call: () => Promise.reject(reason), close: () => {} }),
    close: () => Promise.resolve(),
  };
};

const portChannel = (port: MessagePortMain): Channel => ({
  send: (frame) => port.postMessage(frame),
  onFrame: (listener) => {
    port.on('message', (event) => listener(event.data));
    port.start();
  },
  onClose: (listener) => {
    port.once('close', listener);
  },
  refuse: () => port.close(),
});

main();
