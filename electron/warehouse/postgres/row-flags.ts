import pg from 'pg';
import { ROW_DELETABLE, ROW_UPDATABLE } from '../../../shared/model/rows.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { ReadRequest, RowChunk } from '../adapter.ts';
import { relationFact } from './catalog-facts.ts';
import { openRelation } from './catalog-views.ts';
import type { RowPolicies } from './policies.ts';
import { policiesFor } from './row-policies.ts';

const quote = pg.escapeIdentifier;

/** Opens the transaction as well; names are printed with their schemas, then the person's own search path holds again. */
export const policiesOf = async (
  client: pg.Client,
  definition: SheetDefinition,
): Promise<RowPolicies | null> => {
  await client.query(
    'begin read only; set local synchronize_seqscans = off; set local search_path = pg_catalog, pg_temp',
  );
  const fact = await relationFact(client, definition.source);
  const policies = fact ? await policiesFor(client, await openRelation(client, fact)) : null;
  await client.query('set local search_path to default');
  return policies;
};

/** Flags every row has, and the SQL of those that differ by row. */
export interface Flags {
  readonly all: number;
  sql: string | null;
}

/** The flags of a sheet's rows, as far as rights and policies tell them. */
export const flagsOf = (
  { rights, definition }: Pick<ReadRequest, 'rights' | 'definition'>,
  policies: RowPolicies | null,
): Flags => {
  const update = rights.updateColumns.length > 0 && definition.key.length > 0;
  const remove = rights.delete && definition.key.length > 0;
  const all = (update ? ROW_UPDATABLE : 0) | (remove ? ROW_DELETABLE : 0);
  const gone = (sql: string, bits: number) => `case when ${sql} then 0 else ${bits} end`;
  const parts = [
    ...(update && policies?.update ? [{ sql: policies.update, bits: ROW_UPDATABLE }] : []),
    ...(remove && policies?.delete ? [{ sql: policies.delete, bits: ROW_DELETABLE }] : []),
  ];
  const [first, second] = parts;
  // FOR ALL policies are asked once a row.
  if (first && first.sql === second?.sql) return { all, sql: gone(first.sql, first.bits | second.bits) };
  return { all, sql: parts.length ? parts.map(({ sql, bits }) => gone(sql, bits)).join(' + ') : null };
};

/** What is selected of a row: the sheet's columns, then its flags where they differ by row. */
export const columnList = (definition: SheetDefinition, flags: Flags): string =>
  // A table without readable columns in its definition still has rows.
  [
    ...definition.columns.map(({ name }) => quote(name)),
    ...(flags.sql ? [flags.sql] : definition.columns.length ? [] : ['null']),
  ].join(', ');

/** The sheet's table as a name in a statement. */
export const tableOf = ({ source }: SheetDefinition): string =>
  `${quote(source.schema)}.${quote(source.table)}`;

/** Rows as selected by `columnList`, the flags taken off them. */
export const chunkOf = (rows: (string | null)[][], flags: Flags): RowChunk => {
  const bytes = new Uint8Array(rows.length).fill(flags.all);
  if (flags.sql) for (let i = 0; i < rows.length; i++) bytes[i] = flags.all & ~Number(rows[i]?.pop() ?? 0);
  return { rows, flags: bytes };
};
