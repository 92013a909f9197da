/**
 * Rows of a table held in memory at most, where `WRIT_ROWS_IN_MEMORY` says so (for machines with little of it); else undefined.
 * Larger tables are read page by page.
 */
export const rowLimit = (env: NodeJS.ProcessEnv): number | undefined => {
  const rows = Number(env.WRIT_ROWS_IN_MEMORY ?? '');
  return Number.isSafeInteger(rows) && rows > 0 ? rows : undefined;
};
