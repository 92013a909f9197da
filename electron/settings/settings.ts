import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import { z } from 'zod';
import { connection } from '../../shared/model/connection.ts';

const schema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  locale: z.string().nullable().default(null),
  density: z.enum(['comfortable', 'compact']).default('compact'),
  connections: z
    .array(z.unknown())
    .default([])
    // A connection that does not fit is left out without taking the others along.
    .transform((all) =>
      all.flatMap((each) => {
        const one = connection.safeParse(each);
        return one.success ? [one.data] : [];
      }),
    ),
});
export type Settings = z.infer<typeof schema>;

/** A person's choices; never edits, never secrets. */
export interface SettingsStore {
  read(): Settings;
  /** Replaces the given choices. */
  update(change: Partial<Settings>): void;
}

/**
 * Opens `settings.json` in the folder. A file that does not fit the schema (edited by hand, written by a newer version) is read
 * field by field, so that one bad choice does not lose the others.
 */
export const openSettings = (folder: string): SettingsStore => {
  setAsideBroken(join(folder, 'settings.json'));
  const store = new Conf<Record<string, unknown>>({
    cwd: folder,
    configName: 'settings',
    clearInvalidConfig: true,
    configFileMode: 0o600,
  });
  const read = (): Settings => {
    const raw = store.store;
    const whole = schema.safeParse(raw);
    if (whole.success) return whole.data;
    const fields = Object.entries(schema.shape).map(([name, field]) => {
      const one = field.safeParse(raw[name]);
      return [name, one.success ? one.data : field.parse(undefined)];
    });
    return schema.parse(Object.fromEntries(fields));
  };
  return {
    read,
    update: (change) => {
      store.set(schema.parse({ ...read(), ...change }));
    },
  };
};

/** A file that is no JSON is kept beside the new one, for it may list connections. */
const setAsideBroken = (file: string): void => {
  if (!existsSync(file)) return;
  try {
    JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    renameSync(file, `${file}.broken`);
  }
};
