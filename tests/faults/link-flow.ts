import { randomUUID } from 'node:crypto';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { EditStep } from '../../shared/model/edit.ts';
import { deleting, inserting, setting, type TestClient } from '../support/backend-client.ts';
import { rowsOf, type World } from '../warehouse/backend-world.ts';
import { ask, type Held, heldBy, nextTurn, openLive } from './link-world.ts';
import type { Random, Tally } from './suite.ts';

export type Table = 'entry' | 'ledger';

/** Where a flow is in the hands of the one who runs it. */
export interface FlowStep {
  /** Arms the cut; the link is there from now on. */
  readonly begin: () => void;
  /** Mends the link when it was cut. */
  readonly resume: () => void;
  /** Takes the link away until `begin` or `resume`. */
  readonly down: () => void;
  /** For the tally. */
  readonly place: string;
}

/** One thing a person does, run with the link cut somewhere in it. Breaches go to the tally under the name of the place. */
export interface Flow {
  readonly name: string;
  run(step: FlowStep): Promise<void>;
}

export interface FlowParts {
  readonly world: World;
  readonly tally: Tally;
  readonly random: Random;
}

/** Codes that do not say that nothing was done. */
export const OPEN_ENDED = ['outcome-unknown', 'done-unread'];
/** A person who tries as often gives up. */
export const TURNS = 300;

export const sheetOf = (table: Table): string => JSON.stringify(['plan', table]);

export const openTable = (client: TestClient, table: Table): Promise<OutputOf<'sheets.open'>> =>
  openLive(client, { schema: 'plan', table });

/** Waits until the sheet shows a row. Where a reading is said to have failed it is asked for again, as a person would. */
export const shows = async (client: TestClient, sheet: string, id: string): Promise<boolean> => {
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

/**
 * Keeps one change of each kind: the counter goes up, a row comes, the row of the last run goes. Answers how many rows that
 * are; `between` runs after the first.
 */
export const keepEdits = async (
  { world, tally }: FlowParts,
  client: TestClient,
  table: Table,
  tag: string,
  between?: () => Promise<void>,
): Promise<number> => {
  const { counter, inserted } = await heldBy(world, table);
  const sheet = sheetOf(table);
  if (!(await shows(client, sheet, inserted?.id ?? '1')))
    tally.breach('untrue', `${tag}: rows are shown as current that are not`);
  const keep = (step: EditStep) => client.call('edits.append', { step });
  await keep(setting(sheet, 'n', [['["1"]', String(counter), String(counter + 1)]]));
  await between?.();
  await keep(inserting(sheet, `new:${randomUUID()}`, { tag, n: '1' }));
  if (!inserted) return 2;
  await keep(deleting(sheet, JSON.stringify([inserted.id]), inserted));
  return 3;
};

/** Compares what was written with what should be, once and only once. */
export const checkHeld = async (
  { world, tally }: FlowParts,
  table: Table,
  before: Held,
  tag: string,
  place: string,
): Promise<void> => {
  const now = await heldBy(world, table);
  const came = now.tags.filter((each) => each === tag).length;
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
