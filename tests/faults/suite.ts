/** How a fault suite is run. The same seed makes the same choices; `seconds` bounds the search. */
export interface FaultOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Visits every point there is at least once, however long that takes. */
  readonly whole?: boolean;
  /** Of a suite that can be divided: only this part of its points, from 1. */
  readonly part?: { readonly index: number; readonly of: number };
  /** Of a suite that names its points: only this one, or those named so in part. */
  readonly at?: string;
  /** Hears how far a pass over all points is. */
  readonly onProgress?: (points: Coverage) => void;
  /** Runs against the suite's mutant: a guard is taken out, and the suite has to notice. */
  readonly mutant?: boolean;
}

/** What a suite found; `ok` when it ran and found nothing. Counts are of breaches, each told in `problems`. */
export interface FaultResult {
  readonly name: string;
  readonly runs: number;
  readonly lost: number;
  readonly doubled: number;
  readonly falseConflicts: number;
  /** Answers that were not what the table, the audit or the journal held. */
  readonly untrue: number;
  readonly ok: boolean;
  readonly seed: number;
  /** Why nothing could be run here. */
  readonly skipped?: string;
  /** How many of the points there are were tried, where a suite knows them all. */
  readonly points?: Coverage;
  /** Figures to be read by a person: what was measured on the way. */
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

export interface Coverage {
  readonly tried: number;
  readonly of: number;
}

/** One search for faults. */
export interface FaultSuite {
  readonly name: string;
  readonly about: string;
  /** What its mutant lacks. */
  readonly mutant: string;
  run(options: FaultOptions): Promise<FaultResult>;
}

export type Breach = 'lost' | 'doubled' | 'falseConflicts' | 'untrue';

const SHOWN = 20;

/** Counts runs and breaches of one suite. */
export class Tally {
  runs = 0;
  readonly #counts: Record<Breach, number> = { lost: 0, doubled: 0, falseConflicts: 0, untrue: 0 };
  readonly #problems: string[] = [];
  readonly #notes: string[] = [];
  points: Coverage | undefined;

  note(what: string): void {
    this.#notes.push(what);
  }

  breach(kind: Breach, what: string): void {
    this.#counts[kind]++;
    if (this.#problems.length < SHOWN) this.#problems.push(`${kind}: ${what}`);
  }

  get clean(): boolean {
    return this.#problems.length === 0;
  }

  /** `enough`: fewer runs than this prove nothing and are not ok. */
  result(name: string, seed: number, enough = 1): FaultResult {
    const few = this.runs < enough ? [`only ${this.runs} of ${enough} runs`] : [];
    const problems = [...this.#problems, ...few];
    const ok = problems.length === 0;
    const points = this.points === undefined ? {} : { points: this.points };
    return { name, runs: this.runs, ...this.#counts, ok, seed, ...points, notes: this.#notes, problems };
  }
}

/** The result of a suite that cannot run on this machine; the reason is told, never silent. */
export const skippedResult = (name: string, seed: number, reason: string): FaultResult => ({
  ...new Tally().result(name, seed, 0),
  skipped: reason,
});

export interface Random {
  /** From 0 to 1, 1 excluded. */
  next(): number;
  /** An integer from 0 to `below`, excluded. */
  below(below: number): number;
  pick<T>(of: readonly [T, ...T[]]): T;
  shuffled<T>(of: readonly T[]): T[];
}

/** mulberry32: the same numbers for the same seed. */
export const randomFrom = (seed: number): Random => {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: (of) => of[below(of.length)] ?? of[0],
    shuffled: (of) =>
      of
        .map((each) => ({ each, order: next() }))
        .sort((a, b) => a.order - b.order)
        .map(({ each }) => each),
  };
};

/** Whether there is time left of a search that began when this was called. */
export const deadline = (seconds: number): (() => boolean) => {
  const until = performance.now() + seconds * 1000;
  return () => performance.now() < until;
};
