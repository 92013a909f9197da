import type { RowPages } from '../../row-pages.ts';
import type { Link } from '../connect.ts';
import { distinctRows, findRows, placeOfRow, walkRows } from './searches.ts';
import type { Fold } from './selecting.ts';
import { estimateRows, readMarks, readSlice } from './slices.ts';

/** Lower case by ICU's root locale is the window's; a database without it has its own locale's. */
const foldBy = (icu: boolean): Fold =>
  icu ? (sql) => `pg_catalog.lower(${sql} collate "und-x-icu")` : (sql) => `pg_catalog.lower(${sql})`;

/** `RowPages` over PostgreSQL: keyset conditions, an ordered cursor, and the filters as SQL. */
export const postgresRowPages = (link: Link): RowPages => {
  let known: Promise<Fold> | null = null;
  const fold = (): Promise<Fold> => {
    known ??= link
      .query(
        `select 1 from pg_catalog.pg_collation where collname = 'und-x-icu' and collnamespace = 'pg_catalog'::regnamespace
           and collencoding in (-1, (select encoding from pg_catalog.pg_database where datname = pg_catalog.current_database()))`,
      )
      .then(
        ({ rows }) => foldBy(rows.length > 0),
        (error: unknown) => {
          known = null;
          throw error;
        },
      );
    return known;
  };
  return {
    estimate: async (selection, signal) => estimateRows(link, await fold(), selection, signal),
    slice: async (request, signal) => readSlice(link, await fold(), request, signal),
    marks: async (request, onMarks, signal) => readMarks(link, await fold(), request, onMarks, signal),
    distinct: async (selection, column, text, limit, extra, signal) =>
      distinctRows(link, await fold(), selection, column, text, limit, extra, signal),
    find: async (request, signal) => findRows(link, await fold(), request, signal),
    place: async (request, signal) => placeOfRow(link, await fold(), request, signal),
    walk: async (request, onRows, signal) => walkRows(link, await fold(), request, onRows, signal),
  };
};
