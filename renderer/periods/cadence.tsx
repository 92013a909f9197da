import { type ReactNode, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { CadenceLine, Calendar, Period } from '../../shared/model/period.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { stampText } from '../ui/stamp-text.ts';

interface CadenceProps {
  readonly calendar: Calendar;
  readonly period: Period;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  readonly onClose: () => void;
}

/** Who has submitted for which cost centre in a period, and who has not; what is missing comes first. */
export const Cadence = ({ calendar, period, client, locale, onClose }: CadenceProps): ReactNode => {
  const [lines, setLines] = useState<readonly CadenceLine[] | null>(null);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    let wanted = true;
    client.call('periods.cadence', { calendar: calendar.name, period: period.period }).then(
      (answer) => wanted && setLines(answer.lines),
      (error: unknown) => wanted && setFailure(AppError.wrap(error).message),
    );
    return () => {
      wanted = false;
    };
  }, [client, calendar.name, period.period]);
  const missing = lines?.filter(({ submitted }) => submitted.length === 0) ?? [];
  const done = lines?.filter(({ submitted }) => submitted.length > 0) ?? [];
  return (
    <Dialog
      title={`Who has submitted for ${period.label}`}
      width="720px"
      onClose={onClose}
      foot={<Button onPress={onClose}>Close</Button>}
    >
      {failure ? <p role="alert">{failure}</p> : null}
      {!lines && !failure ? <p role="status">Asking the warehouse…</p> : null}
      {lines?.length === 0 ? <p className="quiet">No submissions are expected in this calendar.</p> : null}
      {lines && lines.length > 0 ? (
        <>
          <p role="status">
            {done.length.toLocaleString(locale.tag)} of {lines.length.toLocaleString(locale.tag)} have
            submitted.
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keyboard too */}
          <section className="periods-scroll" tabIndex={0} aria-label="Who has submitted">
            <table className="periods-table">
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">Expected of</th>
                  <th scope="col">Submitted</th>
                </tr>
              </thead>
              <tbody>
                {[...missing, ...done].map(({ source, dimension, value, expected, submitted }) => (
                  <tr key={`${source.schema}.${source.table} ${dimension} ${value}`}>
                    <th scope="row">{value}</th>
                    <td>{expected.join(', ')}</td>
                    <td>
                      {submitted.length === 0 ? (
                        <span className="periods-state closed">missing</span>
                      ) : (
                        submitted
                          .map(
                            ({ person, at, cells }) =>
                              `${person} ${stampText(at, locale)}, ${cells.toLocaleString(locale.tag)} ${cells === 1 ? 'cell' : 'cells'}`,
                          )
                          .join('; ')
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      ) : null}
    </Dialog>
  );
};
