import { randomUUID } from 'node:crypto';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { CommitOutcome } from '../../shared/model/batch.ts';
import { deleting, inserting, setting, type TestClient } from '../support/backend-client.ts';
import type { World } from '../warehouse/backend-world.ts';
import { rowsOf } from '../warehouse/backend-world.ts';
import {
  arrive,
  ask,
  CALENDAR,
  heldBy,
  isWritten,
  nextTurn,
  openLive,
  PERIOD,
  persist,
} from './link-world.ts';
import type { Random, Tally } from './suite.ts';

type Table = 'entry' | 'ledger';

/** One thing a person does, run with the link cut somewhere in it. `cut` resumes the link when it was cut. */
export interface Flow {
  readonly name: string;
  /** Runs once; `begin` arms the cut, `resume` mends the link. Breaches go to the tally under the name of the place. */
  run(step: {
    readonly begin: () => void;
    readonly resume: () => void;
    readonly place: string;
  }): Promise<void>;
}

export interface FlowParts {
  readonly world: World;
  readonly tally: Tally;
  readonly random: Random;
}

/** Codes that do not say that nothing was done. */
const OPEN_ENDED = ['outcome-unknown', 'done-unread'];
const TURNS = 300;

const sheetOf = (table: Table): string => JSON.stringify(['plan', table]);
const sourceOf = (table: Table) => ({ schema: 'plan', table });
const open = (client: TestClient, table: Table): Promise<OutputOf<'sheets.open'>> =>
  openLive(client, sourceOf(table));

/** Waits until the sheet shows a row. Where a reading is said to have failed it is asked for again, as a person would. */
const shows = async (client: TestClient, sheet: string, id: string): Promise<boolean> => {
  for (let tries = 0; tries < TURNS; tries++) {
    client.forget();
    const rows = await ask(rowsOf(client, {}, sheet));
    if ('answer' in rows && rows.answer.some((row) => row.id === id)) return true;
    await nextTurn();
    const failed = 'failure' in rows || client.said('rows.progress').some(({ failure }) => failure !== null);
    if (!failed) continue;
    await ask(client.call('link.retry', {}));
    await client.call('rows.refresh', { sheet });
  }
  return false;
};

/** Keeps one change of each kind: the counter goes up, a row comes, the row of the last run goes. */
const keepEdits = async (
  { world, tally }: FlowParts,
  client: TestClient,
  table: Table,
  run: number,
): Promise<void> => {
  const { counter, inserted } = await heldBy(world, table);
  const sheet = sheetOf(table);
  if (!(await shows(client, sheet, inserted?.id ?? '1')))
    tally.breach('untrue', `${table}, run ${run}: rows are shown as current that are not`);
  await client.call('edits.append', {
    step: setting(sheet, 'n', [['["1"]', String(counter), String(counter + 1)]]),
  });
  await client.call('edits.append', {
    step: inserting(sheet, `new:${randomUUID()}`, { tag: `t${run}`, n: String(run) }),
  });
  if (inserted)
    await client.call('edits.append', { step: deleting(sheet, JSON.stringify([inserted.id]), inserted) });
};

/** Compares what was written with what should be, once and only once. */
const checkHeld = async (
  { world, tally }: FlowParts,
  table: Table,
  before: Awaited<ReturnType<typeof heldBy>>,
  run: number,
  place: string,
): Promise<void> => {
  const now = await heldBy(world, table);
  const came = now.tags.filter((tag) => tag === `t${run}`).length;
  if (came === 0 || now.counter < before.counter + 1)
    tally.breach('lost', `${place}: ${JSON.stringify(now)}`);
  if (came > 1 || now.counter > before.counter + 1 || now.tags.length > 1)
    tally.breach('doubled', `${place}: ${JSON.stringify(now)}`);
  // One cell updated, three inserted, three of the row that went.
  const audited = now.audited - before.audited;
  const expected = before.inserted ? 7 : 4;
  if (audited < expected) tally.breach('lost', `${place}: ${audited} of ${expected} cells audited`);
  if (audited > expected)
    tally.breach('doubled', `${place}: ${audited} instead of ${expected} cells audited`);
};

/** Opening a sheet and reading it, with edits kept from before. */
export const openFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally } = parts;
  const ann = await arrive(world, 'ben');
  await open(ann, 'ledger');
  const row = '["C1","1"]';
  await ann.call('sheets.open', { source: { schema: 'plan', table: 'line' } });
  const line = JSON.stringify(['plan', 'line']);
  await ann.call('edits.append', { step: setting(line, 'memo', [[row, null, 'kept']]) });
  ann.close();
  const truth = (await world.admin.query('select count(*)::int as n from plan.line')).rows[0]?.n;
  return {
    name: 'open',
    run: async ({ begin, resume, place }) => {
      begin();
      const read = async (): Promise<number> => {
        const client = await world.signedIn('ben');
        try {
          const opened = await openLive(client, { schema: 'plan', table: 'line' });
          if (opened.pending.rows.length !== 1) tally.breach('lost', `${place}: pending edits at opening`);
          const rows = await rowsOf(client, {}, line);
          // Told that the rows were replaced, a window makes its view anew.
          const again = client.said('sheet.changed').some(({ sheet }) => sheet === line);
          return (again ? await rowsOf(client, {}, line) : rows).length;
        } finally {
          client.close();
        }
      };
      const first = await ask(read());
      resume();
      const rows = 'answer' in first ? first.answer : await persist(read);
      if (rows !== truth) tally.breach('untrue', `${place}: ${rows} rows of ${truth} shown as all`);
    },
  };
};

