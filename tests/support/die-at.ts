import Database from 'better-sqlite3-multiple-ciphers';
import { JournalFold } from '../../electron/journal/journal-fold.ts';
import { SheetState } from '../../electron/journal/sheet-state.ts';
import { Profile } from '../../electron/profile.ts';
import type { CommitStep, Warehouse } from '../../electron/warehouse/adapter.ts';

/** Steps of a submit on this machine: before the journal is written, and after it is, but before anything knows of it. */
export const JOURNAL_STEPS = [
  'freezing',
  'frozen',
  'proved',
  'settled',
  'queued',
  'released',
  'review-ended',
] as const;
type JournalStep = (typeof JOURNAL_STEPS)[number];

export const COMMIT_STEPS: readonly CommitStep[] = ['begun', 'written', 'committing', 'committed'];

const dieNow = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

/** Calls `first` before a method of a class. */
const before = <K extends string>(
  prototype: { [name in K]: (...args: never[]) => unknown },
  name: K,
  first: () => void,
): void => {
  const method = prototype[name] as (...args: unknown[]) => unknown;
  const patched = function (this: unknown, ...args: unknown[]): unknown {
    first();
    return method.apply(this, args);
  };
  prototype[name] = patched as (typeof prototype)[K];
};

/** What the fold does once an entry has reached the disk (`canSubmit`: before it is written). */
const patch = (step: JournalStep, die: () => void): void => {
  switch (step) {
    case 'freezing':
      before(JournalFold.prototype, 'canSubmit', die);
      return;
    case 'frozen':
      before(JournalFold.prototype, 'submit', die);
      return;
    case 'proved':
      before(JournalFold.prototype, 'prove', die);
      return;
    case 'settled':
      before(JournalFold.prototype, 'settle', die);
      return;
    case 'queued':
      before(SheetState.prototype, 'hold', die);
      return;
    case 'released':
      before(JournalFold.prototype, 'release', die);
      return;
    case 'review-ended':
      before(JournalFold.prototype, 'endReview', die);
      return;
  }
};

const dieAtCommitStep = (warehouse: Warehouse, at: string, isArmed: () => boolean): Warehouse => ({
  ...warehouse,
  commit: (plan, definition, options) =>
    warehouse.commit(plan, definition, {
      ...options,
      onStep: (step: CommitStep) => {
        if (step === at && isArmed()) dieNow();
      },
    }),
});

/** Ends this process at a named step of a submit, as a crash would, once `isArmed`: opening a journal goes the same ways. */
export const dieAtStep = (at: string, isArmed: () => boolean): void => {
  const own = JOURNAL_STEPS.find((step) => step === at);
  if (own) {
    patch(own, () => {
      if (isArmed()) dieNow();
    });
    return;
  }
  const getter = Object.getOwnPropertyDescriptor(Profile.prototype, 'warehouse')?.get;
  if (!getter) throw new Error('A profile has no warehouse.');
  Object.defineProperty(Profile.prototype, 'warehouse', {
    get(this: Profile): Warehouse {
      return dieAtCommitStep(getter.call(this), at, isArmed);
    },
  });
};

/** The mutant of two programs on one profile: a journal that is shared. */
export const shareJournals = (): void => {
  const pragma = Database.prototype.pragma;
  Database.prototype.pragma = function (
    this: Database,
    source: string,
    options?: { simple?: boolean },
  ): unknown {
    return pragma.call(this, source === 'locking_mode=EXCLUSIVE' ? 'locking_mode=NORMAL' : source, options);
  } as typeof pragma;
};
