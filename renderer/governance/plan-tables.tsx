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
        const { source, key, governed, problem, triggers, owner } = table;
        return (
          <li key={`${source.schema}.${source.table}`}>
            <label>
              <input
                type="checkbox"
                checked={governed || isWished(plan.wish, table)}
                disabled={governed || problem !== null || !plan.mayInstall}
                onChange={(event) => onWish(withTable(plan, table, event.target.checked))}
              />{' '}
              {source.schema}.{source.table}
            </label>
            <span className="quiet">
              {governed
                ? 'governed already'
                : (problem ??
                  `rows named by ${key.join(', ')}; ${triggers.length} triggers; belongs to ${owner}`)}
            </span>
          </li>
        );
      })}
    </ul>
  </fieldset>
);
