import type { SheetOpened } from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { SheetDefinition, Source } from '../../shared/model/sheet.ts';
import { compileSheet } from '../../shared/rules/compile.ts';
import type { Profile } from '../profiles.ts';
import { parseDefinition } from '../sheets/definitions.ts';
import { mergeDefinition } from '../sheets/merge-definition.ts';
import type { Client, Handlers } from './context.ts';
import { profileOf } from './profile-of.ts';
import { closeView } from './rows.ts';

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
  'catalog.tables': async (client) => ({ tables: [...(await profileOf(client).warehouse.tables())] }),
  'sheets.open': (client, { source }) => openSheet(client, source),
  'sheets.close': (client, { sheet }) => {
    if (client.views.has(sheet)) {
      closeView(client, sheet);
      profileOf(client).release(sheet);
    }
    return {};
  },
  'sheets.save': (client, { definition }) => saveDefinition(client, definition),
  'sheets.reset': async (client, { sheet }) => {
    const profile = profileOf(client);
    const { source } = profile.sheet(sheet).definition;
    await client.shared.definitions.remove(profile.session.connection.id, source);
    return openSheet(client, source);
  },
  'sheets.export': (client, { sheet }) => {
    const { definition } = profileOf(client).sheet(sheet);
    const name = `${definition.source.schema}.${definition.source.table}`.replace(/[^\p{L}\p{N}._-]/gu, '_');
    return { fileName: `${name}.sheet.json`, json: `${JSON.stringify(definition, null, 2)}\n` };
  },
  'sheets.import': (client, { json }) => saveDefinition(client, parseDefinition(json)),
};

const openSheet = async (client: Client, source: Source): Promise<SheetOpened> => {
  const profile = profileOf(client);
  const [{ definition: fresh, rights }, capabilities] = await Promise.all([
    profile.warehouse.describe(source),
    profile.warehouse.capabilities(),
  ]);
  const saved = await client.shared.definitions
    .load(profile.session.connection.id, source)
    .catch((error: unknown) => AppError.wrap(error));
  const { id } = fresh;
  const { definition, drift } =
    saved === null
      ? { definition: fresh, drift: [] }
      : saved instanceof AppError
        ? { definition: fresh, drift: [`${saved.message} The table's own definition is used.`] }
        : mergeDefinition(fresh, saved);
  const known = client.views.get(id);
  const sheet = profile.acquire({ ...definition, id }, rights);
  if (known) profile.release(id);
  closeView(client, id);
  // Registered at once, so that closing the client releases the sheet even when no view was ever set.
  client.views.set(id, {
    number: 0,
    view: { order: null, added: [] },
    cancel: new AbortController(),
    stop: () => {},
  });
  return {
    definition: sheet.definition,
    rights,
    capabilities,
    pending: pendingOf(profile, id),
    unresolved: profile.journal.openBatches(id).map((open) => open.batch),
    drift: [...drift, ...sheet.rules.definitionProblems],
  };
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
