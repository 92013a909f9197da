import { serveClient } from '../../../electron/host.ts';
import { benchBackend } from './bench-sheet.ts';

/** The bench's backend in a thread of its own, served as the product serves its own: by frames over a port. */
addEventListener('message', ({ data, ports: [port] }: MessageEvent<{ readonly rows: number }>) => {
  if (!port) return;
  const client = benchBackend(data.rows, 0, 1);
  serveClient(
    {
      send: (frame) => port.postMessage(frame),
      onFrame: (listener) => {
        port.onmessage = ({ data: frame }) => listener(frame);
      },
      onClose: () => undefined,
      refuse: (reason) => {
        throw new Error(reason);
      },
    },
    {
      attach: () => ({
        call: (name, input) => client.call(name as never, input as never),
        close: () => undefined,
      }),
    },
  );
});
