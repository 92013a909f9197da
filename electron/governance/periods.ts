import type pg from 'pg';

/** Rows of a governed table that belong to the periods of a calendar; see writ.map_periods. */
export interface PeriodMap {
  readonly schema: string;
  readonly table: string;
  readonly calendar: string;
  readonly columns: readonly string[];
  readonly style: 'text' | 'month' | 'quarter' | 'year' | 'year-month';
  /** Only rows with one of these values in the column. */
  readonly scope?: { readonly column: string; readonly values: readonly string[] };
  /** Column by whose values submissions are expected, and the table that says of whom. */
  readonly dimension?: string;
  readonly assignment?: {
    readonly schema: string;
    readonly table: string;
    readonly person: string;
    readonly value: string;
  };
}

/** Creates a calendar, or says anew which roles may close its periods. */
export const defineCalendar = async (
  client: pg.Client,
  name: string,
  closers: readonly string[],
): Promise<void> => {
  await client.query('select writ.define_calendar($1, $2::text[])', [name, closers]);
};

/** Lists periods ahead, as open. */
export const listPeriods = async (
  client: pg.Client,
  calendar: string,
  periods: readonly { readonly period: string; readonly label: string }[],
): Promise<void> => {
  await client.query('select writ.list_periods($1, $2::text[], $3::text[])', [
    calendar,
    periods.map(({ period }) => period),
    periods.map(({ label }) => label),
  ]);
};

/** From now on the table takes no writes to rows of closed periods, from anyone. */
export const mapPeriods = async (client: pg.Client, map: PeriodMap): Promise<void> => {
  const name = (schema: string, table: string): string =>
    `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`;
  const { scope, assignment } = map;
  await client.query(
    'select writ.map_periods($1::regclass, $2, $3::text[], $4, $5, $6::text[], $7, $8::regclass, $9, $10)',
    [
      ...[name(map.schema, map.table), map.calendar, map.columns, map.style],
      ...[scope?.column ?? null, scope?.values ?? null, map.dimension ?? null],
      ...(assignment
        ? [name(assignment.schema, assignment.table), assignment.person, assignment.value]
        : [null, null, null]),
    ],
  );
};
