import { type ReactNode, useMemo, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ColumnEditor } from './column-editor.tsx';
import { withColumn } from './draft.ts';
import { draftProblems } from './draft-problems.ts';
import { RowRules } from './row-rules.tsx';
import './definition.css';

export interface DefinitionPanelProps {
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly onClose: () => void;
}

/** The place in the list that stands for rules over whole rows. */
const ROWS = '\u0000rows';

/** Edits what a sheet says beyond its table: labels, formats, tighter rules; to and from a JSON file. */
export const DefinitionPanel = ({ context, client, onClose }: DefinitionPanelProps): ReactNode => {
  const [draft, setDraft] = useState<SheetDefinition>(context.definition);
  const [at, setAt] = useState<string>(context.definition.columns[0]?.name ?? ROWS);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const column = draft.columns.find((each) => each.name === at);
  const changed = draft !== context.definition;
  const problems = useMemo(() => draftProblems(draft, context.definition), [draft, context.definition]);
  const places = problems.columns.size + (problems.rows ? 1 : 0);
  const [asked, setAsked] = useState<'close' | 'reset' | null>(null);
  useFocusReturn(() => context.focus());
  const leave = (): void => {
    if (changed) setAsked('close');
    else onClose();
  };

  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
      await context.reload();
      onClose();
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    } finally {
      setBusy(false);
    }
  };
  const download = async (): Promise<void> => {
    setFailure(null);
    try {
      const { fileName, json } = await client.call('sheets.export', { sheet: context.sheet });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([json], { type: 'application/json' }));
      link.download = fileName;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    }
  };
  return (
    <Dialog
      title={`Definition of ${draft.name}`}
      width="960px"
      onClose={leave}
      foot={
        asked ? (
          <Confirm
            asked={asked}
            onBack={() => setAsked(null)}
            onConfirm={() => {
              setAsked(null);
              if (asked === 'close') onClose();
              else void run(() => client.call('sheets.reset', { sheet: context.sheet }));
            }}
          />
        ) : (
          <>
            <div className="definition-files">
              <Button isDisabled={busy} onPress={() => void download()}>
                Export
              </Button>
              <Button isDisabled={busy} onPress={() => file.current?.click()}>
                Import
              </Button>
              <Button isDisabled={busy} onPress={() => setAsked('reset')}>
                Back to the table's own
              </Button>
              <input
                ref={file}
                type="file"
                accept=".json,application/json"
                hidden
                aria-label="Definition file"
                onChange={(event) => {
                  const [chosen] = event.target.files ?? [];
                  // The same file chosen again has to be heard again.
                  event.target.value = '';
                  if (chosen)
                    void chosen.text().then((json) => run(() => client.call('sheets.import', { json })));
                }}
              />
            </div>
            {places > 0 ? (
              <span className="definition-open" role="status">
                {places === 1 ? 'One place has' : `${places} places have`} to be corrected first
              </span>
            ) : null}
            <Button onPress={leave}>Cancel</Button>
            <Button
              look="primary"
              isDisabled={busy || !changed || places > 0}
              onPress={() => void run(() => client.call('sheets.save', { definition: draft }))}
            >
              Save
            </Button>
          </>
        )
      }
    >
      {failure ? <Banner look="bad">{failure}</Banner> : null}
      <div className="definition">
        <ul className="definition-columns" aria-label="Columns">
          {draft.columns.map((each) => (
            <li key={each.name}>
              <button type="button" aria-current={each.name === at} onClick={() => setAt(each.name)}>
                {each.label || each.name}
                {each.rules.some((rule) => rule.origin === 'definition') ? (
                  <span className="quiet"> ·</span>
                ) : null}
                {problems.columns.has(each.name) ? <span className="wrong"> (to correct)</span> : null}
              </button>
            </li>
          ))}
          <li>
            <button type="button" aria-current={at === ROWS} onClick={() => setAt(ROWS)}>
              Rules over a row
              {problems.rows ? <span className="wrong"> (to correct)</span> : null}
            </button>
          </li>
        </ul>
        {column ? (
          <ColumnEditor
            key={column.name}
            definition={draft}
            column={column}
            onChange={(next) => setDraft(withColumn(draft, next))}
          />
        ) : (
          <RowRules definition={draft} onChange={setDraft} />
        )}
      </div>
    </Dialog>
  );
};

const QUESTIONS = {
  close: { question: 'The changes are not saved.', yes: 'Discard the changes', no: 'Keep editing' },
  reset: {
    question: 'Labels, formats and rules of this sheet are removed; pending edits stay.',
    yes: "Back to the table's own",
    no: 'Keep the definition',
  },
} as const;

/** Asks in the foot before something typed or saved is lost. */
const Confirm = ({
  asked,
  onBack,
  onConfirm,
}: {
  readonly asked: keyof typeof QUESTIONS;
  readonly onBack: () => void;
  readonly onConfirm: () => void;
}): ReactNode => {
  const { question, yes, no } = QUESTIONS[asked];
  return (
    <>
      <span className="definition-files" role="alert">
        {question}
      </span>
      <Button autoFocus onPress={onBack}>
        {no}
      </Button>
      <Button look="danger" onPress={onConfirm}>
        {yes}
      </Button>
    </>
  );
};
