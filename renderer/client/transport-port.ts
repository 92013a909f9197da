import { AppError } from '../../shared/model/failure.ts';
import type { Dial } from './transport-calls.ts';

/** What the preload offers the page, and nothing more. */
export interface DesktopBridge {
  /** Asks for a port to the backend; it arrives as a window message `{kind: 'writ-backend-port'}` with one port. */
  requestBackend(): void;
  /** The backend process has ended; its port is dead. */
  onBackendGone(listener: () => void): void;
  /** Lets the person choose a file and answers its path, null when none was chosen; its content is not read here. */
  chooseFile(): Promise<string | null>;
}

export const PORT_MESSAGE = 'writ-backend-port';

const ANSWER_MS = 30_000;

/** The desktop host's line: a MessagePort straight to the backend process. */
export const dialDesktop = (window: Window, bridge: DesktopBridge): Dial => {
  let gone = (): void => {};
  bridge.onBackendGone(() => gone());
  return (receive, lost) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        window.removeEventListener('message', arrived);
        reject(
          new AppError('unavailable', 'backend-unreachable', 'The backend did not start. Restart Writ.'),
        );
      }, ANSWER_MS);
      const arrived = (event: MessageEvent): void => {
        const port = event.ports[0];
        if (event.source !== window || event.data?.kind !== PORT_MESSAGE || !port) return;
        window.removeEventListener('message', arrived);
        clearTimeout(timer);
        let ended = false;
        const end = (): void => {
          if (ended) return;
          ended = true;
          port.close();
          lost();
        };
        gone = end;
        port.addEventListener('close', end);
        port.onmessage = ({ data }) => receive(data);
        resolve({ send: (frame) => port.postMessage(frame), close: () => port.close() });
      };
      window.addEventListener('message', arrived);
      bridge.requestBackend();
    });
};
