import { createFrameEncoding } from '../../shared/contract/encoding.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Dial } from './transport-calls.ts';

/** The web host's line: binary frames over a WebSocket of the page's own origin. */
export const dialSocket =
  (url: string): Dial =>
  (receive, lost) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      const encoding = createFrameEncoding();
      let open = false;
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => {
        open = true;
        resolve({ send: (frame) => socket.send(encoding.encode(frame)), close: () => socket.close() });
      };
      socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) =>
        receive(encoding.decode(new Uint8Array(data)));
      socket.onclose = () => {
        if (open) lost();
        else reject(new AppError('unavailable', 'backend-unreachable', UNREACHABLE));
      };
    });

const UNREACHABLE = 'The backend cannot be reached. Start Writ again and open the link it prints.';
