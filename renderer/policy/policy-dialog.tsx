import { Plus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { PolicyStep, SheetPolicy, TablePolicy } from '../../shared/model/review.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { isNumeric } from '../ui/exact-text.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import './policy.css';
import { PolicyColumns } from './policy-columns.tsx';

export interface PolicyDialogProps {
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly onClose: () => void;
}

interface Draft {
  readonly mode: TablePolicy['mode'];
  readonly steps: readonly PolicyStep[];
  readonly column: string;
  readonly above: string;
  readonly hours: string;
  /** Columns that a batch below the limit may change as well. */
  readonly free: readonly string[];
  /** Columns that triggers of the table fill. */
  readonly derived: readonly string[];
}

const draftOf = ({ policy }: SheetPolicy): Draft =>
  policy.mode === 'open'
    ? {
        mode: 'open',
        steps: [{ role: '', count: 1 }],
        column: '',
        above: '',
        hours: '72',
        free: [],
        derived: [],
      }
    : {
        mode: 'approval',
        steps: policy.steps,
        column: policy.threshold?.column ?? '',
        above: policy.threshold?.above ?? '',
        hours: String(policy.validHours),
        free: policy.freeColumns,
        derived: policy.derivedColumns,
      };

/** The policy a draft means, or what is wrong with it. */
const policyFrom = (draft: Draft): TablePolicy | string => {
  if (draft.mode === 'open') return { mode: 'open' };
  const steps = draft.steps.map(({ role, count }) => ({ role: role.trim(), count }));
  if (steps.some(({ role }) => role === ''))
    return 'Every step needs the role of the warehouse whose members approve.';
  const above = draft.above.trim();
  if ((draft.column === '') !== (above === '')) return 'A limit needs a column and an amount.';
  if (above !== '' && !/^\d{1,30}(\.\d{1,20})?$/.test(above))
    return 'The amount is a number such as 10000 or 2500.50.';
  const hours = Number(draft.hours);
  if (!Number.isInteger(hours) || hours < 1 || hours > 8760)
    return 'An approval is valid for 1 to 8760 hours.';
  return {
    mode: 'approval',
    steps,
    threshold: draft.column === '' ? null : { column: draft.column, above },
    freeColumns: [...draft.free],
    derivedColumns: [...draft.derived],
    validHours: hours,
  };
};

/** How changes reach the table: at once, or after other persons approved them. Everybody may read it, administrators set it. */
export const PolicyDialog = ({ context, client, onClose }: PolicyDialogProps): ReactNode => {
  const { policy } = context;
  useFocusReturn(() => context.focus());
  const [draft, setDraft] = useState<Draft | null>(() => policy && draftOf(policy));
  const [message, setMessage] = useState('');
  const [busy, setBusy] = useState(false);
  if (!policy || !draft)
    return (
      <Dialog title="Approval policy" onClose={onClose} foot={<Button onPress={onClose}>Close</Button>}>
        <p>Governance is not installed on this database, so changes are written directly.</p>
      </Dialog>
    );
  const fixed = !policy.canSet || busy;
  const plain = context.definition.columns.filter(
    ({ name, readOnly }) => !context.definition.key.includes(name) && readOnly?.cause !== 'generated',
  );
  const save = async (): Promise<void> => {
    const next = policyFrom(draft);
    if (typeof next === 'string') {
      setMessage(next);
      return;
    }
    setBusy(true);
    try {
      await client.call('policies.set', { sheet: context.sheet, policy: next });
      await context.reload();
      onClose();
    } catch (error) {
      setMessage(AppError.wrap(error).message);
      setBusy(false);
    }
  };
  const change = (part: Partial<Draft>): void => {
    setMessage('');
    setDraft({ ...draft, ...part });
  };
  const changeStep = (at: number, part: Partial<PolicyStep>): void =>
    change({ steps: draft.steps.map((step, i) => (i === at ? { ...step, ...part } : step)) });
  return (
    <Dialog
      title="Approval policy"
      width="620px"
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{policy.canSet ? 'Cancel' : 'Close'}</Button>
          {policy.canSet ? (
            <Button look="primary" isDisabled={busy} onPress={() => void save()}>
              Save
            </Button>
          ) : null}
        </>
      }
    >
      {policy.canSet ? null : <Banner>Only administrators of schema writ may change this.</Banner>}
      {policy.behind ? (
        <Banner look="warn">
          {policy.behind} An administrator brings it up to date under "Governance of this database".
        </Banner>
      ) : null}
      {policy.sideDoors.length > 0 ? (
        <Banner look="warn">
          Approval is advisory here:
          <ul className="policy-doors">
            {policy.sideDoors.map(({ code, subject, message: text }) => (
              <li key={`${code} ${subject}`}>{text}</li>
            ))}
          </ul>
        </Banner>
      ) : null}
      <fieldset className="policy-mode" disabled={fixed}>
        <legend>How changes reach the table</legend>
        <label>
          <input
            type="radio"
            name="mode"
            checked={draft.mode === 'open'}
            onChange={() => change({ mode: 'open' })}
          />{' '}
          Written directly
        </label>
        <label>
          <input
            type="radio"
            name="mode"
            checked={draft.mode === 'approval'}
            onChange={() => change({ mode: 'approval' })}
          />{' '}
          After approval by other persons
        </label>
      </fieldset>
      {draft.mode === 'approval' ? (
        <fieldset className="policy-steps" disabled={fixed}>
          <legend>Who approves, in this order</legend>
          {draft.steps.map((step, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no name but their place
            <div key={i} className="policy-step">
              <input
                className="input"
                type="number"
                min={1}
                max={20}
                aria-label={`Step ${i + 1}: how many persons`}
                value={step.count}
                onChange={(event) =>
                  changeStep(i, { count: Math.max(1, Math.min(20, event.target.valueAsNumber || 1)) })
                }
              />
              <span>of role</span>
              <input
                className="input"
                aria-label={`Step ${i + 1}: role`}
                placeholder="reviewer"
                value={step.role}
                onChange={(event) => changeStep(i, { role: event.target.value })}
              />
              {draft.steps.length > 1 ? (
                <Button
                  look="plain"
                  aria-label={`Remove step ${i + 1}`}
                  isDisabled={fixed}
                  onPress={() => change({ steps: draft.steps.filter((_, at) => at !== i) })}
                >
                  <X size={14} aria-hidden />
                </Button>
              ) : null}
            </div>
          ))}
          <Button
            isDisabled={fixed || draft.steps.length >= 10}
            onPress={() => change({ steps: [...draft.steps, { role: '', count: 1 }] })}
          >
            <Plus size={14} aria-hidden /> Add a step
          </Button>
          <div className="policy-step">
            <label htmlFor="policy-column">Only where the changes of</label>
            <select
              id="policy-column"
              className="input"
              value={draft.column}
              onChange={(event) =>
                change({ column: event.target.value, ...(event.target.value === '' ? { above: '' } : {}) })
              }
            >
              <option value="">any column</option>
              {context.definition.columns.filter(isNumeric).map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </select>
            {draft.column === '' ? null : (
              <>
                <label htmlFor="policy-above">add up to more than</label>
                <input
                  id="policy-above"
                  className="input"
                  inputMode="decimal"
                  value={draft.above}
                  onChange={(event) => change({ above: event.target.value })}
                />
              </>
            )}
          </div>
          <div className="policy-step">
            <label htmlFor="policy-hours">An approval is valid for</label>
            <input
              id="policy-hours"
              className="input"
              inputMode="numeric"
              value={draft.hours}
              onChange={(event) => change({ hours: event.target.value })}
            />
            <span>hours</span>
          </div>
          {draft.column === '' ? null : (
            <p className="quiet">
              Batches of one person below the limit are counted together for as long as an approval is valid.
            </p>
          )}
          {draft.column === '' ? null : (
            <PolicyColumns
              legend="Columns a batch below the limit may change as well"
              hint="Changes of any other column need approval, whatever the amount."
              columns={plain.filter(({ name }) => name !== draft.column)}
              chosen={draft.free}
              fixed={fixed}
              onChange={(free) => change({ free })}
            />
          )}
          <PolicyColumns
            legend="Columns that triggers of the table fill"
            hint="Only triggers write them: a change of such a column by anybody else is refused."
            columns={plain}
            chosen={draft.derived}
            fixed={fixed}
            onChange={(derived) => change({ derived })}
          />
        </fieldset>
      ) : null}
      {message ? (
        <p role="alert" className="policy-message">
          {message}
        </p>
      ) : null}
      {policy.version > 0 ? (
        <p className="quiet">
          Version {policy.version}, set by {policy.by}.
        </p>
      ) : null}
    </Dialog>
  );
};
