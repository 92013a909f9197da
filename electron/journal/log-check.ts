import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

const HEAD = 32;
const FRAME_HEAD = 24;
const PAGE = 4096;

interface Frame {
  /** Both salts: frames of an earlier use of the file carry others. */
  readonly salt: string;
  /** The last page of a transaction. */
  readonly commit: boolean;
}

/** The frames of a write-ahead log as they lie in the file, whether SQLite accepts them or not. */
export interface Log {
  /** The head's checksum holds; where it does not, SQLite takes the whole log for empty. */
  readonly sound: boolean;
  readonly salt: string;
  readonly frames: readonly Frame[];
}

/** "WAL-index and checksums" of sqlite.org/fileformat2.html, 4.2: sums over 32-bit words in the order the magic number names. */
const headIsSound = (head: Buffer): boolean => {
  const magic = head.readUInt32BE(0);
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return false;
  const word = (at: number): number => (magic & 1 ? head.readUInt32BE(at) : head.readUInt32LE(at));
  let [a, b] = [0, 0];
  for (let at = 0; at < 24; at += 8) {
    a = (a + word(at) + b) >>> 0;
    b = (b + word(at + 4) + a) >>> 0;
  }
  return a === head.readUInt32BE(24) && b === head.readUInt32BE(28);
};

/** Reads the log beside a journal that is not open; null where there is none. Heads of frames are not encrypted, pages are. */
export const readLog = (journal: string): Log | null => {
  const file = `${journal}-wal`;
  if (!existsSync(file) || statSync(file).size < HEAD + FRAME_HEAD + PAGE) return null;
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(HEAD);
    readSync(descriptor, head, 0, HEAD, 0);
    const frames: Frame[] = [];
    const bytes = Buffer.alloc(FRAME_HEAD);
    const end = statSync(file).size;
    for (let at = HEAD; at + FRAME_HEAD + PAGE <= end; at += FRAME_HEAD + PAGE) {
      readSync(descriptor, bytes, 0, FRAME_HEAD, at);
      frames.push({ salt: bytes.toString('hex', 8, 16), commit: bytes.readUInt32BE(4) !== 0 });
    }
    const sound = headIsSound(head);
    const salt = sound ? head.toString('hex', 16, 24) : (frames[0]?.salt ?? '');
    return { sound, salt, frames };
  } finally {
    closeSync(descriptor);
  }
};

/**
 * How many transactions stand in the log behind the `accepted` frames, which SQLite passes over without a word; 0 where all
 * is well. One that never ended is the last and was acknowledged to nobody: it is none.
 */
export const passedOver = ({ sound, salt, frames }: Log, accepted: number): number => {
  const rest = frames.slice(accepted).filter((frame) => frame.salt === salt);
  const commits = rest.filter(({ commit }) => commit).length;
  const onlyLast = sound && commits === 1 && rest.at(-1)?.commit === true;
  return onlyLast ? 0 : commits;
};
