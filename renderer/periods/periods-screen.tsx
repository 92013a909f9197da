import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { isClosed } from '../../shared/lifecycle/periods.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Calendar, Period } from '../../shared/model/period.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { useBackendEvent } from '../client/subscribe.ts';
import { Button } from '../ui/button.tsx';
import { stampText } from '../ui/stamp-text.ts';
import { Cadence } from './cadence.tsx';
import { PeriodDialog, type PeriodStep } from './period-dialog.tsx';
import './periods.css';

export interface PeriodsScreenProps {
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  readonly now: () => Date;
}

interface Shown {
  readonly calendar: Calendar;
  readonly period: Period;
}

/** Calendars of the warehouse: which periods take no writes any more, who closed them and why, and who has submitted. */
export const PeriodsScreen = ({ client, locale, now }: PeriodsScreenProps): ReactNode => {
  const [calendars, setCalendars] = useState<readonly Calendar[] | null>(null);
  const [installed, setInstalled] = useState(true);
  const [failure, setFailure] = useState<string | null>(null);
  const [step, setStep] = useState<(Shown & { readonly kind: PeriodStep }) | null>(null);
  const [cadence, setCadence] = useState<Shown | null>(null);
  const load = useCallback(async (): Promise<void> => {
    try {
      const answer = await client.call('periods.list', {});
      setCalendars(answer.calendars);
      setInstalled(answer.installed);
      setFailure(null);
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    }
  }, [client]);
  useEffect(() => void load(), [load]);
  useBackendEvent(client, 'periods.changed', () => void load());
  return (
    <main className="periods" data-region tabIndex={-1} aria-label="Periods">
      <h1>Periods</h1>
      {failure ? (
        <div role="alert">
          <p>{failure}</p>
          <Button onPress={() => void load()}>Try again</Button>
        </div>
      ) : null}
      {!calendars && !failure ? <p className="quiet">Reading the periods…</p> : null}
      {calendars?.length === 0 ? (
        <p className="quiet">
          {installed
            ? 'No calendar is defined on this warehouse yet.'
            : 'This warehouse keeps no periods: governance is not installed there.'}
        </p>
      ) : null}
      {calendars?.map((calendar) => (
        <section key={calendar.name} aria-label={calendar.name}>
          <h2>{calendar.name}</h2>
          <p className="quiet">
            {calendar.tables.map(({ source }) => `${source.schema}.${source.table}`).join(', ')}
            {calendar.mayClose ? '' : ` · Closed and reopened by ${calendar.closers.join(', ')}`}
          </p>
          <table className="periods-table">
            <caption className="visually-hidden">Periods of {calendar.name}</caption>
            <thead>
              <tr>
                <th scope="col">Period</th>
                <th scope="col">State</th>
                <th scope="col">By whom and why</th>
                <th scope="col">
                  <span className="visually-hidden">What can be done</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {calendar.periods.map((period) => (
                <Line
                  key={period.period}
                  period={period}
                  closed={isClosed(period, now())}
                  mayClose={calendar.mayClose}
                  locale={locale}
                  onStep={(kind) => setStep({ kind, calendar, period })}
                  onCadence={() => setCadence({ calendar, period })}
                />
              ))}
            </tbody>
          </table>
        </section>
      ))}
      {step ? (
        <PeriodDialog
          {...step}
          client={client}
          onClose={() => {
            setStep(null);
            void load();
          }}
        />
      ) : null}
      {cadence ? (
        <Cadence {...cadence} client={client} locale={locale} onClose={() => setCadence(null)} />
      ) : null}
    </main>
  );
};

interface LineProps {
  readonly period: Period;
  readonly closed: boolean;
  readonly mayClose: boolean;
  readonly locale: LocaleConventions;
  readonly onStep: (kind: PeriodStep) => void;
  readonly onCadence: () => void;
}

const Line = ({ period, closed, mayClose, locale, onStep, onCadence }: LineProps): ReactNode => {
  const { label, closingAt, by, at, reason } = period;
  const state = closed ? 'Closed' : closingAt ? `Closes ${stampText(closingAt, locale)}` : 'Open';
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>
        <span className={`periods-state ${closed ? 'closed' : closingAt ? 'closing' : 'open'}`}>{state}</span>
      </td>
      <td>
        {by ?? ''}
        {at ? <span className="quiet"> {stampText(at, locale)}</span> : null}
        {reason ? <span>: {reason}</span> : null}
      </td>
      <td className="periods-actions">
        <Button look="plain" onPress={onCadence}>
          Who has submitted
        </Button>
        {mayClose && !closed ? <Button onPress={() => onStep('close')}>Close…</Button> : null}
        {mayClose && (closed || closingAt) ? (
          <Button onPress={() => onStep('reopen')}>{closed ? 'Reopen…' : 'Do not close…'}</Button>
        ) : null}
      </td>
    </tr>
  );
};
