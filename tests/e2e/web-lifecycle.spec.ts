import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { createFrameEncoding } from '../../shared/contract/encoding.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import { type AnswerFrame, settleAnswer } from '../../shared/contract/wire.ts';
import { expect, test, type Writ } from './fixtures.ts';

/** A line of its own with the browser's cookie, as a second window would have. */
const dial = async (writ: Writ) => {
  const { origin, host } = new URL(writ.page.url());
  const cookies = await writ.page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const socket = new WebSocket(`ws://${host}/backend`, { headers: { cookie, origin } });
  const encoding = createFrameEncoding();
  await new Promise((done, failed) => socket.once('open', done).once('error', failed));
  let nextId = 1;
  return (name: string, input: object): Promise<unknown> => {
    const id = nextId++;
    const answer = new Promise<unknown>((done) => {
      socket.on('message', (data: Buffer) => {
        const frame = encoding.decode(data) as AnswerFrame;
        if (frame.kind === 'answer' && frame.id === id) done(frame);
      });
    });
    socket.send(encoding.encode({ kind: 'call', id, name, input }));
    return answer.then((frame) => settleAnswer(frame as AnswerFrame));
  };
};

test('stopping the host stops the demo’s database', async ({ writ }) => {
  const call = await dial(writ);
  const { connections, people } = (await call('connections.list', {})) as OutputOf<'connections.list'>;
  const demo = connections.find(({ kind }) => kind === 'embedded');
  await call('session.open', { connection: demo?.id, user: people[0]?.user });
  const lock = join(writ.dataFolder, 'demo', 'cluster', 'postmaster.pid');
  expect(existsSync(lock)).toBe(true);
  await writ.host.stop();
  expect(existsSync(lock)).toBe(false);
});
