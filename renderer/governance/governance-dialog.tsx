import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { GovernancePlan, GovernanceWish } from '../../shared/model/governance.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import './governance.css';
import { PlanTables } from './plan-tables.tsx';
import { effectOf, namesIn } from './wish.ts';

export interface GovernanceDialogProps {
  readonly client: BackendClient;
  readonly onClose: () => void;
  readonly onInstalled: () => void;
}

/** What installing governance would do to this database, in words and as the SQL that would run; nothing runs before the button. */
export const GovernanceDialog = ({ client, onClose, onInstalled }: GovernanceDialogProps): ReactNode => {
  const [plan, setPlan] = useState<GovernancePlan | null>(null);
  const [message, setMessage] = useState('');
  const [work, setWork] = useState<'planning' | 'installing' | null>('planning');
  const [others, setOthers] = useState('');
  const [administrators, setAdministrators] = useState('');
  const asked = useRef(0);

  const look = useCallback(
    async (wish: GovernanceWish | null): Promise<void> => {
      const turn = ++asked.current;
      setWork('planning');
      try {
        const next = await client.call('governance.plan', { wish });
        if (turn !== asked.current) return;
        setPlan(next);
        setMessage('');
      } catch (error) {
        if (turn !== asked.current) return;
        setMessage(AppError.wrap(error).message);
      }
      setWork(null);
    },
    [client],
  );
  useEffect(() => void look(null), [look]);

  const install = async (shown: GovernancePlan): Promise<void> => {
    setWork('installing');
    try {
      await client.call('governance.install', { wish: shown.wish, sha256: shown.sha256 });
      onInstalled();
    } catch (error) {
      setMessage(AppError.wrap(error).message);
      setWork(null);
    }
  };
  if (!plan)
    return (
      <Dialog title="Governance" onClose={onClose} foot={<Button onPress={onClose}>Close</Button>}>
        <p role="status">{message || 'Reading the catalogue of the database.'}</p>
      </Dialog>
    );
  const { wish } = plan;
  const toggled = (roles: readonly string[], role: string, on: boolean): string[] =>
    on ? [...roles, role].sort() : roles.filter((each) => each !== role);
  /** Typed names take the place of those typed before; the boxes stay. */
  const typed = (): void =>
    void look({
      ...wish,
      users: [...new Set([...wish.users.filter((role) => plan.roles.includes(role)), ...namesIn(others)])],
      administrators: namesIn(administrators),
    });
  const nothing =
    plan.versions.length + wish.tables.length + wish.users.length + wish.administrators.length === 0;
  return (
    <Dialog
      title={plan.state === 'installed' ? 'Governance' : 'Install governance'}
      width="760px"
      dismissable={work !== 'installing'}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose} isDisabled={work === 'installing'}>
            Cancel
          </Button>
          <Button
            look="primary"
            isDisabled={work !== null || message !== '' || nothing || !plan.mayInstall}
            onPress={() => void install(plan)}
          >
            {work === 'installing' ? 'Installing' : plan.state === 'installed' ? 'Apply' : 'Install'}
          </Button>
        </>
      }
    >
      <p>
        Governance records who changed what inside this database, whichever program they use, and can hold
        tables back until another person approves. It lives in a schema named writ and can be taken away
        again.
      </p>
      {plan.refusal === null ? null : <Banner look="warn">{plan.refusal}</Banner>}
      <PlanTables plan={plan} fixed={work === 'installing'} onWish={(next) => void look(next)} />
      <fieldset className="governance-roles" disabled={work === 'installing'}>
        <legend>{plan.state === 'absent' ? 'Roles that take part' : 'More roles that take part'}</legend>
        <p className="quiet">
          They write batches, submit them and see the history of what they may read. Their rights on tables
          stay as they are.{' '}
          {plan.state === 'absent' ? '' : 'Roles that take part already go on doing so, ticked or not.'}
        </p>
        <div className="governance-names">
          {plan.roles.map((role) => (
            <label key={role}>
              <input
                type="checkbox"
                checked={wish.users.includes(role)}
                onChange={(event) =>
                  void look({ ...wish, users: toggled(wish.users, role, event.target.checked) })
                }
              />{' '}
              {role}
            </label>
          ))}
        </div>
        <label htmlFor="governance-others">Other roles, such as those of approvers</label>
        <input
          id="governance-others"
          className="input"
          placeholder="reviewer"
          value={others}
          onChange={(event) => setOthers(event.target.value)}
          onBlur={typed}
        />
        <label htmlFor="governance-administrators">Roles that set policies</label>
        <input
          id="governance-administrators"
          className="input"
          placeholder="controller"
          value={administrators}
          onChange={(event) => setAdministrators(event.target.value)}
          onBlur={typed}
        />
      </fieldset>
      <p role="status">{work === 'planning' ? 'Making the plan.' : effectOf(plan)}</p>
      <details className="governance-sql">
        <summary>The SQL that runs, in one transaction</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled area has to be reached by keyboard */}
        <pre tabIndex={0}>{plan.sql}</pre>
        <p className="quiet">SHA-256 {plan.sha256}</p>
      </details>
      {message ? (
        <p role="alert" className="governance-message">
          {message}
        </p>
      ) : null}
    </Dialog>
  );
};
