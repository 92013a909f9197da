import type { SheetDefinition } from '../../shared/model/sheet.ts';

export interface LookupValue {
  readonly value: string;
  readonly label: string | null;
}

/** Values of one lookup column in label order, folded once for searching. */
export interface LookupTable {
  readonly labels: ReadonlyMap<string, string | null>;
  search(text: string, limit: number): { matches: readonly LookupValue[]; total: number };
}

/** At most this many values are offered; a longer list is cut and typed values are left to the warehouse. */
export const LOOKUP_LIMIT = 200_000;

const MARKS = /\p{M}+/gu;

/** Case and accents do not matter when searching. */
const folded = (text: string): string => text.normalize('NFD').replace(MARKS, '').toLocaleLowerCase();

/**
 * Search ranks: the value itself, values that start with the text, labels that start with it, then those where every word
 * begins a word of value or label, then those that merely contain it. Ties keep the given order.
 */
export const lookupTable = (values: readonly LookupValue[]): LookupTable => {
  const entries = values.map((entry) => ({
    entry,
    value: folded(entry.value),
    label: folded(entry.label ?? ''),
  }));
  return {
    labels: new Map(values.map(({ value, label }) => [value, label])),
    search: (text, limit) => {
      const wanted = folded(text.trim());
      if (wanted === '') return { matches: values.slice(0, limit), total: values.length };
      const words = wanted.split(/\s+/);
      const ranked: LookupValue[][] = [[], [], [], [], []];
      let total = 0;
      for (const { entry, value, label } of entries) {
        const rank = rankOf(wanted, words, value, label);
        if (rank === null) continue;
        total++;
        const bucket = ranked[rank];
        if (bucket && bucket.length < limit) bucket.push(entry);
      }
      return { matches: ranked.flat().slice(0, limit), total };
    },
  };
};

const rankOf = (wanted: string, words: readonly string[], value: string, label: string): number | null => {
  if (value === wanted) return 0;
  if (value.startsWith(wanted)) return 1;
  if (label.startsWith(wanted)) return 2;
  const both = ` ${value} ${label}`;
  if (words.every((word) => both.includes(` ${word}`))) return 3;
  return words.every((word) => both.includes(word)) ? 4 : null;
};

/** Lookup tables of one open sheet, read once each and again after `clear`. */
export class Lookups {
  readonly #read: (column: string) => Promise<readonly LookupValue[]>;
  readonly #tables = new Map<string, Promise<LookupTable>>();

  constructor(read: (column: string) => Promise<readonly LookupValue[]>) {
    this.#read = read;
  }

  table(column: string): Promise<LookupTable> {
    let table = this.#tables.get(column);
    if (!table) {
      table = this.#read(column).then(lookupTable);
      // A failed reading is tried again at the next use.
      table.catch(() => this.#tables.delete(column));
      this.#tables.set(column, table);
    }
    return table;
  }

  clear(): void {
    this.#tables.clear();
  }
}

/** Whether the sheet offers values of another table in this column. */
export const hasLookup = (definition: SheetDefinition, column: string): boolean =>
  definition.columns.some((each) => each.name === column && each.lookup !== undefined);
