import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { type EditorProps, moveOf } from './editor-props.ts';
import { Floating } from './floating.tsx';

/** Long or multi-line text and JSON in a panel over the cell; Shift+Enter or Alt+Enter breaks the line, Enter keeps the text. */
export const LongTextEditor = (props: EditorProps): ReactNode => {
  const anchor = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(props.text);
  const preview = props.model.preview(props.column, text);

  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      props.onCancel();
      return;
    }
    // Shift+Enter breaks the line here, so only plain Enter and Tab leave.
    if (event.key === 'Enter' && event.shiftKey) return;
    if (event.key === 'Enter' && event.altKey) {
      event.preventDefault();
      const { selectionStart, selectionEnd } = event.currentTarget;
      change(`${text.slice(0, selectionStart)}\n${text.slice(selectionEnd)}`);
      return;
    }
    const move = moveOf(event, false);
    if (!move) return;
    event.preventDefault();
    props.onFinish(move);
  };
  const change = (next: string): void => {
    setText(next);
    props.onChange({ text: next });
  };

  return (
    <div ref={anchor} className="sheet-editor-line">
      <Floating anchor={anchor} className="sheet-long-text">
        <textarea
          value={text}
          aria-label={props.column.label}
          spellCheck={false}
          onKeyDown={keyDown}
          onChange={(event) => change(event.target.value)}
        />
        <div
          className={`sheet-hint ${preview.kind === 'refused' && text !== '' ? 'wrong' : ''}`}
          role="status"
        >
          {preview.kind === 'refused' && text !== ''
            ? preview.message
            : `${text.length.toLocaleString()} characters. Enter keeps, Shift+Enter breaks the line, Esc cancels.`}
        </div>
      </Floating>
    </div>
  );
};
