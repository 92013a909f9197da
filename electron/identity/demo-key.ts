import { AppError } from '../../shared/model/failure.ts';
import { readIfThere, writePrivate } from './private-file.ts';
import type { RandomBytes } from './sealed.ts';

const KEY_BYTES = 32;

/** The demo workspace's key in a file of its owner (0600), created on first use. For demo data only. */
export const demoKey = async (file: string, random: RandomBytes): Promise<Buffer> => {
  const kept = await readIfThere(file);
  if (!kept) {
    const key = random(KEY_BYTES);
    await writePrivate(file, key.toString('hex'), random(8).toString('hex'));
    return key;
  }
  const key = Buffer.from(kept.toString('latin1'), 'hex');
  if (key.length === KEY_BYTES) return key;
  throw new AppError(
    'unavailable',
    'demo-key-damaged',
    'The key file of the demo workspace is damaged. Move it and the journal away to begin anew.',
    { details: { file } },
  );
};
