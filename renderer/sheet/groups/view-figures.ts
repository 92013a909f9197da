import type { OutputOf } from '../../../shared/contract/operations.ts';
import { packedValue } from '../../../shared/model/rows.ts';
import { baseValue, type SheetRow } from '../../grid/sheet-row.ts';

type Totals = OutputOf<'rows.totals'>;

interface Figures {
  /** Which edits are counted in them. */
  readonly version: number;
  readonly rows: number;
  readonly values: readonly (string | null)[];
}

export interface ViewFiguresOptions {
  ask(groups: readonly number[]): Promise<Totals>;
  /** The view has groups, or its totals are shown. */
  wanted(): boolean;
  /** Figures of these groups are other ones; the totals always. */
  arrived(groups: ReadonlySet<number>): void;
}

/** Groups asked about at once after an edit: those drawn last. */
const MOST_RECENT = 300;
const TOTAL = -1;

/**
 * Subtotals and totals as last heard of. A group's page brings its figures; after an edit those on the screen are asked for again, in
 * one call, and the others when they are drawn.
 */
export class ViewFigures {
  readonly #options: ViewFiguresOptions;
  readonly #known = new Map<number, Figures>();
  readonly #recent = new Set<number>();
  readonly #missing = new Set<number>();
  #version = 0;
  /** Tells answers about a view that is gone from those about this one. */
  #view = 0;
  #scheduled = false;
  #asking = false;

  constructor(options: ViewFiguresOptions) {
    this.#options = options;
  }

  /** Rows of the whole view without its groups; null before they are known. */
  get rows(): number | null {
    return this.#known.get(TOTAL)?.rows ?? null;
  }

  /** The view is another one: nothing known is of any use. */
  reset(): void {
    this.#view++;
    this.#version = 0;
    this.#known.clear();
    this.#recent.clear();
    this.#missing.clear();
    this.#missing.add(TOTAL);
    this.#soon();
  }

  /** Values changed: what is on the screen is asked for again. */
  stale(): void {
    this.#version++;
    this.#missing.add(TOTAL);
    for (const id of this.#recent) this.#missing.add(id);
    this.#soon();
  }

  /** A figure of a group row or of the totals row, by the column's place. */
  value(row: SheetRow, place: number): string | null {
    const known = this.#of(row);
    return known ? (known.values[place] ?? null) : baseValue(row, place);
  }

  /** Rows a group or the view holds. */
  count(row: SheetRow): number {
    return this.#of(row)?.rows ?? row.group?.rows ?? 0;
  }

  #of({ group }: SheetRow): Figures | undefined {
    if (!group) return undefined;
    const { id } = group;
    this.#recent.delete(id);
    this.#recent.add(id);
    const known = this.#known.get(id);
    if (id !== TOTAL && this.#version > 0 && known?.version !== this.#version) {
      this.#missing.add(id);
      this.#soon();
    }
    return known;
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      void this.#load();
    });
  }

  async #load(): Promise<void> {
    if (this.#asking || this.#missing.size === 0 || !this.#options.wanted()) return;
    const view = this.#view;
    const version = this.#version;
    for (const id of this.#recent) {
      if (this.#recent.size <= MOST_RECENT) break;
      this.#recent.delete(id);
    }
    const groups = [...this.#missing].filter((id) => id !== TOTAL).slice(-MOST_RECENT);
    this.#missing.clear();
    this.#asking = true;
    try {
      const answer = await this.#options.ask(groups);
      if (view !== this.#view) return;
      [TOTAL, ...groups].forEach((id, i) => {
        const values = answer.columns.map((column) => packedValue(column, i));
        this.#known.set(id, { version, rows: answer.rows[i] ?? 0, values });
      });
      this.#options.arrived(new Set(groups));
    } catch {
      // The view was made anew meanwhile, or the link is gone: both are told elsewhere, and drawing asks again.
    } finally {
      this.#asking = false;
      if (this.#missing.size > 0) this.#soon();
    }
  }
}
