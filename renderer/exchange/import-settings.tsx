import type { ReactNode } from 'react';
import type { AppError } from '../../shared/model/failure.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ConventionFields } from './convention-fields.tsx';
import { FailureBanner } from './failure-banner.tsx';
import { FileFacts } from './file-facts.tsx';
import { type Choice, conventionsOf, missingChoice, type ReadFile } from './import-choice.ts';
import { MappingTable } from './mapping-table.tsx';
import type { ReadOptions } from './use-import.ts';

interface ImportSettingsProps {
  readonly title: string;
  readonly file: ReadFile;
  readonly choice: Choice;
  readonly definition: SheetDefinition;
  readonly canAdd: boolean;
  readonly failure: AppError | null;
  readonly onChoose: (choice: Choice) => void;
  readonly onRead: (options: ReadOptions) => void;
  readonly onCheck: () => void;
  readonly onClose: () => void;
}

const MODES = [
  ['update', 'Update rows that are there'],
  ['add', 'Add rows that are not there'],
  ['both', 'Update and add'],
] as const;
const EMPTY = [
  ['clear', 'Empty the cell in the sheet'],
  ['keep', 'Leave the cell as it is'],
] as const;

/** How a file is taken in: its columns, its numbers and dates, and what its lines mean. */
export const ImportSettingsView = (props: ImportSettingsProps): ReactNode => {
  const { file, choice, definition, onChoose } = props;
  const conventions = conventionsOf(file, choice, definition);
  const missing = missingChoice(choice, conventions);
  const keyable = definition.columns.filter(({ name }) => choice.mapping.includes(name));
  return (
    <Dialog
      title={props.title}
      width="1000px"
      onClose={props.onClose}
      foot={
        <>
          <span className="exchange-missing" role="status">
            {missing ?? ''}
          </span>
          <Button onPress={props.onClose}>Cancel</Button>
          <Button look="primary" autoFocus isDisabled={missing !== null} onPress={props.onCheck}>
            Check {file.lines.toLocaleString()} {file.lines === 1 ? 'line' : 'lines'}
          </Button>
        </>
      }
    >
      {props.failure ? <FailureBanner failure={props.failure} /> : null}
      <FileFacts file={file} onRead={props.onRead} />
      <MappingTable file={file} choice={choice} columns={definition.columns} onChoose={onChoose} />
      <ConventionFields choice={choice} conventions={conventions} onChoose={onChoose} />
      <div className="exchange-choices">
        <fieldset>
          <legend>Rows are matched by</legend>
          {keyable.length === 0 ? <p className="quiet">No column is mapped yet.</p> : null}
          {keyable.map(({ name, label }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={choice.key.includes(name)}
                onChange={(event) => {
                  const key = choice.key.filter((each) => each !== name);
                  onChoose({ ...choice, key: event.target.checked ? [...key, name] : key });
                }}
              />
              {label}
              {definition.key.includes(name) ? <small className="quiet">key</small> : null}
            </label>
          ))}
        </fieldset>
        <fieldset>
          <legend>What the lines do</legend>
          {MODES.map(([mode, label]) => (
            <label key={mode}>
              <input
                type="radio"
                name="import-mode"
                checked={choice.mode === mode}
                disabled={mode !== 'update' && !props.canAdd}
                onChange={() => onChoose({ ...choice, mode })}
              />
              {label}
            </label>
          ))}
          {props.canAdd ? null : <small className="quiet">Your roles may not add rows to this table.</small>}
        </fieldset>
        <fieldset>
          <legend>Empty cells of the file</legend>
          {EMPTY.map(([empty, label]) => (
            <label key={empty}>
              <input
                type="radio"
                name="import-empty"
                checked={choice.empty === empty}
                onChange={() => onChoose({ ...choice, empty })}
              />
              {label}
            </label>
          ))}
        </fieldset>
      </div>
    </Dialog>
  );
};
