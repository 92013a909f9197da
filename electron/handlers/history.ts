import type { PendingDelta } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { PastConflict, PastScope, RestorePreview } from '../../shared/model/past.ts';
import { checkStep } from '../governance/check-step.ts';
import {
  countsOf,
  differencesOf,
  planRestore,
  type RestorePlan,
  restoreStep,
} from '../governance/restore.ts';
import { sha256Of } from '../journal/payload-hash.ts';
import type { Profile } from '../profile.ts';
import type { ToldRow } from '../warehouse/past.ts';
import { type Client, type Handlers, profileOf, type Shared, sheetOf } from './context.ts';
import { journaled } from './edits.ts';

type HistoryHandlers = Pick<
  Handlers,
  'history.list' | 'history.difference' | 'restore.preview' | 'restore.enter' | 'audit.state' | 'audit.accept'
>;

/** Rows looked back at in one go. */
const MOST_ROWS = 100_000;
/** Changes and conflicts that are shown one by one. */
const SHOWN = 500;

export const historyHandlers: HistoryHandlers = {
  'history.list': async (client, { sheet: id, row, column, batch, before, limit }) => {
    const { definition } = sheetOf(client, id).sheet;
    const { entries, more, cursor } = await profileOf(client).warehouse.history({
      definition,
      limit,
      ...(row === undefined ? {} : { row }),
      ...(column === undefined ? {} : { column }),
      ...(batch === undefined ? {} : { batch }),
      ...(before === undefined ? {} : { before }),
    });
    return { entries: [...entries], more, cursor };
  },
  'history.difference': async (client, { sheet, scope }) => {
    const told = await toldOf(client, sheet, scope);
    const changes = differencesOf(sheetOf(client, sheet).sheet, told).map(({ told: _, ...change }) => change);
    return { counts: countsOf(changes), changes: changes.slice(0, SHOWN), moreChanges: beyond(changes) };
  },
  'restore.preview': async (client, wish) => {
    const plan = await planOf(client, wish);
    const shown = plan.conflicts.slice(0, SHOWN);
    return {
      counts: countsOf(plan.changes),
      changes: plan.changes.slice(0, SHOWN),
      moreChanges: beyond(plan.changes),
      sha256: hashOf(plan),
      conflicts: await named(client, wish.sheet, shown),
      moreConflicts: beyond(plan.conflicts),
      changedSince: plan.conflicts.filter(({ kind }) => kind === 'changed-since').length,
    } satisfies RestorePreview;
  },
  'restore.enter': async (client, { sha256, reason, ...wish }) => {
    const plan = await planOf(client, wish);
    if (hashOf(plan) !== sha256)
      throw new AppError(
        'conflict',
        'changed-since-preview',
        'Rows changed after they were shown. Look at what would be restored again.',
      );
    const { sheet } = sheetOf(client, wish.sheet);
    const { now, uuid } = client.shared;
    const step = restoreStep(sheet, plan.changes, {
      ...{ id: uuid(), at: now().toISOString(), reason },
      newRow: () => `new:${uuid()}`,
    });
    const enter = ({ journal }: Profile): PendingDelta => {
      checkStep(sheet, step, journal.pending(wish.sheet));
      return journal.append(step);
    };
    // The window that asked draws the edits as the others do.
    const delta = journaled(client, enter, true);
    return { delta, conflicts: plan.conflicts.slice(0, SHOWN) };
  },
  'audit.state': (client) => {
    const profile = profileOf(client);
    return profile.audit.follow(profile.warehouse);
  },
  'audit.accept': async (client) => {
    const profile = profileOf(client);
    const state = await profile.audit.accept(profile.warehouse);
    client.shared.tell(profile, 'audit.state', state);
    return state;
  },
};

/** Compares the audit with what the profile remembers of it and tells its windows; where it cannot be asked, nothing is said. */
export const tellAudit = (shared: Shared, profile: Profile): void => {
  profile.audit.follow(profile.warehouse).then(
    (state) => shared.tell(profile, 'audit.state', state),
    () => {},
  );
};

const beyond = (all: readonly unknown[]): number => Math.max(0, all.length - SHOWN);

const hashOf = ({ changes }: RestorePlan): string => sha256Of(JSON.stringify(changes));

/** What the audit tells, with the rows it names read again as they are now. */
const toldOf = async (client: Client, id: string, scope: PastScope): Promise<readonly ToldRow[]> => {
  const { sheet } = sheetOf(client, id);
  const profile = profileOf(client);
  const told = await profile.warehouse.past.changes(sheet.definition, scope, MOST_ROWS);
  // A row that was not read yet would pass for one that is gone.
  await sheet.whenRead().catch((error: unknown) => {
    if (!sheet.paged) throw error;
  });
  const rows = told.map(({ row }) => row);
  await profile.reread(id, rows);
  await sheet.know(rows);
  return told;
};

interface Wish {
  readonly sheet: string;
  readonly scope: PastScope;
  readonly overChanged?: boolean | undefined;
}

const planOf = async (client: Client, { sheet: id, scope, overChanged }: Wish): Promise<RestorePlan> => {
  const told = await toldOf(client, id, scope);
  const { journal } = profileOf(client);
  return planRestore(sheetOf(client, id).sheet, told, {
    batch: scope.kind === 'batch',
    overChanged: overChanged === true,
    pending: journal.pending(id),
    underReview: new Set(journal.reviewed(id).flatMap(({ rows }) => rows.map(({ row }) => row))),
  });
};

/** Says of cells that were changed since by whom. */
const named = async (
  client: Client,
  id: string,
  conflicts: readonly PastConflict[],
): Promise<PastConflict[]> => {
  const rows = [
    ...new Set(conflicts.flatMap(({ kind, row }) => (kind === 'changed-since' && row ? [row] : []))),
  ];
  if (rows.length === 0) return [...conflicts];
  const { definition } = sheetOf(client, id).sheet;
  const last = await profileOf(client).warehouse.past.lastChanges(definition, rows);
  return conflicts.map((conflict) => {
    if (conflict.kind !== 'changed-since') return conflict;
    const by = last
      .filter(
        ({ row, column }) =>
          row === conflict.row && (conflict.column === undefined || column === conflict.column),
      )
      .reduce((newest, each) => (each.at > newest.at ? each : newest), { person: '', at: '' });
    return by.at === '' ? conflict : { ...conflict, person: by.person, at: by.at };
  });
};
