import { expect, test } from 'vitest';
import { demoWarehouse } from '../../../electron/demo-warehouse.ts';
import type { EmbeddedOptions, EmbeddedWarehouse } from '../../../electron/warehouse/embedded/embedded.ts';

/** Starts by hand: each start waits until the test lets it succeed or fail. */
const startsByHand = () => {
  const starts: { options: EmbeddedOptions; done: (error?: Error) => void; stopped: boolean }[] = [];
  const open = (options: EmbeddedOptions): Promise<EmbeddedWarehouse> =>
    new Promise((started, failed) => {
      const start = {
        options,
        stopped: false,
        done: (error?: Error) => (error ? failed(error) : started(server)),
      };
      const server = {
        port: 1000 + starts.length,
        stop: async () => {
          start.stopped = true;
        },
      } as Partial<EmbeddedWarehouse> as EmbeddedWarehouse;
      starts.push(start);
    });
  return { starts, demo: demoWarehouse('/nowhere', open) };
};
const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

test('everyone who asks shares one start and hears how it goes', async () => {
  const { starts, demo } = startsByHand();
  const heard: string[] = [];
  const both = [
    demo.open(({ stage }) => heard.push(`a ${stage}`)),
    demo.open(({ stage }) => heard.push(`b ${stage}`)),
  ];
  await turn();
  starts[0]?.options.onProgress('seed', 'Filling', 0.5);
  starts[0]?.done();
  const [one, two] = await Promise.all(both);
  expect(one).toBe(two);
  expect(starts).toHaveLength(1);
  expect(heard).toEqual(['a seed', 'b seed']);
  starts[0]?.options.onProgress('late', 'Late', 1);
  expect(heard).toHaveLength(2);
});

test('a start that failed is tried again by whoever asks next', async () => {
  const { starts, demo } = startsByHand();
  const first = demo.open(() => {});
  await turn();
  starts[0]?.done(new Error('no space'));
  await expect(first).rejects.toThrow('no space');
  const second = demo.open(() => {});
  await turn();
  starts[1]?.done();
  expect((await second).port).toBe(1001);
});

test('one that no longer answers is started again once, however many find out', async () => {
  const { starts, demo } = startsByHand();
  const opening = demo.open(() => {});
  await turn();
  starts[0]?.done();
  const dead = await opening;
  const again = [demo.open(() => {}, dead), demo.open(() => {}, dead)];
  await turn();
  starts[1]?.done();
  const [one, two] = await Promise.all(again);
  expect([one?.port, one === two, starts.length, starts[0]?.stopped]).toEqual([1001, true, 2, true]);
  expect(await demo.open(() => {}, dead)).toBe(one);
});

test('closing stops it, waits for a start under way, and may be asked for twice', async () => {
  const { starts, demo } = startsByHand();
  const opening = demo.open(() => {});
  await turn();
  const closing = demo.close();
  starts[0]?.done();
  await Promise.all([opening, closing, demo.close()]);
  expect(starts[0]?.stopped).toBe(true);
});
