import type { ReactNode } from 'react';
import type { QueuedBatch } from '../../shared/contract/offline.ts';
import type { Source } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { ageText } from './age-text.ts';

export interface OutboxProps {
  readonly batches: readonly QueuedBatch[];
  readonly locale: LocaleConventions;
  readonly now: () => Date;
  readonly onCancel: (batch: string) => void;
  readonly onDismiss: (batch: string) => void;
  readonly onOpen: (source: Source) => void;
}

const STATES: Readonly<Record<QueuedBatch['state'], string>> = {
  waiting: 'Waits to be sent',
  sending: 'Being sent',
  unknown: 'Outcome not known yet; it is looked up',
  refused: 'Not written',
};

/** Batches submitted without the warehouse, in the order in which they are sent. */
export const Outbox = ({ batches, locale, now, onCancel, onDismiss, onOpen }: OutboxProps): ReactNode => (
  <>
    <h2>Waiting to be sent</h2>
    {batches.length === 0 ? (
      <p className="quiet">
        Nothing waits. What is submitted while the warehouse cannot be reached stands here until it is sent.
      </p>
    ) : (
      <table className="offline-table">
        <caption className="visually-hidden">Batches that wait to be sent</caption>
        <thead>
          <tr>
            <th scope="col">Sheet</th>
            <th scope="col">Submitted</th>
            <th scope="col" className="number">
              Rows
            </th>
            <th scope="col">State</th>
            <th scope="col">
              <span className="visually-hidden">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => (
            <tr key={batch.batch}>
              <th scope="row">
                {batch.name}
                {batch.note ? <div className="quiet">{batch.note}</div> : null}
              </th>
              <td>{ageText(batch.at, now(), locale)}</td>
              <td className="number">{batch.rows.toLocaleString(locale.tag)}</td>
              <td>
                {STATES[batch.state]}
                {batch.failure ? (
                  <div className="quiet">
                    {batch.failure.message} Its edits are pending again in the sheet.
                  </div>
                ) : null}
              </td>
              <td>
                <div className="acts">
                  {batch.state === 'waiting' ? (
                    <Button onPress={() => onCancel(batch.batch)}>Take back</Button>
                  ) : null}
                  {batch.state === 'refused' ? (
                    <>
                      <Button onPress={() => onOpen(placeOf(batch.sheet))}>Open sheet</Button>
                      <Button onPress={() => onDismiss(batch.batch)}>Dismiss</Button>
                    </>
                  ) : null}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </>
);

/** A sheet's id is its place in the catalog. */
const placeOf = (sheet: string): Source => {
  const [schema = '', table = ''] = JSON.parse(sheet) as string[];
  return { schema, table };
};
