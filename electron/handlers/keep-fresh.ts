import { AppError } from '../../shared/model/failure.ts';
import type { SheetDefinition, Source } from '../../shared/model/sheet.ts';
import { type Profile, placeOf, sheetIdOf } from '../profile.ts';
import { LOOKUP_LIMIT } from '../sheets/lookups.ts';
import { mergeDefinition } from '../sheets/merge-definition.ts';
import { ROW_LIMIT } from '../sheets/open-sheet.ts';
import { RowStore } from '../sheets/row-store.ts';
import { keptReading } from '../snapshots/sheet-offline.ts';
import type { SheetFacts } from '../snapshots/snapshots.ts';
import type { Shared } from './context.ts';

/** How long what is kept may be older than the warehouse before it is read again behind the work. */
const FRESH_MS = 15 * 60_000;
/** A chosen part of a table is looked for in all of it, however large. */
const SLICED_LIMIT = 2_000_000_000;

/**
 * Reads the sheets chosen to be kept that are not fresh any more, one after the other, while the warehouse can be reached; the work
 * in open sheets goes on meanwhile. With `only` that sheet, fresh or not. What fails is told in the list of kept sheets.
 */
export const keepFresh = async (shared: Shared, profile: Profile, only?: string): Promise<void> => {
  const { snapshots, keeping, now } = profile;
  for (const { sheet, kept, readAt } of snapshots.list()) {
    if (only === undefined ? !kept : sheet !== only) continue;
    const age = readAt === null ? Number.POSITIVE_INFINITY : now().getTime() - Date.parse(readAt);
    // Read at a time still to come: the clock was put back, and it may be hours until that says anything again.
    const fresh = age >= 0 && age < FRESH_MS;
    if (profile.isLost || keeping.get(sheet)?.reading || (only === undefined && fresh)) continue;
    keeping.set(sheet, { reading: true, failure: null });
    profile.tell('offline.changed', {});
    const failure = await readForKeeping(shared, profile, sheet).then(
      () => null,
      (error: unknown) => AppError.wrap(error).message,
    );
    keeping.set(sheet, { reading: false, failure });
    profile.tell('offline.changed', {});
  }
};

/** Keeps what was chosen fresh for as long as the profile is open; a second call changes nothing. */
export const beginKeepingFresh = (shared: Shared, profile: Profile): void => {
  if (profile.keepsFresh) return;
  profile.keepsFresh = true;
  const again = (): void => {
    void keepFresh(shared, profile).finally(() => profile.later('keep fresh', FRESH_MS, again));
  };
  again();
};

const readForKeeping = async (shared: Shared, profile: Profile, sheet: string): Promise<void> => {
  const { warehouse, snapshots, now, tell } = profile;
  const facts = await factsFor(shared, profile, placeOf(sheet));
  const { definition, rights } = facts;
  snapshots.refreshFacts(sheet, facts);
  const sliced = (snapshots.list().find((each) => each.sheet === sheet)?.slice.length ?? 0) > 0;
  const most = shared.rowLimit ?? ROW_LIMIT;
  const limit = sliced ? SLICED_LIMIT : most;
  const keep = keptReading({
    ...{ snapshots, facts, now, lastEntry: () => profile.journal.last() },
    onKept: () => tell('offline.changed', {}),
  });
  let whole = false;
  try {
    const { signal } = new AbortController();
    const { truncated } = await warehouse.read({ definition, rights, limit, signal }, (chunk) => {
      const packed = new RowStore([]).append(chunk);
      if (packed) keep.rows(packed, chunk);
    });
    if (truncated) throw tooLarge(most);
    whole = true;
  } finally {
    if (whole) await keep.finish();
    else keep.cancel();
  }
  await keepLookups(profile, definition);
};

const keepLookups = async ({ warehouse, snapshots }: Profile, definition: SheetDefinition): Promise<void> => {
  for (const { name, lookup } of definition.columns) {
    if (!lookup) continue;
    const values = await warehouse.lookup(definition, name, LOOKUP_LIMIT).catch(() => null);
    if (values) snapshots.keepLookup(definition.id, name, values);
  }
};

const factsFor = async (shared: Shared, profile: Profile, source: Source): Promise<SheetFacts> => {
  const { warehouse, session } = profile;
  const [{ definition: fresh, rights }, capabilities, periods, policy, saved] = await Promise.all([
    warehouse.describe(source),
    warehouse.capabilities(),
    warehouse.periods.of(source),
    warehouse.reviews.policy(source),
    shared.definitions.load(session.connection.id, source).catch(() => null),
  ]);
  const { definition } = saved ? mergeDefinition(fresh, saved) : { definition: fresh };
  return {
    definition: { ...definition, id: sheetIdOf(source) },
    rights: periods.length === 0 ? rights : { ...rights, periods: [...periods] },
    capabilities,
    policy,
  };
};

const tooLarge = (most: number): AppError =>
  new AppError(
    'invalid',
    'too-many-rows',
    `The table has more than ${most.toLocaleString('en')} rows. Choose which of them are kept.`,
  );
