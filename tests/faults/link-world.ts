import { governTable } from '../../electron/governance/install.ts';
import { defineCalendar, listPeriods } from '../../electron/governance/periods.ts';
import type { Keychain } from '../../electron/identity/keychain.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Source } from '../../shared/model/sheet.ts';
import type { TestClient } from '../support/backend-client.ts';
import { openWorld, type World } from '../warehouse/backend-world.ts';

export const CALENDAR = 'Plan';
export const PERIOD = '2026-01';

const TABLES = `
create role reviewer; grant reviewer to ben; create role closer; grant closer to cal;
create table plan.entry (id bigint generated always as identity primary key, tag text not null, n int not null);
create table plan.ledger (like plan.entry including all);
insert into plan.entry (tag, n) values ('counter', 0);
insert into plan.ledger (tag, n) values ('counter', 0);
grant select, insert, update, delete on plan.entry, plan.ledger to ann; grant select on plan.ledger to ben;`;

/** plan.entry is written at once, plan.ledger after ben approved; cal closes and reopens the periods of a calendar. */
export const openLinkWorld = async (keychain?: Keychain): Promise<World> => {
  // Only its link fails here, never the server: what it has not flushed is not lost.
  const world = await openWorld(keychain, undefined, ['fsync=off']);
  await world.admin.query(TABLES);
  for (const table of ['entry', 'ledger'])
    await governTable(world.admin, { schema: 'plan', table, key: ['id'] });
  await world.admin.query(
    `select writ.set_policy('plan.ledger', 'approval', array['reviewer'], array[1], null, null, '{}', '{}', '3 days')`,
  );
  await defineCalendar(world.admin, CALENDAR, ['closer']);
  await listPeriods(world.admin, CALENDAR, [{ period: PERIOD, label: PERIOD }]);
  return world;
};

/** What a call answered, or the failure it was refused with. */
export type Answered<T> = { readonly answer: T } | { readonly failure: AppError };

export const ask = async <T>(call: Promise<T>): Promise<Answered<T>> =>
  call.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ failure: AppError.wrap(error) }),
  );

/** Lets sockets and timers have their turn: what is refused at once would otherwise be asked for without end. */
export const nextTurn = (): Promise<void> => new Promise((done) => setImmediate(done));

/**
 * After a cut the server goes on with what had reached it. Waits until it has noticed the end of every session, so that
 * what the table holds is what it will hold.
 */
export const untilQuiet = async ({ admin, proxy }: World): Promise<void> => {
  const open = async (): Promise<number> =>
    (await admin.query(`select from pg_stat_activity where usename in ('ann', 'ben', 'cal')`)).rowCount ?? 0;
  while (proxy.wasCut() && (await open()) > 0) await nextTurn();
};

const TRIES = 2_000;

/** Repeats until it answers; a link that is still down is asked again, as a person would. */
export const persist = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let tries = 0; ; tries++) {
    const asked = await ask(call());
    if ('answer' in asked) return asked.answer;
    if (asked.failure.kind !== 'unavailable' || tries > TRIES) throw asked.failure;
    await nextTurn();
  }
};

/** Opens a sheet from the warehouse; what only this machine has kept of it counts as not answered. */
export const openLive = async (
  client: Pick<TestClient, 'call'>,
  source: Source,
): Promise<OutputOf<'sheets.open'>> => {
  const opened = await client.call('sheets.open', { source });
  if (opened.keptAt === undefined) return opened;
  await client.call('link.retry', {});
  throw new AppError('unavailable', 'kept-only', 'The warehouse cannot be reached.');
};

/** A client of a person, signed in again where the link was cut during the sign-in. */
export const arrive = (world: World, user: string): Promise<TestClient> =>
  persist(() => world.signedIn(user));

export interface Held {
  readonly counter: number;
  readonly tags: readonly string[];
  readonly audited: number;
  readonly inserted: { readonly id: string; readonly tag: string; readonly n: string } | null;
}

/** What a table of these tests and its audit hold, as the administrator sees it, past the link. */
export const heldBy = async ({ admin }: World, table: 'entry' | 'ledger'): Promise<Held> => {
  const { rows } = await admin.query<{ id: string; tag: string; n: number }>(
    `select id::text, tag, n from plan.${table} order by id`,
  );
  const audit = await admin.query(
    `select count(*)::int as n from writ.audit a join writ.governed g on g.id = a.target where g.relation = 'plan.${table}'::regclass`,
  );
  const others = rows.filter(({ tag }) => tag !== 'counter');
  const last = others.at(-1);
  return {
    counter: rows.find(({ tag }) => tag === 'counter')?.n ?? -1,
    tags: others.map(({ tag }) => tag),
    audited: audit.rows[0]?.n,
    inserted: last ? { id: last.id, tag: last.tag, n: String(last.n) } : null,
  };
};

export const isWritten = async ({ admin }: World, batch: string): Promise<boolean> =>
  (await admin.query('select from writ.batch where id = $1', [batch])).rowCount === 1;
