import { existsSync, readdirSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is there at the end over what was there at the start. */
const FLAT = 1.15;
/** What a process of Linux has open, and its threads: one entry each. */
const DESCRIPTORS = '/proc/self/fd';
const THREADS = '/proc/self/task';

/** In bytes, after collecting. */
interface Memory {
  /** Objects that are reachable, and the bytes of buffers: those lie outside the heap but are held by what lies in it. */
  readonly held: number;
  /** What is resident without V8's heap: SQLite, TLS, sockets, what the allocator keeps, code. */
  readonly native: number;
  readonly process: number;
}

interface Handles {
  readonly descriptors: number;
  readonly threads: number;
}

const inMegabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

const least = (of: readonly number[]): number =>
  of.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

/**
 * Watches what this process takes of the machine. Resident memory alone says little: V8 keeps emptied pages of its young
 * generation, which it doubles with what is allocated, not with what is held. Descriptors and threads: on Linux only.
 */
export class MemoryWatch {
  readonly #collect: () => void;
  readonly #memory: Memory[] = [];
  readonly #handles: Handles[] = [];

  constructor() {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as (how: object) => void;
    // As V8 does before it would be out of memory: gives emptied pages back too, of which an ordinary one keeps up to 32 MB.
    this.#collect = () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }

  /** Collects, which takes a while. */
  weigh(): void {
    this.#collect();
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    const heap = getHeapStatistics().total_physical_size;
    this.#memory.push({ held: heapUsed + arrayBuffers, native: rss - heap, process: rss });
  }

  /** Quick enough for every round. */
  count(): void {
    if (!existsSync(DESCRIPTORS)) return;
    this.#handles.push({
      descriptors: readdirSync(DESCRIPTORS).length,
      threads: readdirSync(THREADS).length,
    });
  }

  get weighed(): number {
    return this.#memory.length;
  }

  /** The figures, for a person. */
  told(): string {
    const of = (what: keyof Memory): string => this.#memory.map((each) => inMegabytes(each[what])).join(', ');
    const memory = `holds ${of('held')} MB; native ${of('native')} MB; process ${of('process')} MB`;
    const ends = [this.#handles[0], this.#handles.at(-1)];
    const [first, last] = ends;
    if (first === undefined || last === undefined) return memory;
    return `${memory}; descriptors ${first.descriptors} to ${last.descriptors}; threads ${first.threads} to ${last.threads}`;
  }

  /** What grew, each with how much. Sockets come and go: of descriptors and threads the fewest of each half count. */
  grown(): readonly string[] {
    const [start, end] = [this.#memory[0], this.#memory.at(-1)];
    if (start === undefined || end === undefined) return ['nothing was weighed'];
    const half = Math.ceil(this.#handles.length / 2);
    const fewest = (what: keyof Handles): [before: number, after: number] => [
      least(this.#handles.slice(0, half).map((each) => each[what])),
      least(this.#handles.slice(half).map((each) => each[what])),
    ];
    const pairs: [what: string, before: number, after: number][] = [
      ['memory held', start.held, end.held],
      ['native memory', start.native, end.native],
    ];
    if (half > 0) pairs.push(['descriptors', ...fewest('descriptors')], ['threads', ...fewest('threads')]);
    return pairs
      .map(([what, before, after]) => ({ what, ratio: after / before }))
      .filter(({ ratio }) => ratio > FLAT)
      .map(({ what, ratio }) => `${what} grew to ${ratio.toFixed(2)} of the start`);
  }
}
