import { type ReactNode, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
import { ColumnEditor } from './column-editor.tsx';
import { withColumn } from './draft.ts';
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
      onClose={onClose}
      foot={
        <>
          <div className="definition-files">
            <Button isDisabled={busy} onPress={() => void download()}>
              Export
            </Button>
            <Button isDisabled={busy} onPress={() => file.current?.click()}>
              Import
            </Button>
            <Button
              isDisabled={busy}
              onPress={() => void run(() => client.call('sheets.reset', { sheet: context.sheet }))}
            >
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
                if (chosen)
                  void chosen.text().then((json) => run(() => client.call('sheets.import', { json })));
              }}
            />
          </div>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            look="primary"
            isDisabled={busy || !changed}
            onPress={() => void run(() => client.call('sheets.save', { definition: draft }))}
          >
            Save
          </Button>
        </>
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
              </button>
            </li>
          ))}
          <li>
            <button type="button" aria-current={at === ROWS} onClick={() => setAt(ROWS)}>
              Rules over a row
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
