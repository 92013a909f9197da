import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../shared/model/failure.ts';
import { NO_VIEWS, type SheetViews, sheetViews, type ViewsChange } from '../../shared/model/saved-view.ts';
import { changeViews } from '../../shared/views/change-views.ts';
import { readIfThere, writePrivate } from '../identity/private-file.ts';
import { type RandomBytes, seal, unseal } from '../identity/sealed.ts';

/** A profile's views of all its sheets, by the sheet's id. */
export interface ViewsStore {
  list(sheet: string): Promise<SheetViews>;
  /** Changes views and answers once they are on disk; changes happen one after the other. */
  change(sheet: string, change: ViewsChange): Promise<SheetViews>;
}

export interface ViewsFileOptions {
  readonly file: string;
  /** The profile's key: filters hold values of the warehouse. */
  readonly key: Buffer;
  readonly random: RandomBytes;
}

const content = z.object({ version: z.literal(1), sheets: z.array(z.tuple([z.string(), z.unknown()])) });
const CONTEXT = 'writ views';

/**
 * Views in one encrypted file beside the journal. What does not fit (a newer version wrote it, the key is another one) is set aside
 * under another name and the views begin anew; one sheet that does not fit leaves the others.
 */
export const openViews = ({ file, key, random }: ViewsFileOptions): ViewsStore => {
  let held: Promise<Map<string, SheetViews>> | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<Map<string, SheetViews>> => {
    const sealed = await readIfThere(file);
    if (sealed === null) return new Map();
    const parsed = contentOf(unseal(key, sealed, CONTEXT));
    if (parsed) return parsed;
    await rename(file, `${file}.broken`);
    return new Map();
  };
  const all = (): Promise<Map<string, SheetViews>> => {
    held ??= read().catch((cause: unknown) => {
      held = null;
      throw new AppError('unavailable', 'views-unreadable', 'The saved views cannot be read.', { cause });
    });
    return held;
  };
  const change = async (sheet: string, wanted: ViewsChange): Promise<SheetViews> => {
    const before = await all();
    const next = changeViews(before.get(sheet) ?? NO_VIEWS, wanted);
    const after = new Map(before).set(sheet, next);
    const text = JSON.stringify({ version: 1, sheets: [...after] });
    await writePrivate(file, seal(key, Buffer.from(text, 'utf8'), CONTEXT, random), randomUUID()).catch(
      (cause: unknown) => {
        throw new AppError(
          'unavailable',
          'views-not-kept',
          'The view was not kept: the data folder cannot be written.',
          { cause },
        );
      },
    );
    held = Promise.resolve(after);
    return next;
  };
  return {
    list: async (sheet) => (await all()).get(sheet) ?? NO_VIEWS,
    change: (sheet, wanted) => {
      const done = turn.then(() => change(sheet, wanted));
      turn = done.catch(() => undefined);
      return done;
    },
  };
};

const contentOf = (plain: Buffer | null): Map<string, SheetViews> | null => {
  if (plain === null) return null;
  try {
    const parsed = content.safeParse(JSON.parse(plain.toString('utf8')));
    if (!parsed.success) return null;
    return new Map(
      parsed.data.sheets.flatMap(([sheet, raw]) => {
        const views = sheetViews.safeParse(raw);
        return views.success ? [[sheet, views.data] as const] : [];
      }),
    );
  } catch {
    return null;
  }
};
