import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/model/failure.ts';
import { type SheetDefinition, type Source, sheetDefinition } from '../../shared/model/sheet.ts';

/** Saved sheet definitions, one JSON file a table, in a folder per connection. */
export interface Definitions {
  /** Null when nothing is saved. A file that is no definition is left alone and reported as AppError `invalid`. */
  load(connection: string, source: Source): Promise<SheetDefinition | null>;
  save(connection: string, definition: SheetDefinition): Promise<void>;
  remove(connection: string, source: Source): Promise<void>;
  /** Removes all of a connection. */
  forget(connection: string): Promise<void>;
}

/** Parses a definition from JSON text; AppError `invalid` names the first place that does not fit. */
export const parseDefinition = (json: string): SheetDefinition => {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (cause) {
    throw new AppError(
      'invalid',
      'definition-not-json',
      'The file is not JSON. Choose a sheet definition exported from Writ.',
      { cause },
    );
  }
  const parsed = sheetDefinition.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? issue.path.join('.') : 'the top level';
  throw new AppError(
    'invalid',
    'definition-invalid',
    `The sheet definition is not valid at ${where}: ${issue?.message ?? 'unknown reason'}.`,
    {
      details: { issues: z.treeifyError(parsed.error) },
    },
  );
};

export const openDefinitions = (folder: string): Definitions => {
  const folderOf = (connection: string): string => join(folder, connection.replace(/[^a-zA-Z0-9-]/g, '_'));
  const fileOf = (connection: string, source: Source): string => {
    // Names of tables may hold anything; files are named by a hash, with a readable beginning.
    const readable = `${source.schema}.${source.table}`.replace(/[^a-zA-Z0-9._-]/g, '_').slice(0, 60);
    const mark = createHash('sha256')
      .update(JSON.stringify([source.schema, source.table]))
      .digest('hex')
      .slice(0, 12);
    return join(folderOf(connection), `${readable}.${mark}.json`);
  };
  const load = async (file: string): Promise<SheetDefinition | null> => {
    const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return null;
      throw new AppError(
        'unavailable',
        'definition-unreadable',
        'The saved sheet definition cannot be read.',
        { cause },
      );
    });
    return text === null ? null : parseDefinition(text);
  };
  /** What cannot be read may still be mended by hand, so it is never overwritten. */
  const setAside = async (file: string): Promise<void> => {
    try {
      await load(file);
    } catch {
      await rename(file, `${file}.broken`);
    }
  };
  return {
    load: (connection, source) => load(fileOf(connection, source)),
    save: async (connection, definition) => {
      const text = `${JSON.stringify(sheetDefinition.parse(definition), null, 2)}\n`;
      const file = fileOf(connection, definition.source);
      const partial = `${file}.partial`;
      await mkdir(dirname(file), { recursive: true });
      await setAside(file);
      await writeFile(partial, text, { flush: true });
      await rename(partial, file);
    },
    remove: async (connection, source) => {
      const file = fileOf(connection, source);
      await setAside(file);
      await rm(file, { force: true });
    },
    forget: (connection) => rm(folderOf(connection), { recursive: true, force: true }),
  };
};
