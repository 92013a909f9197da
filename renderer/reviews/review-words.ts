import type { ReviewState, ReviewSummary, StaleCause } from '../../shared/model/review.ts';

export const STATES: Readonly<Record<ReviewState, string>> = {
  submitted: 'Waits for approval',
  approved: 'Approved',
  returned: 'Returned',
  withdrawn: 'Withdrawn',
  expired: 'Expired',
  committed: 'Written',
  failed: 'Failed',
};

export const STALE: Readonly<Record<StaleCause, string>> = {
  'policy-changed': 'The policy changed after the approval; it has to be submitted again.',
  'rows-changed': 'Rows of the batch changed after it was submitted; it has to be submitted again.',
  'approver-lost-role': 'An approver has lost the role; it has to be approved again.',
  expired: 'The approval has run out; it has to be submitted again.',
};

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** An age in the largest unit that fits: "3 hours". */
export const ageText = (seconds: number, locale: string): string => {
  for (const [unit, size] of UNITS) {
    if (seconds < size) continue;
    const count = Math.floor(seconds / size);
    return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  }
  return 'just now';
};

/** Who still has to approve: "1 of 2 reviewers". */
export const stepText = ({ steps, step, state }: ReviewSummary): string => {
  if (state !== 'submitted' || step === null) return '';
  const now = steps[step];
  if (!now) return '';
  const name = steps.length > 1 ? `Step ${step + 1} of ${steps.length}: ` : '';
  return `${name}${now.approvals.length} of ${now.count} from ${now.role}`;
};

/** Whether the batch still waits for somebody. */
export const isOpen = ({ state }: ReviewSummary): boolean => state === 'submitted' || state === 'approved';
