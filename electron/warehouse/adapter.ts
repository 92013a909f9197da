import type { TableSummary } from '../../shared/contract/operations.ts';
import type { ChainAnswer } from '../../shared/model/audit.ts';
import type { CommitOutcome, HistoryEntry } from '../../shared/model/batch.ts';
import type { CellComment } from '../../shared/model/comment.ts';
import type { ActingRole } from '../../shared/model/connection.ts';
import type { Capabilities, SheetRights } from '../../shared/model/rights.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition, Source } from '../../shared/model/sheet.ts';
import type { CommitPlan } from '../../shared/plan/commit-plan.ts';
import type { Governance } from './governance.ts';
import type { Past } from './past.ts';
import type { Periods } from './periods.ts';
import type { Reviews } from './reviews.ts';
import type { RowPages } from './row-pages.ts';

/** Who the warehouse says is connected (`session_user` on Postgres). */
export interface Identity {
  readonly user: string;
  /** The role whose rights count instead of the login's (`SET ROLE`), or the one that was proposed and refused. */
  readonly acting?: ActingRole | undefined;
  readonly roles: readonly string[];
  readonly serverVersion: string;
}

/** A table as the catalog describes it to this person: the first sheet definition and the person's rights. */
export interface Description {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
}

/** Rows as they arrive: arrays of canonical text or null per row, key order, columns as asked; flags per row (`ROW_UPDATABLE`...). */
export interface RowChunk {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly flags: Uint8Array;
}

export interface ReadRequest {
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  /** Reading stops after this many rows. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Only these rows (row keys), for rereading after a commit. */
  readonly keys?: readonly string[];
  /** The rows as they were at this moment (ISO 8601); none of them can be changed. */
  readonly moment?: string;
}

export interface HistoryRequest {
  readonly definition: SheetDefinition;
  readonly row?: string;
  readonly column?: string;
  readonly batch?: string;
  /** Cursor of a previous answer. */
  readonly before?: string;
  readonly limit: number;
}

/** Steps of a commit at which a fault can be injected in tests; production passes nothing. */
export type CommitStep = 'begun' | 'written' | 'committing' | 'committed';

export interface CommitOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly onStep?: (step: CommitStep) => Promise<void> | void;
  /** Called with a proof of this transaction before COMMIT is sent, to be kept with the batch for `outcomeOf`. */
  readonly onProof?: (proof: string) => void;
  /** Cancels what was not sent to be committed yet; later it changes nothing. */
  readonly signal?: AbortSignal;
  /** Writes a batch that other persons approved; its payload must be the one approved. */
  readonly approved?: boolean;
}

/** One connected person on one warehouse. Every method rejects with AppError; driver errors are mapped by their codes. */
export interface Warehouse {
  readonly identity: Identity;
  capabilities(): Promise<Capabilities>;
  /** Which database this is, wherever it is reached; null where that cannot be known. */
  database(): Promise<string | null>;
  tables(): Promise<readonly TableSummary[]>;
  describe(source: Source): Promise<Description>;
  /** Streams rows in key order; resolves with whether `limit` cut them off. */
  read(request: ReadRequest, onChunk: (chunk: RowChunk) => void): Promise<{ truncated: boolean }>;
  /** All values of a lookup with their labels, in label order; at most `limit`. */
  lookup(
    definition: SheetDefinition,
    column: string,
    limit: number,
  ): Promise<readonly { value: string; label: string | null }[]>;
  /** The statements a plan would run, without values, for the preview. */
  statements(plan: CommitPlan, definition: SheetDefinition): readonly { sql: string; rows: number }[];
  /** Runs the plan as ONE transaction; never throws for an outcome, only for misuse. */
  commit(plan: CommitPlan, definition: SheetDefinition, options?: CommitOptions): Promise<CommitOutcome>;
  /** What became of a batch whose outcome is unknown, by batch id or by the kept proof. */
  outcomeOf(batch: string, proof: string | null): Promise<'committed' | 'not-committed' | 'in-progress'>;
  history(
    request: HistoryRequest,
  ): Promise<{ entries: readonly HistoryEntry[]; more: boolean; cursor: string | null }>;
  /** Follows the hash chain of the audit, as remembered up to link `known` (0: nothing); null where the warehouse keeps none. */
  followAudit(known: number): Promise<ChainAnswer | null>;
  readonly past: Past;
  readonly reviews: Reviews;
  readonly governance: Governance;
  /** For tables too large to be read whole; a warehouse without it has only `read`. */
  readonly pages?: RowPages;
  /** Open comments of a table, or every comment of one row, as far as the person sees them. */
  comments(definition: SheetDefinition, row?: RowKey): Promise<readonly CellComment[]>;
  comment(
    definition: SheetDefinition,
    said: { readonly row: RowKey; readonly column: string | null; readonly text: string },
  ): Promise<CellComment>;
  resolveComment(id: string, resolved: boolean): Promise<CellComment>;
  readonly periods: Periods;
  /** Called when the link is lost while idle. */
  onLost(listener: (message: string) => void): void;
  close(): Promise<void>;
}
