import { CircleCheck } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { Problem } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { labelIn } from './review-value.tsx';
import { rowText } from './row-text.ts';

/** What the rules of the sheet say of a batch; null while they are being applied. */
export type RuleResults = OutputOf<'reviews.check'> | { readonly failure: string } | null;

/** Applies the rules of the sheet, which must be open, to a batch; `sheet` is null while it is not. */
export const useRuleResults = (client: BackendClient, batch: string, sheet: string | null): RuleResults => {
  const [results, setResults] = useState<RuleResults>(null);
  useEffect(() => {
    if (sheet === null) return;
    let current = true;
    client.call('reviews.check', { batch, sheet }).then(
      (found) => current && setResults(found),
      (error: unknown) => current && setResults({ failure: AppError.wrap(error).message }),
    );
    return () => {
      current = false;
    };
  }, [client, batch, sheet]);
  return results;
};

/** What the rules say of one cell, by row and column. */
export const problemsByPlace = (results: RuleResults): ReadonlyMap<string, Problem> =>
  new Map(
    results && 'problems' in results
      ? results.problems.map((problem) => [`${problem.row ?? ''} ${problem.column ?? ''}`, problem])
      : [],
  );

const LISTED = 20;

/** Says in one line whether the rules object to anything, and lists what they object to. */
export const BatchRules = ({
  results,
  definition,
  locale,
}: {
  readonly results: RuleResults;
  readonly definition: SheetDefinition | null;
  readonly locale: LocaleConventions;
}): ReactNode => {
  if (!definition) return <p className="quiet">The rules of the sheet cannot be read with your rights.</p>;
  if (!results) return <p className="quiet">Applying the rules of the sheet…</p>;
  if ('failure' in results)
    return <p className="reviews-rules-bad">The rules could not be applied. {results.failure}</p>;
  const { problems, total, unseen } = results;
  const counted = (n: number, one: string, many: string): string =>
    `${n.toLocaleString(locale.tag)} ${n === 1 ? one : many}`;
  return (
    <section className="reviews-rules" aria-label="Rules">
      {total === 0 ? (
        <p className="reviews-rules-good">
          <CircleCheck size={14} aria-hidden /> Every rule of the sheet holds.
        </p>
      ) : (
        <>
          <p>
            <strong>The rules object in {counted(total, 'place', 'places')}.</strong>
          </p>
          <ul>
            {problems.slice(0, LISTED).map(({ row, column, severity, message, code }) => (
              <li key={`${row} ${column} ${code} ${message}`} className={severity}>
                <span>{severity === 'block' ? 'Broken' : 'Warning'}</span>{' '}
                {row === undefined
                  ? ''
                  : `${rowText(row)}${column ? `, ${labelIn(definition, column)}` : ''}: `}
                {message}
              </li>
            ))}
          </ul>
          {total > LISTED ? (
            <p className="quiet">and {counted(total - LISTED, 'more', 'more')}, marked at their cells</p>
          ) : null}
        </>
      )}
      {unseen > 0 ? (
        <p className="quiet">
          {counted(unseen, 'changed row is', 'changed rows are')} not there or not for you to see; rules over
          several columns know only what changes in them.
        </p>
      ) : null}
    </section>
  );
};
