import type pg from 'pg';
import { AppError } from '../../../shared/model/failure.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { CommitPlan } from '../../../shared/plan/commit-plan.ts';
import type { Proposed } from '../reviews.ts';
import { sendBurst } from './burst.ts';
import { type Attempt, ending, explain, transient, unfit, write } from './commit.ts';
import { type CommitContext, named } from './commit-transaction.ts';
import type { Link } from './connect.ts';
import { mapError } from './errors.ts';
import { refuseSharedLogin } from './shared-login.ts';
import { groupsOf, lossesOfGroups } from './statements.ts';

const ATTEMPTS = 3;

/**
 * Submits a plan for review in one transaction of the connected person: the payload first, then the whole commit as a
 * rehearsal in a savepoint that is taken back, then COMMIT. Never throws for an outcome.
 */
export const proposePlan = async (
  link: Link,
  plan: CommitPlan,
  definition: SheetDefinition,
  payload: string,
): Promise<Proposed> => {
  const doing = `Submitting changes of "${definition.source.schema}"."${definition.source.table}"`;
  const refuse = (failure: AppError): Proposed => ({
    kind: 'refused',
    failure: failure.toFailure(),
    conflicts: [],
    problems: [],
  });
  const sent = { commit: false };
  try {
    await refuseSharedLogin(link);
    const groups = groupsOf(plan, definition);
    const problems = lossesOfGroups(groups);
    if (problems.length)
      return {
        kind: 'refused',
        failure: unfit(doing, problems.length).toFailure(),
        conflicts: [],
        problems: [...problems],
      };
    const context: CommitContext = {
      plan,
      definition,
      groups,
      version: link.options.version,
      governed: true,
      ticket: 'rehearsal',
      payload,
    };
    for (let tries = 1; ; tries++) {
      const attempt = await link.exclusive((client) => attemptProposal(client, context, doing, sent), doing);
      if (attempt === null) return { kind: 'submitted' };
      switch (attempt.kind) {
        case 'unknown':
          return { kind: 'unknown', failure: attempt.cause.toFailure() };
        case 'stopped':
          return refuse(attempt.cause);
        case 'committed':
          return refuse(
            new AppError('conflict', 'batch-known', `${doing} failed. The batch was written already.`),
          );
        case 'ungoverned':
          return refuse(
            new AppError(
              'unavailable',
              'approval-absent',
              `${doing} failed. Approval is not installed for this person. Ask the administrator for it.`,
            ),
          );
        default: {
          const refusal = await explain(link, context, attempt, {}, doing);
          if (refusal && (tries >= ATTEMPTS || !transient(attempt)))
            return { ...refusal, kind: 'refused', failure: refusal.failure.toFailure() };
          if (tries >= ATTEMPTS)
            return refuse(
              new AppError(
                'conflict',
                'rows-changing',
                `${doing} failed. The rows keep changing. Try again.`,
              ),
            );
        }
      }
    }
  } catch (error) {
    const failure = mapError(error, doing);
    return sent.commit ? { kind: 'unknown', failure: failure.toFailure() } : refuse(failure);
  }
};

/** Null when the submission was committed. */
const attemptProposal = async (
  client: pg.Client,
  context: CommitContext,
  doing: string,
  sent: { commit: boolean },
): Promise<Attempt | null> => {
  const written = await write(client, context, {}, doing);
  if (written.kind !== 'written') {
    await sendBurst(client, [named('rollback')]);
    return written;
  }
  const taken = await sendBurst(client, [named('rollback to savepoint writ_rehearsal')]);
  if (taken.error) throw taken.error;
  sent.commit = true;
  const ended = ending(await sendBurst(client, [named('commit')]), doing);
  sent.commit = ended?.kind === 'unknown';
  return ended;
};
