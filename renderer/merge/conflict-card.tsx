import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { DecisionInput } from '../../shared/contract/merge.ts';
import { type Author, type Way, wayLabel, waysOut, whatHappened } from '../../shared/merge/wording.ts';
import type { Conflict } from '../../shared/model/batch.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { parseInput } from '../../shared/values/parse.ts';
import { Button } from '../ui/button.tsx';
import { isNumeric } from '../ui/exact-text.ts';
import { stampText } from '../ui/stamp-text.ts';
import { Value } from '../ui/value-text.tsx';

export interface ConflictCardProps {
  readonly conflict: Conflict;
  readonly column: Column | undefined;
  readonly author: Author | undefined;
  readonly locale: LocaleConventions;
  /** The person's own day as YYYY-MM-DD, for typed dates. */
  readonly today: string;
  readonly busy: boolean;
  readonly onDecide: (decision: DecisionInput) => void;
}

/** Keys that decide the cell in focus. */
const KEYS: Readonly<Record<string, Way>> = { m: 'mine', t: 'theirs', e: 'value', n: 'anew' };

/** One cell to be decided: what the edit was based on, mine, theirs, who changed it, and the ways out. */
export const ConflictCard = (props: ConflictCardProps): ReactNode => {
  const { conflict, column, author, locale, busy, onDecide } = props;
  const [typing, setTyping] = useState(false);
  const ways = waysOut(conflict);
  const take = (way: Way): void => {
    if (way === 'value') setTyping(true);
    else onDecide({ kind: way });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = KEYS[event.key.toLowerCase()];
    if (!way || busy || !ways.includes(way)) return;
    event.preventDefault();
    take(way);
  };
  const label = column?.label ?? conflict.column ?? 'Row';
  const happened = whatHappened(conflict, author);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be announced with each of its buttons
    <div
      className="merge-card"
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys M, T, E and N decide the cell in focus
      tabIndex={0}
      aria-label={`${label}: ${happened}`}
      data-conflict
      onKeyDown={onKeyDown}
    >
      <p className="merge-what">
        <strong>{label}</strong> <span>{happened}</span>
        {author ? (
          <span className="quiet">
            {' '}
            {author.person}, {stampText(author.at, locale)}
          </span>
        ) : null}
      </p>
      <Sides conflict={conflict} column={column} locale={locale} />
      {typing ? (
        <TypeAnother
          {...props}
          column={column}
          onDone={(value) => {
            setTyping(false);
            if (value !== undefined) onDecide({ kind: 'value', value });
          }}
        />
      ) : (
        <div className="merge-ways">
          {ways.map((way) => (
            <Button key={way} isDisabled={busy} onPress={() => take(way)}>
              {wayLabel(conflict, way)}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
};

const Sides = ({
  conflict: { kind, base, mine, theirs, column: name },
  column,
  locale,
}: Pick<ConflictCardProps, 'conflict' | 'column' | 'locale'>): ReactNode => {
  if (name === undefined) return null;
  const look = isNumeric(column) ? 'number' : undefined;
  const value = (text: string | null | undefined): ReactNode =>
    text === undefined ? (
      <span className="quiet">–</span>
    ) : (
      <Value value={text} column={column} locale={locale} />
    );
  return (
    <dl className="merge-sides">
      <div>
        <dt>Based on</dt>
        <dd className={look}>{value(base)}</dd>
      </div>
      <div className="mine">
        <dt>Mine</dt>
        <dd className={look}>
          {mine === undefined && kind === 'changed' ? <em>row deleted</em> : value(mine)}
        </dd>
      </div>
      <div className="theirs">
        <dt>Theirs</dt>
        <dd className={look}>{kind === 'missing' ? <em>row gone</em> : value(theirs)}</dd>
      </div>
    </dl>
  );
};

const TypeAnother = ({
  conflict,
  column,
  locale,
  today,
  onDone,
}: ConflictCardProps & { readonly onDone: (value: string | null | undefined) => void }): ReactNode => {
  const [text, setText] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const keep = (): void => {
    if (!column) return;
    const parsed = parseInput(text, column, locale, today);
    if (parsed.kind === 'value') onDone(parsed.value);
    else if (parsed.kind === 'invalid') setRefusal(parsed.message);
    else setRefusal(`It can be read as ${parsed.options.map((option) => option.value).join(' or ')}.`);
  };
  return (
    <form
      className="merge-typing"
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <input
        className="input"
        // biome-ignore lint/a11y/noAutofocus: the person just asked to type here
        autoFocus
        aria-label={`Another value for ${column?.label ?? conflict.column ?? ''}`}
        aria-invalid={refusal !== null}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          event.stopPropagation();
          onDone(undefined);
        }}
      />
      <Button look="primary" type="submit">
        Use it
      </Button>
      <Button onPress={() => onDone(undefined)}>Cancel</Button>
      {refusal ? (
        <p className="field-error" role="alert">
          {refusal}
        </p>
      ) : null}
    </form>
  );
};
