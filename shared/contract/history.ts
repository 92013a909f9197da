import { z } from 'zod';
import { auditState } from '../model/audit.ts';
import { historyEntry } from '../model/batch.ts';
import { pendingDelta } from '../model/edit.ts';
import { pastConflict, pastDifference, pastScope, restorePreview } from '../model/past.ts';

const wanted = z.object({
  sheet: z.string(),
  scope: pastScope,
  /** Also where somebody changed it after the batch that is taken back. */
  overChanged: z.boolean().optional(),
});

/** History of the connected warehouse's audited tables, and the way back. */
export const historyOperations = {
  /** Audit entries newest first; of one row, cell or batch when given. `more` tells whether older ones exist. */
  'history.list': {
    kind: 'query',
    input: z.object({
      sheet: z.string(),
      row: z.string().optional(),
      column: z.string().optional(),
      batch: z.uuid().optional(),
      before: z.string().optional(),
      limit: z.int().min(1).max(500),
    }),
    output: z.object({ entries: z.array(historyEntry), more: z.boolean(), cursor: z.string().nullable() }),
  },
  /** How the sheet differs between then and now. */
  'history.difference': {
    kind: 'query',
    input: z.object({ sheet: z.string(), scope: pastScope }),
    output: pastDifference,
  },
  'restore.preview': { kind: 'query', input: wanted, output: restorePreview },
  /**
   * Enters what was previewed as edits: one step of the journal, which can be undone, and is submitted like any other. Refuses
   * with `conflict` where what would be entered is no longer what was shown.
   */
  'restore.enter': {
    kind: 'command',
    input: wanted.extend({ sha256: z.string(), reason: z.string().trim().min(1).max(1_000).optional() }),
    output: z.object({ delta: pendingDelta, conflicts: z.array(pastConflict) }),
  },
  /** Compares the audit with the head this profile remembers, and remembers its new one. */
  'audit.state': { kind: 'query', input: z.object({}), output: auditState },
  /** Takes the audit as it is now for the one to be followed, after a cut or an alteration was looked into. */
  'audit.accept': { kind: 'command', input: z.object({}), output: auditState },
} as const;

export const historyEvents = {
  /** The audit was looked at: at sign-in, and after each commit. */
  'audit.state': auditState,
} as const;
