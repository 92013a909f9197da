import type { SheetOpened } from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { SheetDefinition, Source } from '../../shared/model/sheet.ts';
import { compileSheet } from '../../shared/rules/compile.ts';
import { resolveOpenBatches } from '../governance/resolve.ts';
import { type Profile, sheetIdOf } from '../profile.ts';
import { endView } from '../sheets/any-view.ts';
import { parseDefinition } from '../sheets/definitions.ts';
import { withDerivedColumns } from '../sheets/derived-columns.ts';
import { type Merged, mergeDefinition } from '../sheets/merge-definition.ts';
import { isOut, notKept } from '../sheets/offline.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import { tablesOf } from '../snapshots/catalog.ts';
import type { SheetFacts } from '../snapshots/snapshots.ts';
import { announceToProfile } from './announce.ts';
import { followAndTell, lookAgain, submittedOf } from './announce-reviews.ts';
import { type Client, type Handlers, profileOf, sheetOf } from './context.ts';

type SheetHandlers = Pick<
  Handlers,
  | 'catalog.tables'
  | 'sheets.open'
  | 'sheets.close'
  | 'sheets.save'
  | 'sheets.reset'
  | 'sheets.export'
  | 'sheets.import'
>;

export const sheetHandlers: SheetHandlers = {
  'catalog.tables': async (client) => ({ tables: [...(await tablesOf(profileOf(client)))] }),
  'sheets.open': (client, { source, at }) =>
    at === undefined ? openSheet(client, source) : openPast(client, source, at),
  'sheets.close': (client, { sheet }) => {
    closeSheet(client, sheet);
    return {};
  },
  'sheets.save': (client, { definition }) => saveDefinition(client, definition),
  'sheets.reset': async (client, { sheet }) => {
    const profile = profileOf(client);
    const { source } = sheetOf(client, sheet).sheet.definition;
    await client.shared.definitions.remove(profile.session.connection.id, source);
    return openSheet(client, source);
  },
  'sheets.export': (client, { sheet }) => {
    const { definition } = sheetOf(client, sheet).sheet;
    const name = `${definition.source.schema}.${definition.source.table}`.replace(/[^\p{L}\p{N}._-]/gu, '_');
    return { fileName: `${name}.sheet.json`, json: `${JSON.stringify(definition, null, 2)}\n` };
  },
  'sheets.import': (client, { json }) => saveDefinition(client, parseDefinition(json)),
};

/** Closes a sheet of a client: its view ends, and the sheet itself with its last window. */
export const closeSheet = (client: Client, id: string): void => {
  const open = client.sheets.get(id);
  if (!open) return;
  client.sheets.delete(id);
  open.cancel.abort(new AppError('cancelled', 'sheet-closed', 'The sheet was closed.'));
  open.stop();
  endView(open.view);
  client.profile?.release(open.sheet);
};

/** Closes all sheets of a client. */
export const closeSheets = (client: Client): void => {
  for (const id of [...client.sheets.keys()]) closeSheet(client, id);
};

const openSheet = async (client: Client, source: Source): Promise<SheetOpened> => {
  const profile = profileOf(client);
  const id = sheetIdOf(source);
  const [{ facts, drift, keptAt }, views] = await Promise.all([
    factsOf(client, profile, source),
    // Views that cannot be read are no reason not to open; the window asks again and tells why.
    profile.views.list(id).catch(() => undefined),
  ]);
  if (client.profile !== profile)
    throw new AppError('cancelled', 'session-changed', 'The session ended meanwhile.');
  const sheet = profile.acquire(facts);
  holdSheet(client, sheet);
  if (sheet.age) client.send('sheet.age', { sheet: id, age: sheet.age });
  return {
    definition: sheet.definition,
    rights: facts.rights,
    capabilities: facts.capabilities,
    pending: pendingOf(profile, id),
    unresolved: profile.journal
      .openBatches(id)
      .filter(({ review }) => !review)
      .map((open) => open.batch),
    drift: [...drift, ...sheet.rules.definitionProblems],
    ...(facts.policy ? { policy: facts.policy } : {}),
    ...(keptAt === null ? {} : { keptAt }),
    ...(views ? { views } : {}),
    submitted: submittedOf(profile, id),
  };
};

interface FoundFacts {
  readonly facts: SheetFacts;
  readonly drift: readonly string[];
  /** When the facts were kept, where they are not the warehouse's own of now. */
  readonly keptAt: string | null;
}

/** What the warehouse says of a sheet; where it cannot be asked, what it said when its rows were last kept. */
const factsOf = async (client: Client, profile: Profile, source: Source): Promise<FoundFacts> => {
  const why = profile.link.why();
  if (!why) {
    try {
      return await liveFacts(client, profile, source);
    } catch (error) {
      if (!isOut(error)) throw error;
      profile.link.suspect();
      const kept = keptFacts(profile, source);
      if (kept) return kept;
      throw error;
    }
  }
  const kept = keptFacts(profile, source);
  if (kept) return kept;
  throw notKept();
};

