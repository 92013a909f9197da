import type { Cut } from '../support/cut-proxy.ts';
import type { Coverage } from './suite.ts';

type Direction = Cut['to'];
export type Counts = Readonly<Record<Direction, number>>;

/** One place to cut the link: a message of a flow, in one direction, before or after it is delivered. */
export interface Point {
  readonly flow: string;
  readonly to: Direction;
  readonly message: number;
  readonly when: Cut['when'];
}

/** One part of all points, from 1; the parts of one `of` are all points together, whoever counts the messages. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

/** A run has a few messages more or fewer by what is prepared already; points behind the last one counted are tried as well. */
const MARGIN = 4;
/** How often a point that was not reached is tried again: where no run has passed it, and where one has. */
const AGAIN = { unseen: 2, seen: 12 };

/** How a point is written: `submit/server/12/before`. */
export const pointName = ({ flow, to, message, when }: Point): string => `${flow}/${to}/${message}/${when}`;

/** Inverse of `pointName`; null for anything else. */
export const pointNamed = (name: string): Point | null => {
  const [flow = '', to = '', message = '', when = ''] = name.split('/');
  if ((to !== 'server' && to !== 'client') || (when !== 'before' && when !== 'after')) return null;
  return /^\d+$/.test(message) ? { flow, to, message: Number(message), when } : null;
};

/** Which points of the flows there are, which were tried, and which are to be tried still. */
export class Matrix {
  readonly #queue: Point[] = [];
  readonly #tries = new Map<string, number>();
  readonly #hit = new Set<string>();
  /**
   * Fewest and most messages of the runs without a cut, by flow and direction: how many connections are open at once, and so how
   * many messages there are, is a matter of time.
   */
  readonly #runs = new Map<string, { readonly least: number; readonly most: number }>();
  /** The first message of a flow and direction that is not in the queue. */
  readonly #ends = new Map<string, number>();
  readonly #part: Part;
  readonly #fits: (point: Point) => boolean;

  /** Only points that fit are tried. */
  constructor(part: Part = { index: 1, of: 1 }, fits: (point: Point) => boolean = () => true) {
    this.#part = part;
    this.#fits = fits;
  }

  /** Takes in the points of a flow, by what a run of it without a cut had of messages. */
  add(flow: string, counts: Counts): void {
    for (const to of ['server', 'client'] as const) {
      const { least, most } = this.#runOf(flow, to);
      this.#runs.set(`${flow}/${to}`, {
        least: Math.min(least, counts[to]),
        most: Math.max(most, counts[to]),
      });
      this.#extend(flow, to, counts[to] + MARGIN);
    }
  }

  /** Puts what is to be tried in another order. */
  shuffle(shuffled: (of: readonly Point[]) => Point[]): void {
    this.#queue.splice(0, Infinity, ...shuffled(this.#queue));
  }

  next(): Point | undefined {
    return this.#queue.shift();
  }

  /** Notes whether the link was cut there (null), or what the run had of messages instead. Behind a last point that was reached there may be others. */
  tried(point: Point, passed: Counts | null): void {
    const { flow, to, message } = point;
    const name = pointName(point);
    if (passed === null) {
      this.#hit.add(name);
      const end = this.#ends.get(`${flow}/${to}`) ?? 0;
      if (message + MARGIN >= end) this.#extend(flow, to, message + MARGIN + 1);
      return;
    }
    this.add(flow, passed);
    const tries = (this.#tries.get(name) ?? 0) + 1;
    this.#tries.set(name, tries);
    if (tries <= (message < this.#runOf(flow, to).most ? AGAIN.seen : AGAIN.unseen)) this.#queue.push(point);
  }

  /** Of the points known to be there: every run has them, or the link was cut there. */
  coverage(): Coverage {
    return { tried: this.#hit.size, of: new Set([...this.#sure(), ...this.#hit]).size };
  }

  /** How many of each flow; `elsewhere` is how many more a longer run had that were not met again. */
  byFlow(): readonly (Coverage & { readonly flow: string; readonly elsewhere: number })[] {
    const all = [...new Set([...this.#sure(), ...this.#hit])];
    const flows = [...new Set(all.map((name) => name.split('/')[0] ?? ''))];
    return flows.map((flow) => {
      const own = all.filter((name) => name.startsWith(`${flow}/`));
      const seen = this.#passed(flow, 'most').filter((name) => !own.includes(name));
      const tried = own.filter((name) => this.#hit.has(name)).length;
      return { flow, tried, of: own.length, elsewhere: seen.length };
    });
  }

  #sure(): string[] {
    const flows = new Set([...this.#runs.keys()].map((place) => place.split('/')[0] ?? ''));
    return [...flows].flatMap((flow) => this.#passed(flow, 'least'));
  }

  /** The points that all runs of a flow without a cut have passed, or that the longest has. */
  #passed(flow: string, which: 'least' | 'most'): string[] {
    return (['server', 'client'] as const).flatMap((to) =>
      this.#points(flow, to, 0, this.#runOf(flow, to)[which]).map(pointName),
    );
  }

  #runOf(flow: string, to: Direction): { readonly least: number; readonly most: number } {
    return this.#runs.get(`${flow}/${to}`) ?? { least: Number.POSITIVE_INFINITY, most: 0 };
  }

  #extend(flow: string, to: Direction, end: number): void {
    const place = `${flow}/${to}`;
    this.#queue.push(...this.#points(flow, to, this.#ends.get(place) ?? 0, end));
    this.#ends.set(place, Math.max(end, this.#ends.get(place) ?? 0));
  }

  #points(flow: string, to: Direction, from: number, end: number): Point[] {
    const { index, of } = this.#part;
    return Array.from({ length: Math.max(0, end - from) }, (_, n) => from + n)
      .filter((message) => message % of === index - 1)
      .flatMap((message) => (['before', 'after'] as const).map((when) => ({ flow, to, message, when })))
      .filter(this.#fits);
  }
}
