import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import type { TypedPreview } from '../grid-model.ts';
import { DateCalendar } from './date-calendar.tsx';
import { type EditorProps, moveOf } from './editor-props.ts';
import { Floating } from './floating.tsx';

const SHOWS_CANONICAL = new Set(['decimal', 'integer', 'float', 'date', 'time', 'timestamp', 'uuid']);

/** One line typed freely: text, numbers, dates. Under it stands what will be kept, or why the text is no value yet. */
export const TextEditor = (props: EditorProps): ReactNode => {
  const { column, model, overwriting } = props;
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(props.text);
  const [choosing, setChoosing] = useState<number | null>(null);
  const [calendar, setCalendar] = useState(false);
  const hint = useId();
  const dated = column.type.kind === 'date';

  const change = (next: string): void => {
    setText(next);
    setChoosing(null);
    props.onChange({ text: next });
  };
  const preview: TypedPreview = model.preview(column, text, props.row);
  const options = preview.kind === 'refused' ? (preview.options ?? []) : [];
  const pick = (value: string): void => {
    props.onChange({ text, picked: value });
    props.onFinish('down');
  };

  const keyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      if (calendar) {
        setCalendar(false);
        input.current?.focus();
      } else props.onCancel();
      return;
    }
    if (calendar && event.target !== input.current) return;
    if (dated && event.altKey && event.key === 'ArrowDown') {
      event.preventDefault();
      setCalendar(true);
      return;
    }
    if (options.length > 0) {
      const chosen = choosing === null ? undefined : options[choosing];
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        const by = event.key === 'ArrowDown' ? 1 : -1;
        setChoosing(((choosing ?? (by > 0 ? -1 : 0)) + by + options.length) % options.length);
        return;
      }
      if (event.key === 'Enter') {
        event.preventDefault();
        // The first Enter asks; only a chosen reading is taken.
        if (chosen === undefined) setChoosing(0);
        else pick(chosen);
        return;
      }
    }
    const move = moveOf(event, overwriting);
    if (move) {
      event.preventDefault();
      props.onFinish(move);
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the input inside
    <div className="sheet-editor-line" onKeyDown={keyDown}>
      <input
        ref={input}
        value={text}
        aria-label={column.label}
        aria-describedby={hint}
        aria-invalid={preview.kind === 'refused' && text !== ''}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => change(event.target.value)}
      />
      {dated && (
        <button
          type="button"
          className="sheet-editor-button"
          aria-label="Open calendar"
          tabIndex={-1}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => setCalendar(!calendar)}
        >
          ▾
        </button>
      )}
      <Floating anchor={input}>
        <Hint id={hint} preview={preview} text={text} shown={SHOWS_CANONICAL.has(column.type.kind)} />
        {options.length > 0 && (
          <div role="listbox" aria-label="Readings of what was typed" className="sheet-options">
            {options.map((option, i) => (
              <div
                key={option}
                role="option"
                tabIndex={-1}
                aria-selected={i === choosing}
                className={i === choosing ? 'active' : ''}
                onClick={() => pick(option)}
                onKeyDown={undefined}
              >
                = {option}
              </div>
            ))}
          </div>
        )}
        {calendar && (
          <DateCalendar
            locale={model.locale.tag}
            value={preview.kind === 'value' ? preview.value : null}
            onPick={(date) => {
              props.onChange({ text: date, picked: date });
              props.onFinish('stay');
            }}
          />
        )}
      </Floating>
    </div>
  );
};

interface HintProps {
  readonly id: string;
  readonly preview: TypedPreview;
  readonly text: string;
  readonly shown: boolean;
}

const Hint = ({ id, preview, text, shown }: HintProps): ReactNode => {
  if (text === '') return null;
  if (preview.kind === 'refused') {
    const ambiguous = (preview.options?.length ?? 0) > 0;
    return (
      <div id={id} className={`sheet-hint ${ambiguous ? 'asking' : 'wrong'}`} role="status">
        {(preview.options?.length ?? 0) > 1 ? 'More than one reading. Choose one:' : preview.message}
      </div>
    );
  }
  if (!shown || preview.value === null) return null;
  return (
    <div id={id} className="sheet-hint" role="status">
      = {preview.value}
    </div>
  );
};