const keptFacts = ({ snapshots }: Profile, source: Source): FoundFacts | null => {
  const id = sheetIdOf(source);
  const facts = snapshots.facts(id);
  const readAt = snapshots.list().find(({ sheet }) => sheet === id)?.readAt ?? null;
  return facts && readAt !== null ? { facts, drift: [], keptAt: readAt } : null;
};

const liveFacts = async (client: Client, profile: Profile, source: Source): Promise<FoundFacts> => {
  const id = sheetIdOf(source);
  const [{ definition: fresh, rights: granted }, capabilities, periods, settled, policy] = await Promise.all([
    profile.warehouse.describe(source),
    profile.warehouse.capabilities(),
    profile.warehouse.periods.of(source),
    resolveOpenBatches(profile, id),
    profile.warehouse.reviews.policy(source),
    followAndTell(client.shared, profile, id),
  ]);
  if (policy?.policy.mode === 'approval') profile.hearReviews();
  lookAgain(client.shared, profile, policy);
  // The windows of this login on other machines were opened before it was shared.
  if (policy?.shared) await profile.warehouse.reviews.hint().catch(() => {});
  const rights = periods.length === 0 ? granted : { ...granted, periods: [...periods] };
  announceToProfile(client.shared, profile, settled);
  const { definition, drift } = await savedOver(client, profile, fresh);
  const facts = {
    definition: withDerivedColumns({ ...definition, id }, policy),
    rights,
    capabilities,
    policy,
  };
  profile.snapshots.refreshFacts(id, facts);
  return { facts, drift, keptAt: null };
};

const holdSheet = (client: Client, sheet: OpenSheet): void => {
  const { id } = sheet.definition;
  const held = client.sheets.get(id);
  // Opened again by another part of the window, which only wants to know what the sheet is: the view there is goes on.
  if (held?.sheet === sheet) {
    client.profile?.release(sheet);
    return;
  }
  const folds = held?.folds ?? null;
  closeSheet(client, id);
  client.sheets.set(id, {
    sheet,
    number: 0,
    view: null,
    folds,
    cancel: new AbortController(),
    search: new AbortController(),
    file: null,
    stop: () => {},
  });
};

/** The sheet as it was: nothing in it can be changed, and nothing is pending in it. */
const openPast = async (client: Client, source: Source, at: string): Promise<SheetOpened> => {
  const profile = profileOf(client);
  const [{ definition: fresh, rights: granted }, capabilities] = await Promise.all([
    profile.warehouse.describe(source),
    profile.warehouse.capabilities(),
  ]);
  const { definition } = await savedOver(client, profile, fresh);
  if (client.profile !== profile)
    throw new AppError('cancelled', 'session-changed', 'The session ended meanwhile.');
  const id = JSON.stringify([source.schema, source.table, at]);
  const rights = {
    ...{ ...granted, insert: false, delete: false, updateColumns: [], insertColumns: [], rowPolicies: false },
    readOnlyReason: 'The sheet is shown as it was. Go back to now to change it.',
  };
  const sheet = profile.acquirePast({ ...definition, id }, rights, at);
  holdSheet(client, sheet);
  return {
    ...{ definition: sheet.definition, rights, capabilities, unresolved: [], submitted: [] },
    pending: pendingOf(profile, id),
    drift: [...sheet.rules.definitionProblems],
  };
};

/** The saved definition laid over the table's own; a saved one that cannot be read is reported and left where it is. */
const savedOver = async (client: Client, profile: Profile, fresh: SheetDefinition): Promise<Merged> => {
  try {
    const saved = await client.shared.definitions.load(profile.session.connection.id, fresh.source);
    return saved ? mergeDefinition(fresh, saved) : { definition: fresh, drift: [] };
  } catch (error) {
    const { message } = AppError.wrap(error);
    return { definition: fresh, drift: [`${message} The table's own definition is used.`] };
  }
};

const pendingOf = (profile: Profile, id: string): SheetOpened['pending'] => ({
  rows: [...profile.journal.pending(id).values()],
  counts: profile.journal.counts(id),
});

/** Saves what a definition adds, once it fits the table it names. */
const saveDefinition = async (client: Client, definition: SheetDefinition): Promise<SheetOpened> => {
  const profile = profileOf(client);
  const { definition: fresh } = await profile.warehouse.describe(definition.source);
  const merged = mergeDefinition(fresh, definition);
  const [problem] = compileSheet(merged.definition).definitionProblems;
  if (problem) throw new AppError('invalid', 'definition-invalid', problem);
  await client.shared.definitions.save(profile.session.connection.id, { ...definition, id: fresh.id });
  return openSheet(client, definition.source);
};
