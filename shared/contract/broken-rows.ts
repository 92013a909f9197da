import { z } from 'zod';

/** How many rows are named; the others are counted. */
export const MOST_BROKEN_NAMED = 5_000;
/** How many rows are asked about by name; with more, all are. */
export const MOST_BROKEN_ASKED = 1_000;

/** Rules over whole rows, for the pending rows that a window has not drawn. */
export const brokenRowsOperations = {
  /**
   * Pending rows of a sheet against its rules, as they would stand after the commit; of the rows asked about, or of all. Named rows
   * come as columns, those that block first; `moreBlocked` and `moreWarned` count the others.
   */
  'rows.broken': {
    kind: 'query',
    input: z.object({ sheet: z.string(), rows: z.array(z.string()).max(MOST_BROKEN_ASKED).optional() }),
    output: z.object({
      rows: z.array(z.string()),
      /** The first column concerned in each of them. */
      columns: z.array(z.string().nullable()),
      blocks: z.array(z.boolean()),
      moreBlocked: z.int(),
      moreWarned: z.int(),
    }),
  },
} as const;
