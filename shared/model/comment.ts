import { z } from 'zod';

/** What somebody said about a cell, or about a whole row (`column` null), of a governed table. */
export const cellComment = z.object({
  id: z.string(),
  row: z.string(),
  column: z.string().nullable(),
  person: z.string(),
  /** ISO, UTC. */
  at: z.string(),
  text: z.string(),
  resolved: z.boolean(),
  resolvedBy: z.string().nullable(),
});
export type CellComment = z.infer<typeof cellComment>;

/** The longest comment, in characters. */
export const MOST_COMMENT = 4_000;
