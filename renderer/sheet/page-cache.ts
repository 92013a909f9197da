import { AppError } from '../../shared/model/failure.ts';
import type { RowPage } from '../../shared/model/rows.ts';
import { pageRows, type SheetRow } from '../grid/sheet-row.ts';

interface Entry {
  readonly page: RowPage;
  readonly rows: readonly SheetRow[];
}

/**
 * Pages of a view, the least recently used dropped first, so that memory stays the same however long the view is.
 * A page that was asked for twice is fetched once; answers of an earlier view are dropped.
 */
export class PageCache {
  readonly pageSize: number;
  readonly #maxPages: number;
  readonly #fetch: (start: number, count: number) => Promise<RowPage>;
  readonly #pages = new Map<number, Entry>();
  readonly #flights = new Map<number, Promise<readonly SheetRow[]>>();
  #generation = 0;

  constructor(
    fetch: (start: number, count: number) => Promise<RowPage>,
    size: { readonly pageSize: number; readonly maxPages: number },
  ) {
    this.#fetch = fetch;
    this.pageSize = size.pageSize;
    this.#maxPages = size.maxPages;
  }

  get pages(): number {
    return this.#pages.size;
  }

  /** Forgets every page but one that is at hand, as that of a new view may be; answers still under way are dropped when they arrive. */
  clear(first?: RowPage): void {
    this.#generation++;
    this.#pages.clear();
    this.#flights.clear();
    if (first) this.#keep(first.start / this.pageSize, first);
  }

  /** Forgets pages that could hold more rows than they did, because the view grew past `rows`. */
  grow(rows: number): void {
    for (const [index, { page }] of this.#pages) {
      if (page.count < this.pageSize && page.start + page.count < rows) this.#pages.delete(index);
    }
  }

  /** A row that is here already. */
  peek(index: number): SheetRow | undefined {
    return this.#pages.get(Math.floor(index / this.pageSize))?.rows[index % this.pageSize];
  }

  /** Looks a key up among the pages held, without fetching any. */
  find(key: string): SheetRow | undefined {
    for (const { rows } of this.#pages.values()) {
      const row = rows.find((candidate) => candidate.key === key);
      if (row) return row;
    }
    return undefined;
  }

  /** Rows `start` (included) to `end`; fewer at the end of the view. At once when they are held, else fetched. */
  rows(start: number, end: number): readonly SheetRow[] | Promise<readonly SheetRow[]> {
    const first = Math.floor(start / this.pageSize);
    const last = Math.floor((Math.max(end, start + 1) - 1) / this.pageSize);
    const parts: (readonly SheetRow[] | Promise<readonly SheetRow[]>)[] = [];
    for (let index = first; index <= last; index++) parts.push(this.#page(index));
    const cut = (rows: readonly (readonly SheetRow[])[]): readonly SheetRow[] => {
      const all = rows.flat();
      const from = start - first * this.pageSize;
      return from === 0 && end - start >= all.length ? all : all.slice(from, from + end - start);
    };
    const held = parts.filter((part) => !(part instanceof Promise));
    return held.length === parts.length ? cut(held as (readonly SheetRow[])[]) : Promise.all(parts).then(cut);
  }

  #page(index: number): readonly SheetRow[] | Promise<readonly SheetRow[]> {
    const held = this.#pages.get(index);
    if (held) {
      // Insertion order is the order of use.
      this.#pages.delete(index);
      this.#pages.set(index, held);
      return held.rows;
    }
    const flying = this.#flights.get(index);
    if (flying) return flying;
    const flight = this.#load(index, this.#generation);
    this.#flights.set(index, flight);
    return flight;
  }

  async #load(index: number, generation: number): Promise<readonly SheetRow[]> {
    try {
      const page = await this.#fetch(index * this.pageSize, this.pageSize);
      if (generation !== this.#generation) {
        throw new AppError('cancelled', 'view-changed', 'The view changed while its rows were read.');
      }
      const rows = this.#keep(index, page);
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size <= this.#maxPages) break;
        this.#pages.delete(oldest);
      }
      return rows;
    } finally {
      if (generation === this.#generation) this.#flights.delete(index);
    }
  }
  #keep(index: number, page: RowPage): readonly SheetRow[] {
    const rows = pageRows(page);
    this.#pages.set(index, { page, rows });
    return rows;
  }
}
