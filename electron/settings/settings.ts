import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import { z } from 'zod';
import { type Connection, connection } from '../../shared/model/connection.ts';
import { migrateSettings, type RawSettings, SETTINGS_VERSION, versionOf } from './migrations.ts';

/** A connection that does not fit is left out without taking the others along; the file keeps it. */
const connections = z
  .array(z.unknown())
  .default([])
  .transform((all) =>
    all.flatMap((each) => {
      const one = connection.safeParse(each);
      return one.success ? [one.data] : [];
    }),
  );

const schema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  locale: z.string().nullable().default(null),
  density: z.enum(['comfortable', 'compact']).default('compact'),
  connections,
  /** Connections taken from the list for which edits may lie on this machine. */
  removed: connections,
  /** Who has worked with a connection on this machine, by its id; each has a journal. */
  logins: z.record(z.string(), z.array(z.string())).default({}),
  /** Values of a connection's claim that choose something there, as last signed in: by its id, then by user. */
  claimed: z.record(z.string(), z.record(z.string(), z.array(z.string()))).default({}),
  /** Connections whose person signed out at the provider: it is to ask again who it is. */
  signedOut: z.array(z.string()).default([]),
});
export type Settings = z.infer<typeof schema>;

/** A person's choices; never edits, never secrets. */
export interface SettingsStore {
  read(): Settings;
  /** Replaces the given choices. */
  update(change: Partial<Settings>): void;
  /** What was wrong with the file, as sentences for the person. */
  problems(): readonly string[];
}

/**
 * Opens `settings.json` in the folder. A file that does not fit the schema (edited by hand, written by a newer version) is read
 * field by field, so that one bad choice does not lose the others; what this version does not know stays in the file. A file that is
 * no JSON is put aside under a name with `now`.
 */
export const openSettings = (folder: string, now: () => Date): SettingsStore => {
  const aside = setAsideBroken(join(folder, 'settings.json'), now());
  const store = new Conf<Record<string, unknown>>({
    cwd: folder,
    configName: 'settings',
    clearInvalidConfig: true,
    configFileMode: 0o600,
  });
  const raw = (): RawSettings => migrateSettings(store.store);
  const read = (): Settings => {
    const found = raw();
    const whole = schema.safeParse(found);
    if (whole.success) return whole.data;
    const fields = Object.entries(schema.shape).map(([name, field]) => {
      const one = field.safeParse(found[name]);
      return [name, one.success ? one.data : field.parse(undefined)];
    });
    return schema.parse(Object.fromEntries(fields));
  };
  return {
    read,
    update: (change) => {
      const found = raw();
      const next = schema.parse({ ...read(), ...change });
      store.set({
        ...found,
        ...next,
        connections: [...next.connections, ...unfit(found.connections, next.connections)],
        removed: [...next.removed, ...unfit(found.removed, next.removed)],
        version: Math.max(SETTINGS_VERSION, versionOf(found)),
      });
    },
    problems: () => {
      const left = unfit(raw().connections, []).length;
      return [
        ...(aside === null
          ? []
          : [`The settings could not be read and were begun anew. The file of before is kept at ${aside}.`]),
        ...(left === 0
          ? []
          : [
              `${left === 1 ? 'One connection' : `${left} connections`} in the settings cannot be read by this version and ${left === 1 ? 'is' : 'are'} not shown. The file keeps ${left === 1 ? 'it' : 'them'}.`,
            ]),
      ];
    },
  };
};

/** Entries of the file that are no connections to this version and have no successor in `known`. */
const unfit = (all: unknown, known: readonly Connection[]): readonly unknown[] =>
  (Array.isArray(all) ? all : []).filter(
    (each) => !connection.safeParse(each).success && !known.some(({ id }) => id === each?.id),
  );

/** A file that is no JSON object is kept beside the new one, for it may list connections. */
const setAsideBroken = (file: string, now: Date): string | null => {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  try {
    if (z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).success) return null;
  } catch {
    // Told below.
  }
  const aside = `${file}.broken-${now.toISOString().replace(/[:.]/g, '-')}`;
  renameSync(file, aside);
  return aside;
};
