import { Check, RotateCcw, X } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { type CellComment, MOST_COMMENT } from '../../shared/model/comment.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { useBackendEvent } from '../client/subscribe.ts';
import { Button } from '../ui/button.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import './comments.css';

export interface CommentsPanelProps {
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  readonly row: RowKey;
  readonly column: string;
  readonly onClose: () => void;
}

/** What was said about a cell and its row, resolved comments last, and a place to say more. */
export const CommentsPanel = ({
  context,
  client,
  locale,
  row,
  column,
  onClose,
}: CommentsPanelProps): ReactNode => {
  const { sheet } = context;
  const [comments, setComments] = useState<readonly CellComment[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const load = useCallback(async (): Promise<void> => {
    try {
      setComments((await client.call('comments.list', { sheet, row })).comments);
      setFailure(null);
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    }
  }, [client, sheet, row]);
  useEffect(() => void load(), [load]);
  useEffect(() => box.current?.focus(), []);
  useBackendEvent(client, 'comments.changed', (event) => {
    if (event.sheet === sheet) void load();
  });
  useFocusReturn(() => context.focus());
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      await work();
      await load();
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    } finally {
      setBusy(false);
    }
  };
  const add = (): Promise<void> =>
    attempt(async () => {
      await client.call('comments.add', { sheet, row, column, text });
      setText('');
    });
  const label = (name: string | null): string =>
    name === null ? 'Row' : (context.definition.columns.find((each) => each.name === name)?.label ?? name);
  const ordered = [...(comments ?? [])].sort((a, b) => Number(a.resolved) - Number(b.resolved));
  return (
    <aside
      className="comments"
      aria-label="Comments"
      data-region
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header>
        <h2>Comments</h2>
        <Button look="plain" aria-label="Close the comments" onPress={onClose}>
          <X size={16} aria-hidden />
        </Button>
      </header>
      <p className="quiet comments-place">
        {context.rowLabel(row)}, {label(column)}
      </p>
      <div className="comments-list">
        {comments?.length === 0 ? <p className="quiet">Nothing was said about this row yet.</p> : null}
        {ordered.map((comment) => (
          <article key={comment.id} className={comment.resolved ? 'resolved' : undefined}>
            <h3>
              <strong>{comment.person}</strong>
              <span className="quiet">{label(comment.column)}</span>
              <time dateTime={comment.at}>
                {new Intl.DateTimeFormat(locale.tag, { dateStyle: 'medium', timeStyle: 'short' }).format(
                  new Date(comment.at),
                )}
              </time>
            </h3>
            <p className="comments-text">{comment.text}</p>
            <Button
              look="plain"
              isDisabled={busy}
              onPress={() =>
                void attempt(() =>
                  client.call('comments.resolve', { sheet, id: comment.id, resolved: !comment.resolved }),
                )
              }
            >
              {comment.resolved ? <RotateCcw size={13} aria-hidden /> : <Check size={13} aria-hidden />}
              {comment.resolved ? 'Open again' : 'Resolve'}
            </Button>
            {comment.resolved ? <span className="quiet"> Resolved by {comment.resolvedBy}</span> : null}
          </article>
        ))}
      </div>
      {failure ? <p role="alert">{failure}</p> : null}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '' && !busy) void add();
        }}
      >
        <textarea
          ref={box}
          className="input"
          aria-label={`Comment on ${label(column)}`}
          placeholder="Say something about this cell"
          rows={3}
          maxLength={MOST_COMMENT}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            if (text.trim() !== '' && !busy) void add();
          }}
        />
        <Button type="submit" look="primary" isDisabled={busy || text.trim() === ''}>
          Comment
        </Button>
      </form>
    </aside>
  );
};