/** Preview and commit of a batch that needs no approval. */
export const submitFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally, random } = parts;
  const ann = await arrive(world, 'ann');
  let run = 0;
  await open(ann, 'entry');
  const sheet = sheetOf('entry');
  return {
    name: 'submit',
    run: async ({ begin, resume, place }) => {
      run++;
      const before = await heldBy(world, 'entry');
      await keepEdits(parts, ann, 'entry', run);
      const fresh = random.next() < 0.5;
      let batch = randomUUID();
      const said = new Map<string, string>();
      const judge = async (answer: CommitOutcome): Promise<void> => {
        said.set(answer.batch, answer.kind);
        const written = await isWritten(world, answer.batch);
        if (answer.kind === 'committed' && !written)
          tally.breach('untrue', `${place}: committed, but it is not`);
        if (answer.kind !== 'not-committed') return;
        if (written) tally.breach('untrue', `${place}: not committed, but it is`);
        if (answer.failure.kind !== 'unavailable')
          tally.breach(
            'falseConflicts',
            `${place}: ${answer.failure.code} ${JSON.stringify(answer.conflicts)}`,
          );
      };
      begin();
      for (let turn = 0; turn < TURNS; turn++) {
        const previewed = await ask(ann.call('batches.preview', { sheet }));
        if ('failure' in previewed) {
          // Nothing pending any more: what was unknown turned out to be written.
          if (previewed.failure.kind === 'conflict')
            tally.breach('falseConflicts', `${place}: ${previewed.failure.message}`);
        } else {
          const { sha256, counts } = previewed.answer;
          if (counts.rows === 0) break;
          const sent = await ask(ann.call('batches.commit', { sheet, batch, sha256 }));
          if ('answer' in sent) {
            await judge(sent.answer);
            if (sent.answer.kind === 'unknown') {
              resume();
              const asked = await ask(ann.call('batches.resolve', { sheet, batch }));
              if ('answer' in asked) await judge(asked.answer);
            }
            if (fresh) batch = randomUUID();
          } else if (
            sent.failure.kind !== 'unavailable' &&
            !['batch-known', 'batch-open'].includes(sent.failure.code)
          )
            tally.breach('untrue', `${place}: ${sent.failure.code}: ${sent.failure.message}`);
        }
        resume();
        const opened = await persist(() => open(ann, 'entry'));
        if (opened.unresolved.length === 0 && opened.pending.rows.length === 0) break;
      }
      resume();
      const opened = await persist(() => open(ann, 'entry'));
      if (opened.unresolved.length > 0) tally.breach('untrue', `${place}: never settled`);
      if (opened.pending.rows.length > 0) {
        tally.breach('doubled', `${place}: written and pending still`);
        await ann.call('edits.discard', { sheet }).catch(() => {});
      }
      if (fresh)
        for (const [id, kind] of said)
          if (kind === 'not-committed' && (await isWritten(world, id)))
            tally.breach('untrue', `${place}: not committed, but it was later`);
      await checkHeld(parts, 'entry', before, run, place);
    },
  };
};

