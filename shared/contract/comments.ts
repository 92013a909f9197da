import { z } from 'zod';
import { cellComment, MOST_COMMENT } from '../model/comment.ts';

const sheet = z.string();
const list = z.object({ comments: z.array(cellComment) });

/** Comments on cells: said in the warehouse, so that everybody who sees the cell sees them. */
export const commentOperations = {
  /** Open comments of a sheet, or all of one row; oldest first. At most 5,000. Empty without schema `writ`. */
  'comments.list': { kind: 'query', input: z.object({ sheet, row: z.string().optional() }), output: list },
  'comments.add': {
    kind: 'command',
    input: z.object({
      sheet,
      row: z.string(),
      column: z.string().nullable(),
      text: z.string().trim().min(1).max(MOST_COMMENT),
    }),
    output: z.object({ comment: cellComment }),
  },
  /** Puts a comment aside, or takes it up again. */
  'comments.resolve': {
    kind: 'command',
    input: z.object({ sheet, id: z.string().regex(/^\d{1,18}$/), resolved: z.boolean() }),
    output: z.object({ comment: cellComment }),
  },
} as const;

export const commentEvents = {
  /** Something was said or resolved in a sheet that is open here. */
  'comments.changed': z.object({ sheet }),
} as const;
