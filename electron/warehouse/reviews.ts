import type { Conflict, Problem } from '../../shared/model/batch.ts';
import type { Failure } from '../../shared/model/failure.ts';
import type { ReviewSummary, ReviewTouch, SheetPolicy, TablePolicy } from '../../shared/model/review.ts';
import type { SheetDefinition, Source } from '../../shared/model/sheet.ts';
import type { CommitPlan } from '../../shared/plan/commit-plan.ts';

/** What was recorded about a batch under review, oldest first; a comment may name a row or cell. */
export interface ReviewLogEntry {
  readonly at: string;
  readonly person: string;
  readonly kind: string;
  readonly comment: string | null;
  readonly row: string | null;
  readonly column: string | null;
}

export interface ReviewQuery {
  readonly box: 'waiting' | 'mine' | 'all';
  readonly source?: Source;
  readonly batches?: readonly string[];
  readonly limit: number;
}

/** How a submission for review ended. `unknown` only after COMMIT was sent; `Reviews.state` tells then. */
export type Proposed =
  | { readonly kind: 'submitted' }
  | {
      readonly kind: 'refused';
      readonly failure: Failure;
      readonly conflicts: readonly Conflict[];
      readonly problems: readonly Problem[];
    }
  | { readonly kind: 'unknown'; readonly failure: Failure };

/** Approval as the warehouse keeps and enforces it. Everything rejects with AppError; nothing is decided on this side. */
export interface Reviews {
  /** Null where schema `writ` is absent or too old for approval. */
  policy(source: Source): Promise<SheetPolicy | null>;
  setPolicy(source: Source, policy: TablePolicy): Promise<void>;
  /** Rehearses the plan as this person and submits its payload, in one transaction; nothing of the rehearsal stays. */
  propose(plan: CommitPlan, definition: SheetDefinition, payload: string): Promise<Proposed>;
  /** Of an own batch; `absent`: it never arrived. */
  state(batch: string): Promise<string>;
  list(query: ReviewQuery): Promise<readonly ReviewSummary[]>;
  payload(batch: string): Promise<string>;
  log(batch: string): Promise<readonly ReviewLogEntry[]>;
  touched(batch: string, limit: number): Promise<readonly ReviewTouch[]>;
  approve(batch: string, sha256: string, comment: string | null): Promise<void>;
  return(batch: string, comment: string): Promise<void>;
  end(batch: string, how: 'withdrawn' | 'failed', comment: string | null): Promise<void>;
  remark(batch: string, text: string, row: string | null, column: string | null): Promise<void>;
  /** Has all who hear look again: a login is at work from one more machine. Only a hint, it proves nothing. */
  hint(): Promise<void>;
  /** Hears that a batch moved (null: any may have), from the first call on until the link closes. */
  onChanged(listener: (batch: string | null) => void): void;
}
