import { type ReactNode, useState } from 'react';
import type { ImportCounts } from '../../shared/contract/exchange.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { AppError } from '../../shared/model/failure.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FailureBanner } from './failure-banner.tsx';

interface ImportResultProps {
  readonly title: string;
  readonly checked: OutputOf<'imports.check'>;
  readonly failure: AppError | null;
  readonly onBack: () => void;
  readonly onSaveRefused: () => void;
  readonly onApply: (reason: string | undefined) => void;
  readonly onClose: () => void;
}

const lines = (n: number): string => `${n.toLocaleString()} ${n === 1 ? 'line' : 'lines'}`;

/** What taking the file in would do, and what of it is refused and why; nothing has changed yet. */
export const ImportResult = (props: ImportResultProps): ReactNode => {
  const { counts, refusals } = props.checked;
  const [reason, setReason] = useState('');
  const valid = counts.update + counts.add;
  const needsReason = counts.needReason > 0;
  const given = reason.trim();
  return (
    <Dialog
      title={props.title}
      width="820px"
      onClose={props.onClose}
      foot={
        <>
          <div className="exchange-foot-start">
            <Button onPress={props.onBack}>Back</Button>
            {counts.refused > 0 ? (
              <Button onPress={props.onSaveRefused}>Export the refused lines</Button>
            ) : null}
          </div>
          <Button onPress={props.onClose}>{valid === 0 ? 'Close' : 'Cancel'}</Button>
          {valid === 0 ? null : (
            <Button
              look="primary"
              autoFocus={!needsReason}
              isDisabled={needsReason && given === ''}
              onPress={() => props.onApply(needsReason ? given : undefined)}
            >
              {counts.refused > 0
                ? `Take the ${lines(valid)} that ${valid === 1 ? 'is' : 'are'} valid`
                : `Take ${lines(valid)}`}
            </Button>
          )}
        </>
      }
    >
      {props.failure ? <FailureBanner failure={props.failure} /> : null}
      <p role="status" className="exchange-summary">
        {summary(counts)}
      </p>
      <dl className="exchange-counts">
        <Count name="would update" value={counts.update} />
        <Count name="would add" value={counts.add} />
        <Count name="unchanged" value={counts.unchanged} />
        <Count name="refused" value={counts.refused} look={counts.refused > 0 ? 'bad' : ''} />
      </dl>
      {details(counts).map((text) => (
        <p key={text} className="quiet">
          {text}
        </p>
      ))}
      {needsReason ? (
        <div className="field">
          <label htmlFor="import-reason">
            Reason for {counts.needReason.toLocaleString()} large{' '}
            {counts.needReason === 1 ? 'change' : 'changes'}
          </label>
          <input
            id="import-reason"
            className="input"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      ) : null}
      {refusals.length > 0 ? <Refusals {...props.checked} /> : null}
    </Dialog>
  );
};

const summary = ({ lines: all, update, add, refused }: ImportCounts): string => {
  if (all === 0) return 'The file has no lines below its header.';
  if (update + add > 0) return 'Nothing has changed yet. This is what taking the file in would do:';
  if (refused === 0) return `Nothing changes: ${lines(all)} hold what the sheet holds.`;
  return 'No line can be taken in.';
};

const details = ({ cells, cleared, warnings }: ImportCounts): readonly string[] => [
  ...(cells > 0
    ? [
        `${cells.toLocaleString()} ${cells === 1 ? 'cell gets' : 'cells get'} a new value${cleared > 0 ? `, ${cleared.toLocaleString()} of them become empty` : ''}.`,
      ]
    : []),
  ...(warnings > 0 ? [`${warnings.toLocaleString()} of the values are taken with a warning.`] : []),
];

const Count = ({ name, value, look = '' }: { name: string; value: number; look?: string }): ReactNode => (
  <div className={look}>
    <dt>{name}</dt>
    <dd>{value.toLocaleString()}</dd>
  </div>
);

const Refusals = ({
  refusals,
  moreRefusals,
}: Pick<OutputOf<'imports.check'>, 'refusals' | 'moreRefusals'>): ReactNode => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled table must be reachable from the keyboard
  <section className="exchange-scroll" tabIndex={0} aria-label="Refused lines">
    <table className="exchange-table">
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col">Column</th>
          <th scope="col">Why it is not taken</th>
        </tr>
      </thead>
      <tbody>
        {refusals.map(({ line, column, message }) => (
          <tr key={`${line} ${column} ${message}`}>
            <th scope="row">{line}</th>
            <td>{column ?? ''}</td>
            <td className="wide">{message}</td>
          </tr>
        ))}
      </tbody>
    </table>
    {moreRefusals > 0 ? (
      <p className="quiet">{moreRefusals.toLocaleString()} more are in the exported list.</p>
    ) : null}
  </section>
);
