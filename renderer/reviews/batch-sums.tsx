import { type ReactNode, useMemo, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { exactText, isNumeric, signedText } from '../ui/exact-text.ts';
import { dimensionValues, sumsBy } from './change-sums.ts';
import { columnOf, labelIn } from './review-value.tsx';
import type { OpenReview } from './use-reviews.ts';
import { useStoredValues } from './use-stored-values.ts';

const SHOWN = 50;

/** What the batch moves in each numeric column, in all and by the values of a dimension. */
export const BatchSums = ({
  data: { review, changes, definition },
  locale,
  client,
}: {
  readonly data: OpenReview;
  readonly locale: LocaleConventions;
  readonly client: BackendClient;
}): ReactNode => {
  const { sums } = review.summary;
  const [column, setColumn] = useState(sums[0]?.column ?? '');
  const dimensions = useMemo(
    () => [
      ...new Set([
        ...(definition?.key ?? []),
        ...(definition?.columns ?? [])
          .filter((each) => !isNumeric(each) || each.lookup)
          .map(({ name }) => name),
        ...changes.flatMap(({ column: name }) => (sums.some((sum) => sum.column === name) ? [] : [name])),
      ]),
    ],
    [changes, definition, sums],
  );
  const [dimension, setDimension] = useState('');
  // What the batch and the keys do not tell of its rows, the warehouse does.
  const asked = definition && dimension !== '' && !definition.key.includes(dimension) ? dimension : null;
  const stored = useStoredValues(client, review.summary.batch, definition?.id ?? null, asked);
  const by = useMemo(() => {
    if (dimension === '') return [];
    if (asked !== null && (stored?.column !== asked || stored.failure !== null)) return [];
    const own = dimensionValues(changes, { key: definition?.key ?? [] }, dimension);
    return sumsBy(changes, column, new Map([...(asked === null ? [] : (stored?.values ?? [])), ...own]));
  }, [changes, column, dimension, definition, asked, stored]);
  if (sums.length === 0) return null;
  const shown = (name: string, value: string | null): string => {
    const found = columnOf(definition, name);
    return value === null ? '' : found ? exactText(value, found, locale) : value;
  };
  const moved = (name: string, value: string | null): string => {
    const found = columnOf(definition, name);
    return value === null ? '' : found ? signedText(value, found, locale) : value;
  };
  return (
    <div className="reviews-sums">
      <table className="review-table">
        <caption className="visually-hidden">Sums of the numeric columns</caption>
        <SumsHead first="Column" />
        <tbody>
          {sums.map((sum) => (
            <tr key={sum.column}>
              <th scope="row">{labelIn(definition, sum.column)}</th>
              <td className="number">{sum.cells.toLocaleString(locale.tag)}</td>
              <td className="number">{shown(sum.column, sum.before)}</td>
              <td className="number">{shown(sum.column, sum.after)}</td>
              <td className="number">{moved(sum.column, sum.delta)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="reviews-by">
        <label>
          Sums of{' '}
          <select className="input" value={column} onChange={(event) => setColumn(event.target.value)}>
            {sums.map((sum) => (
              <option key={sum.column} value={sum.column}>
                {labelIn(definition, sum.column)}
              </option>
            ))}
          </select>
        </label>
        <label>
          by{' '}
          <select className="input" value={dimension} onChange={(event) => setDimension(event.target.value)}>
            <option value="">Choose a column</option>
            {dimensions.map((name) => (
              <option key={name} value={name}>
                {labelIn(definition, name)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {asked !== null && stored?.failure ? (
        <p role="alert">The values could not be read. {stored.failure}</p>
      ) : asked !== null && stored === null ? (
        <p className="quiet">Reading the values…</p>
      ) : null}
      {by.length > 0 ? (
        <table className="review-table">
          <caption className="visually-hidden">
            {labelIn(definition, column)} by {labelIn(definition, dimension)}
          </caption>
          <SumsHead first={labelIn(definition, dimension)} />
          <tbody>
            {by.slice(0, SHOWN).map((sum) => (
              <tr key={sum.value}>
                <th scope="row">
                  {sum.value === '' ? <span className="quiet">none</span> : shown(dimension, sum.value)}
                </th>
                <td className="number">{sum.cells.toLocaleString(locale.tag)}</td>
                <td className="number">{shown(column, sum.before)}</td>
                <td className="number">{shown(column, sum.after)}</td>
                <td className="number">{moved(column, sum.delta)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {by.length > SHOWN ? (
        <p className="quiet">and {(by.length - SHOWN).toLocaleString(locale.tag)} more</p>
      ) : null}
    </div>
  );
};

const SumsHead = ({ first }: { readonly first: string }): ReactNode => (
  <thead>
    <tr>
      <th scope="col">{first}</th>
      {['Cells', 'Before', 'After', 'Difference'].map((name) => (
        <th key={name} scope="col" className="number">
          {name}
        </th>
      ))}
    </tr>
  </thead>
);
