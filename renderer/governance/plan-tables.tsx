import type { ReactNode } from 'react';
import type { GovernancePlan, GovernanceWish } from '../../shared/model/governance.ts';
import { isWished, withTable } from './wish.ts';

export interface PlanTablesProps {
  readonly plan: GovernancePlan;
  readonly fixed: boolean;
  readonly onWish: (wish: GovernanceWish) => void;
}

/** The tables of the database: those to be put under audit, those that are, and why others cannot be. */
export const PlanTables = ({ plan, fixed, onWish }: PlanTablesProps): ReactNode => (
  <fieldset className="governance-tables" disabled={fixed}>
    <legend>Tables to put under audit</legend>
    {plan.tables.length === 0 ? <p className="quiet">There are no tables in this database yet.</p> : null}
    <ul>
      {plan.tables.map((table) => {
        const { source, key, governed, behind, problem, triggers, owner } = table;
        const settled = governed && behind === null;
        return (
          <li key={`${source.schema}.${source.table}`}>
            <label>
              <input
                type="checkbox"
                checked={settled || isWished(plan.wish, table)}
                disabled={settled || problem !== null || !plan.mayInstall}
                onChange={(event) => onWish(withTable(plan, table, event.target.checked))}
              />{' '}
              {source.schema}.{source.table}
            </label>
            <span className="quiet">
              {settled
                ? 'governed already'
                : behind !== null
                  ? `${behind} Apply brings it up to date.`
                  : (problem ??
                    `rows named by ${key.join(', ')}; ${triggers.length} triggers; belongs to ${owner}`)}
            </span>
          </li>
        );
      })}
    </ul>
  </fieldset>
);
