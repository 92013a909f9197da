import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { LookupMatch } from '../grid-model.ts';
import { type EditorProps, moveOf } from './editor-props.ts';
import { Floating } from './floating.tsx';

const PAGE = 8;

interface Found {
  readonly query: string;
  readonly matches: readonly LookupMatch[];
  readonly total: number;
  readonly failure: string | null;
}

const fixedChoices = (props: EditorProps): readonly LookupMatch[] | null => {
  const { type, lookup } = props.column;
  if (lookup) return null;
  if (type.kind === 'boolean') {
    return [
      { value: 'true', label: 'yes' },
      { value: 'false', label: 'no' },
    ];
  }
  if (type.kind === 'enum') return type.values.map((value) => ({ value, label: null }));
  const list = props.column.rules.find((rule) => rule.kind === 'list');
  return list?.kind === 'list' ? list.values.map((value) => ({ value, label: null })) : [];
};

const matching = (choices: readonly LookupMatch[], query: string): readonly LookupMatch[] => {
  const wanted = query.trim().toLocaleLowerCase();
  const hit = (text: string | null): boolean => text?.toLocaleLowerCase().includes(wanted) ?? false;
  if (wanted === '') return choices;
  const begins = ({ value, label }: LookupMatch): boolean =>
    value.toLocaleLowerCase().startsWith(wanted) || (label?.toLocaleLowerCase().startsWith(wanted) ?? false);
  const matches = choices.filter(({ value, label }) => hit(value) || hit(label));
  return [...matches.filter(begins), ...matches.filter((match) => !begins(match))];
};

/** Matches for what is typed: of a fixed list at once, of a lookup from the backend; the last question asked wins. */
const useMatches = (props: EditorProps, query: string): Found => {
  const { model, column } = props;
  const fixed = fixedChoices(props);
  const [found, setFound] = useState<Found>({ query: '', matches: [], total: 0, failure: null });
  const asked = fixed === null;
  useEffect(() => {
    if (!asked) return;
    let current = true;
    model.searchLookup(column, query).then(
      ({ matches, total }) => {
        if (current) setFound({ query, matches, total, failure: null });
      },
      (error: unknown) => {
        const failure = error instanceof Error ? error.message : String(error);
        if (current) setFound({ query, matches: [], total: 0, failure });
      },
    );
    return () => {
      current = false;
    };
  }, [asked, model, column, query]);
  if (fixed === null) return found;
  const matches = matching(fixed, query);
  return { query, matches, total: matches.length, failure: null };
};

/** A searchable list: enum values, yes and no, or the rows of another table by value and label. */
export const ChoiceEditor = (props: EditorProps): ReactNode => {
  const { column, overwriting, onChange, onFinish, onCancel } = props;
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(props.text);
  const [query, setQuery] = useState(overwriting ? props.text : '');
  const [active, setActive] = useState<number | null>(null);
  const found = useMatches(props, query);
  const id = useId();
  const settled = found.query === query;
  const typed = query.trim() !== '';
  const current = found.matches.findIndex(({ value }) => value === props.text);
  const shown = active ?? (typed && settled ? 0 : current >= 0 ? current : null);

  useEffect(() => {
    if (shown === null) return;
    list.current?.children[shown]?.scrollIntoView({ block: 'nearest' });
  }, [shown]);

  const take = (match: LookupMatch, move: Parameters<typeof onFinish>[0]): void => {
    onChange({ text: match.value, picked: match.value });
    onFinish(move);
  };
  const step = (to: number): void => {
    const last = found.matches.length - 1;
    if (last >= 0) setActive(Math.max(0, Math.min(last, to)));
  };

  const keyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const at = shown ?? -1;
    switch (event.key) {
      case 'Escape':
        event.preventDefault();
        onCancel();
        return;
      case 'ArrowDown':
        event.preventDefault();
        step(at + 1);
        return;
      case 'ArrowUp':
        event.preventDefault();
        step(at - 1);
        return;
      case 'PageDown':
        event.preventDefault();
        step(at + PAGE);
        return;
      case 'PageUp':
        event.preventDefault();
        step(at - PAGE);
        return;
    }
    const move = moveOf(event, false);
    if (!move) return;
    event.preventDefault();
    const match = shown === null ? undefined : found.matches[shown];
    const chosen = active !== null || (typed && settled);
    if (match && chosen) take(match, move);
    else onFinish(move);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the input inside
    <div className="sheet-editor-line" onKeyDown={keyDown}>
      <input
        ref={input}
        value={text}
        role="combobox"
        aria-label={column.label}
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={shown === null ? undefined : `${id}-${shown}`}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => {
          setText(target.value);
          setQuery(target.value);
          setActive(null);
          onChange({ text: target.value });
        }}
      />
      <Floating anchor={input} className="sheet-choices">
        <div ref={list} id={id} role="listbox" aria-label={column.label} className="sheet-options">
          {found.matches.map((match, i) => (
            <div
              key={match.value}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === shown}
              className={i === shown ? 'active' : ''}
              onClick={() => take(match, 'stay')}
              onKeyDown={undefined}
            >
              <span>{match.value === '' ? '(empty text)' : match.value}</span>
              {match.label !== null && <span className="sheet-label">{match.label}</span>}
            </div>
          ))}
        </div>
        <div className="sheet-choices-foot" role="status">
          {footOf(found, settled)}
        </div>
      </Floating>
    </div>
  );
};

const footOf = ({ matches, total, failure }: Found, settled: boolean): string => {
  if (failure) return failure;
  if (!settled) return 'Searching…';
  if (matches.length === 0) return 'No entry matches.';
  return total > matches.length
    ? `${matches.length} of ${total.toLocaleString()} shown. Type to narrow.`
    : `${total.toLocaleString()} ${total === 1 ? 'entry' : 'entries'}`;
};
