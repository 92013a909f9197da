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
/** How often a point that was not reached is tried again before it counts as not there. */
const AGAIN = 2;

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
  /** Points that at least one run without a cut has passed. */
  readonly #sure = new Set<string>();
  /** The first message of a flow and direction that is not in the queue. */
  readonly #ends = new Map<string, number>();
  readonly #part: Part;
  readonly #fits: (point: Point) => boolean;

  /** Only points that fit are tried. */
  constructor(part: Part = { index: 1, of: 1 }, fits: (point: Point) => boolean = () => true) {
    this.#part = part;
    this.#fits = fits;
  }

  /** Takes in the points of a flow, whose runs have had at least and at most so many messages. */
  add(flow: string, least: Counts, most: Counts): void {
    for (const to of ['server', 'client'] as const) {
      for (const point of this.#points(flow, to, 0, least[to])) this.#sure.add(pointName(point));
      this.#extend(flow, to, most[to] + MARGIN);
    }
  }

  /** Puts what is to be tried in another order. */
  shuffle(shuffled: (of: readonly Point[]) => Point[]): void {
    this.#queue.splice(0, Infinity, ...shuffled(this.#queue));
  }

  next(): Point | undefined {
    return this.#queue.shift();
  }

  /** Notes whether the link was cut there. Behind a last point that was reached there may be others. */
  tried(point: Point, wasCut: boolean): void {
    const name = pointName(point);
    if (wasCut) {
      this.#hit.add(name);
      const end = this.#ends.get(`${point.flow}/${point.to}`) ?? 0;
      if (point.message + MARGIN >= end) this.#extend(point.flow, point.to, point.message + MARGIN + 1);
      return;
    }
    const tries = (this.#tries.get(name) ?? 0) + 1;
    this.#tries.set(name, tries);
    if (tries <= AGAIN) this.#queue.push(point);
  }

  /** Of the points known to be there, by a run that passed them or by a cut. */
  coverage(): Coverage {
    return { tried: this.#hit.size, of: new Set([...this.#sure, ...this.#hit]).size };
  }

  /** How many of each flow. */
  byFlow(): readonly { readonly flow: string; readonly tried: number; readonly of: number }[] {
    const all = [...new Set([...this.#sure, ...this.#hit])];
    const flows = [...new Set(all.map((name) => name.split('/')[0] ?? ''))];
    return flows.map((flow) => {
      const own = all.filter((name) => name.startsWith(`${flow}/`));
      return { flow, tried: own.filter((name) => this.#hit.has(name)).length, of: own.length };
    });
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
