import type { GovernancePlan, GovernanceTable, GovernanceWish } from '../../shared/model/governance.ts';
import type { Source } from '../../shared/model/sheet.ts';

const same = (a: Source, b: Source): boolean => a.schema === b.schema && a.table === b.table;

/** Whether a table is among those wished for. */
export const isWished = ({ tables }: GovernanceWish, { source }: GovernanceTable): boolean =>
  tables.some((each) => same(each, source));

/** The wish with a table taken in or left out, in the order of the plan. */
export const withTable = (
  plan: GovernancePlan,
  { source }: GovernanceTable,
  on: boolean,
): GovernanceWish => ({
  ...plan.wish,
  tables: plan.tables
    .map((table) => table.source)
    .filter((each) => (same(each, source) ? on : plan.wish.tables.some((wished) => same(wished, each)))),
});

/** The names in a line typed by a person: separated by commas or blanks, each once. */
export const namesIn = (line: string): string[] => [
  ...new Set(line.split(/[,\s]+/).filter((name) => name !== '')),
];

/** One sentence on what the plan does to tables that exist. */
export const effectOf = ({ wish, tables, versions }: GovernancePlan): string => {
  const triggers = tables.filter((table) => isWished(wish, table)).flatMap((table) => table.triggers).length;
  const count = wish.tables.length;
  const schema = versions.length > 0 ? 'Creates or upgrades schema writ. ' : '';
  if (count === 0) return `${schema}No table is touched.`;
  return `${schema}Places ${triggers} triggers on ${count === 1 ? 'one table' : `${count} tables`}. No row, no column and no right of a table is changed.`;
};
