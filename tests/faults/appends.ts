import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { governTable, grantUse } from '../../electron/governance/install.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import { setting, type TestClient } from '../support/backend-client.ts';
import { openWorld, PASSWORD, rowsOf, type World } from '../warehouse/backend-world.ts';
import { type Attempt, checkAppends } from './append-checker.ts';
import { arrive, ask, nextTurn, openLive, persist } from './link-world.ts';
import { deadline, type FaultSuite, type Random, randomFrom, Tally } from './suite.ts';

const CLIENTS = 5;
const ROWS = ['1', '2', '3', '4'] as const;
const SOURCE = { schema: 'plan', table: 'list' };
const SHEET = JSON.stringify([SOURCE.schema, SOURCE.table]);

// A login that does not wait for the log by default, on a server that writes it late: the product has to ask for it itself.
const setUp = async (world: World): Promise<readonly string[]> => {
  const people = Array.from({ length: CLIENTS }, (_, n) => `writer_${n}`);
  await world.admin.query(`create table plan.list (id int primary key, ids text not null);
    insert into plan.list select i, '' from generate_series(1, ${ROWS.length}) i`);
  await world.admin.query(`alter system set wal_writer_delay = '10s'`);
  await world.admin.query('select pg_reload_conf()');
  await governTable(world.admin, { ...SOURCE, key: ['id'] });
  for (const person of people) {
    await world.admin.query(`create role ${person} login password '${PASSWORD}';
      alter role ${person} set synchronous_commit = off;
      grant usage on schema plan to ${person}; grant select, update on plan.list to ${person}`);
    await grantUse(world.admin, person);
  }
  return people;
};

/** A server that has not noticed a broken link says for a while that the batch is in progress. */
const MOST_TRIES = 3_000;

/** Reads some rows, appends an id to each in one batch, and answers what became of it. */
type Append = (id: string, rows: readonly string[]) => Promise<boolean>;

/** Through the product: edits on the values seen, preview, commit; an unknown outcome is settled first. */
const productAppend = (client: TestClient, tally: Tally): Append => {
  const settled = async (batch: string): Promise<boolean> => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const opened = await persist(() => openLive(client, SOURCE));
      await nextTurn();
      client.forget();
      if (!opened.unresolved.includes(batch)) return opened.pending.rows.length === 0;
    }
    throw new Error(`the outcome of batch ${batch} was never known`);
  };
  const judged = (outcome: CommitOutcome): void => {
    if (outcome.kind !== 'not-committed') return;
    for (const conflict of outcome.conflicts)
      if (conflict.kind !== 'changed' || conflict.base === conflict.theirs)
        tally.breach('falseConflicts', JSON.stringify(conflict));
  };
  return async (id, rows) => {
    const seen = new Map((await rowsOf(client, {}, SHEET)).map((row) => [row.id, row.ids]));
    const edits = rows.map((row) => {
      const before = seen.get(row) ?? '';
      return [JSON.stringify([row]), before, `${before}${id};`] as const;
    });
    await client.call('edits.append', { step: setting(SHEET, 'ids', edits) });
    const batch = randomUUID();
    const previewed = await ask(client.call('batches.preview', { sheet: SHEET }));
    let committed = false;
    // A row that another changed meanwhile needs a decision first, and is left out of what is shown.
    if ('answer' in previewed && previewed.answer.counts.rows === rows.length) {
      const { sha256 } = previewed.answer;
      const sent = await ask(client.call('batches.commit', { sheet: SHEET, batch, sha256 }));
      if ('answer' in sent) judged(sent.answer);
      committed =
        'answer' in sent && sent.answer.kind !== 'unknown'
          ? sent.answer.kind === 'committed'
          : await settled(batch);
    }
    if (!committed) await client.call('edits.discard', { sheet: SHEET });
    return committed;
  };
};

/** The mutant: writes what it read plus its id, whatever the row holds by now. */
const blindAppend =
  (client: pg.Client): Append =>
  async (id, rows) => {
    const { rows: seen } = await client.query<{ id: number; ids: string }>('select id, ids from plan.list');
    for (const row of rows) {
      const before = seen.find((each) => String(each.id) === row)?.ids ?? '';
      await client.query('update plan.list set ids = $1 where id = $2', [`${before}${id};`, row]);
    }
    return true;
  };

/** Several people append to the same rows while the link is reset and the server crashes; the lists tell what was lost. */
export const appendsSuite: FaultSuite = {
  name: 'appends',
  about:
    'what several people append to the same rows is there once, in one order, through resets and a crash of the server',
  mutant: 'that does not compare with the value seen',
  run: async ({ seed, seconds, mutant = false }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const world = await openWorld();
    try {
      const people = await setUp(world);
      const attempts: Attempt[] = [];
      let crashed = mutant;

      // All have the sheet open before the first reset: opening through a broken link is what other suites look at.
      const opened: { readonly person: string; readonly client: TestClient }[] = [];
      for (const person of people) {
        const client = await arrive(world, person);
        await client.call('sheets.open', { source: SOURCE });
        opened.push({ person, client });
      }
      const left = deadline(seconds);

      const work = async (client: TestClient, person: string, own: Random): Promise<void> => {
        const append = mutant ? blindAppend(world.admin) : productAppend(client, tally);
        for (let n = 0; left() || !crashed; n++) {
          const rows = own.shuffled(ROWS).slice(0, 1 + own.below(3));
          const id = `${person}.${n}`;
          const tried = await ask(append(id, rows));
          if ('answer' in tried) attempts.push({ id, rows, committed: tried.answer });
          else {
            // Reading failed before anything was sent.
            if (tried.failure.kind !== 'unavailable' && tried.failure.kind !== 'conflict')
              throw tried.failure;
            await nextTurn();
            await ask(client.call('link.retry', {}));
            await ask(client.call('rows.refresh', { sheet: SHEET }));
            await ask(client.call('edits.discard', { sheet: SHEET }));
            attempts.push({ id, rows, committed: false });
          }
          tally.runs++;
          if (own.next() < 0.1) world.proxy.reset();
        }
      };
      const crash = async (): Promise<void> => {
        if (mutant) return;
        const enough = tally.runs + 5 * CLIENTS;
        while (tally.runs < enough || left()) {
          await nextTurn();
          if (tally.runs >= enough && !crashed) {
            await world.crashServer();
            await world.startServer();
            crashed = true;
          }
        }
      };
      await Promise.all([
        ...opened.map(({ person, client }) => work(client, person, randomFrom(random.below(2 ** 31)))),
        crash(),
      ]);
      await checkAppends(world.admin, SOURCE, attempts, tally);
      return tally.result('appends', seed, 4 * CLIENTS);
    } finally {
      await world.close();
    }
  },
};