/** Submit for review, approval by another person, commit. */
export const reviewFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally } = parts;
  const [ann, ben] = [await arrive(world, 'ann'), await arrive(world, 'ben')];
  await open(ann, 'ledger');
  const sheet = sheetOf('ledger');
  let run = 0;
  const stateOf = async (batch: string): Promise<string> =>
    (await world.admin.query('select writ.state_of($1) as state', [batch])).rows[0]?.state ?? 'absent';

  const submit = async (place: string): Promise<void> => {
    const batch = randomUUID();
    const { sha256, counts } = await ann.call('batches.preview', { sheet });
    if (counts.rows === 0) return;
    const sent = await ask(ann.call('reviews.submit', { sheet, batch, sha256 }));
    const arrived = (await stateOf(batch)) !== 'absent';
    if ('failure' in sent) {
      if (arrived)
        tally.breach('untrue', `${place}: submitting failed (${sent.failure.code}), but it arrived`);
      return;
    }
    const { answer } = sent;
    if (answer.kind === 'submitted' && !arrived)
      tally.breach('untrue', `${place}: submitted, but it is not there`);
    if (answer.kind === 'refused' && arrived) tally.breach('untrue', `${place}: refused, but it is there`);
    if (answer.kind === 'refused' && answer.failure.kind !== 'unavailable')
      tally.breach('falseConflicts', `${place}: ${answer.failure.code} ${answer.failure.message}`);
  };

  const approve = async (batch: string, sha256: string, place: string): Promise<void> => {
    const sent = await ask(ben.call('reviews.approve', { batch, sha256 }));
    const approved = (await stateOf(batch)) === 'approved';
    if ('answer' in sent && !approved) tally.breach('untrue', `${place}: approved, but it is not`);
    if ('failure' in sent && sent.failure.code === 'done-unread' && !approved)
      tally.breach('untrue', `${place}: approved but not read, and it is not`);
    if ('failure' in sent && !OPEN_ENDED.includes(sent.failure.code) && approved)
      tally.breach('untrue', `${place}: approving failed (${sent.failure.code}), but it is approved`);
    if ('failure' in sent && sent.failure.kind !== 'unavailable')
      tally.breach('falseConflicts', `${place}: ${sent.failure.code}`);
  };

  const write = async (batch: string, sha256: string, place: string): Promise<void> => {
    const sent = await ask(ann.call('batches.commit', { sheet, batch, sha256, approved: true }));
    if ('failure' in sent) {
      if (sent.failure.kind !== 'unavailable')
        tally.breach('untrue', `${place}: ${sent.failure.code}: ${sent.failure.message}`);
      return;
    }
    const { answer } = sent;
    const written = await isWritten(world, batch);
    if (answer.kind === 'committed' && !written) tally.breach('untrue', `${place}: committed, but it is not`);
    if (answer.kind === 'not-committed' && written)
      tally.breach('untrue', `${place}: not committed, but it is`);
    if (answer.kind === 'not-committed' && answer.failure.kind !== 'unavailable')
      tally.breach('falseConflicts', `${place}: ${answer.failure.code} ${answer.failure.message}`);
  };

  return {
    name: 'review',
    run: async ({ begin, resume, place }) => {
      run++;
      const before = await heldBy(world, 'ledger');
      await keepEdits(parts, ann, 'ledger', run);
      begin();
      for (let turn = 0; turn < TURNS; turn++) {
        const opened = await ask(open(ann, 'ledger'));
        if ('answer' in opened) {
          const { pending, submitted = [] } = opened.answer;
          const [batch] = submitted;
          if (pending.rows.length === 0 && !batch) break;
          if (!batch) await ask(submit(place));
          else if ((await stateOf(batch.batch)) === 'submitted')
            await approve(batch.batch, batch.sha256, place);
          else await write(batch.batch, batch.sha256, place);
        } else if (opened.failure.kind !== 'unavailable')
          tally.breach('untrue', `${place}: ${opened.failure.code}`);
        if (world.proxy.wasCut()) resume();
      }
      resume();
      const opened = await persist(() => open(ann, 'ledger'));
      if (opened.pending.rows.length > 0 || (opened.submitted ?? []).length > 0)
        tally.breach('untrue', `${place}: never settled`);
      await checkHeld(parts, 'ledger', before, run, place);
    },
  };
};

/** Closing a period and opening it again. */
export const periodFlow = async (parts: FlowParts): Promise<Flow> => {
  const { world, tally } = parts;
  const cal = await arrive(world, 'cal');
  const place = { calendar: CALENDAR, period: PERIOD };
  const held = async (): Promise<{ readonly closed: boolean; readonly events: number }> => {
    const { rows } = await world.admin.query(
      `select coalesce((select p.state = 'closed' from writ.period p where p.period = $1), false) as closed,
              (select count(*)::int from writ.period_event) as events`,
      [PERIOD],
    );
    return rows[0];
  };
  return {
    name: 'period',
    run: async ({ begin, resume, place: at }) => {
      const before = await held();
      const close = !before.closed;
      begin();
      const sent = await ask<unknown>(
        close
          ? cal.call('periods.close', { ...place, reason: 'done' })
          : cal.call('periods.reopen', { ...place, reason: 'again' }),
      );
      resume();
      const now = await held();
      const done = now.closed === close;
      if ('answer' in sent && !done) tally.breach('untrue', `${at}: done, but it is not`);
      if ('failure' in sent && done && !OPEN_ENDED.includes(sent.failure.code))
        tally.breach('untrue', `${at}: failed (${sent.failure.code}), but it was done`);
      if ('failure' in sent && sent.failure.kind !== 'unavailable')
        tally.breach('falseConflicts', `${at}: ${sent.failure.code}`);
      const shown = await persist(() => cal.call('periods.list', {}));
      const state = shown.calendars
        .flatMap(({ periods }) => periods)
        .find(({ period }) => period === PERIOD)?.state;
      if ((state === 'closed') !== now.closed) tally.breach('untrue', `${at}: shown as ${state}`);
      if (now.events > before.events + 1)
        tally.breach('doubled', `${at}: ${now.events - before.events} events`);
      if (now.events !== before.events + (done ? 1 : 0)) tally.breach('lost', `${at}: no event of it`);
    },
  };
};
