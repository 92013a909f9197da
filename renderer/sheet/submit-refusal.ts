import type { SheetPolicy } from '../../shared/model/review.ts';

/** What the refusal of a submit is told from. */
export interface SubmitState {
  readonly pendingRows: number;
  readonly refused: number;
  readonly unresolved: number;
  readonly policy: SheetPolicy | null;
}

/** Why the pending edits cannot be submitted now, or null. */
export const submitRefusalOf = ({ pendingRows, refused, unresolved, policy }: SubmitState): string | null => {
  if (policy?.policy.mode === 'approval' && policy.shared) return policy.shared;
  if (pendingRows === 0 && refused === 0) return 'Nothing to submit yet';
  return unresolved > 0 ? 'The outcome of an earlier submit has to be settled first' : null;
};
