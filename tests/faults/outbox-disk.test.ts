import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachClient, setting, type TestClient } from '../support/backend-client.ts';
import { describeUnless } from '../support/skipped.ts';
import { mountDisk, mountMissing } from '../support/small-disk.ts';
import { openWorld, PASSWORD, rowsOf, SHEET, SOURCE, type World } from '../warehouse/backend-world.ts';

const KEYS = ['["C1","1"]', '["C1","2"]', '["C1","3"]'] as const;

describeUnless(mountMissing())('while the disk of the journal is full', () => {
  let world: World;
  let ann: TestClient;
  let unmount: (() => void) | null = null;
  let journals: string;

  beforeAll(async () => {
    world = await openWorld();
    journals = join(world.folder, 'journals');
    mkdirSync(journals, { recursive: true });
    unmount = mountDisk(journals, 2);
    ann = attachClient(world.backend());
    await ann.call('session.open', { connection: 'direct', user: 'ann', password: PASSWORD });
    await ann.call('sheets.open', { source: SOURCE });
    await rowsOf(ann);
    await ann.heard('offline.changed');
  }, 60_000);

  afterAll(async () => {
    ann.close();
    await world.backend().close();
    unmount?.();
    await world.close();
  });

  const ballast = (): string => join(journals, 'ballast');
  const fill = (): void => {
    const piece = Buffer.alloc(1_024, 1);
    for (;;)
      try {
        appendFileSync(ballast(), piece);
      } catch {
        return;
      }
  };
  const edit = (key: string, to: string) =>
    ann.call('edits.append', { step: setting(SHEET, 'memo', [[key, null, to]]) });
  const queue = async (): Promise<void> => {
    const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
    await ann.call('outbox.queue', { sheet: SHEET, batch: randomUUID(), sha256 });
  };
  const states = async (): Promise<readonly string[]> =>
    (await ann.call('outbox.list', {})).batches.map(({ state }) => state);
  const memos = async (): Promise<readonly (string | null)[]> => {
    const { rows } = await world.admin.query<{ memo: string | null }>(
      `select memo from plan.line where center = 'C1' and month <= 3 order by month`,
    );
    return rows.map(({ memo }) => memo);
  };

  test('nothing is queued that was not kept, what waits is not sent, and both go on once there is space', async () => {
    await world.stopServer();
    await ann.heard('link.changed', ({ state }) => state !== 'online');
    await edit(KEYS[0], 'a');
    await queue();
    await edit(KEYS[1], 'b');
    fill();
    await expect(queue()).rejects.toMatchObject({ kind: 'unavailable', code: 'journal-disk-full' });
    const { pending } = await ann.call('sheets.open', { source: SOURCE });
    expect(pending.rows).toMatchObject([{ row: KEYS[1] }]);
    expect(await states()).toEqual(['waiting']);

    ann.forget();
    await world.startServer();
    // Not sent, as its end could not be kept: said, and neither taken for a loss of the link nor tried without end.
    expect((await ann.heard('journal.trouble')).message).toMatch(/disk is full/);
    expect(await states()).toEqual(['waiting']);
    expect(await memos()).toEqual([null, null, null]);
    expect(await ann.call('link.get', {})).toMatchObject({ state: 'online' });
    rmSync(ballast());
    await ann.heard('journal.trouble', ({ message }) => message === null);
    await expect.poll(states, { timeout: 20_000 }).toEqual([]);
    await queue();
    await expect.poll(states, { timeout: 20_000 }).toEqual([]);
    expect(await memos()).toEqual(['a', 'b', null]);
  }, 60_000);
});
