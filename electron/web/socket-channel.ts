import type { WebSocket } from 'ws';
import { createFrameEncoding } from '../../shared/contract/encoding.ts';
import type { Channel } from '../host.ts';

/** WebSocket close code for a policy violation (RFC 6455, 7.4.1). */
const POLICY_VIOLATION = 1008;

/** A WebSocket as a channel of binary frames; text frames and undecodable bytes end it. */
export const socketChannel = (socket: WebSocket): Channel => {
  const encoding = createFrameEncoding();
  const refuse = (reason: string): void => socket.close(POLICY_VIOLATION, reason);
  // Without a listener a too large frame would end the process; ws closes the socket itself.
  socket.on('error', () => {});
  return {
    send: (frame) => {
      const bytes = encoding.encode(frame);
      if (socket.readyState === socket.OPEN) socket.send(bytes);
    },
    onFrame: (listener) => {
      socket.on('message', (data, isBinary) => {
        if (!isBinary || !Buffer.isBuffer(data)) return refuse('binary frames only');
        let frame: unknown;
        try {
          frame = encoding.decode(data);
        } catch {
          return refuse('undecodable frame');
        }
        listener(frame);
      });
    },
    onClose: (listener) => {
      socket.once('close', listener);
    },
    refuse,
  };
};
