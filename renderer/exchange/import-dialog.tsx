import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { ExchangeProps } from './exchange-dialog.tsx';
import { FailureBanner } from './failure-banner.tsx';
import { ImportResult } from './import-result.tsx';
import { ImportSettingsView } from './import-settings.tsx';
import { ProgressDialog } from './progress-dialog.tsx';
import { type Import, useImport } from './use-import.ts';

interface ImportDialogProps extends ExchangeProps {
  /** A file dropped on the sheet; null when it is to be chosen. */
  readonly dropped: File | null;
}

/** Takes a file into the sheet: chosen, set up, checked in a dry run, and only then taken in as one step. */
export const ImportDialog = ({ dropped, ...props }: ImportDialogProps): ReactNode => {
  const { context, onClose } = props;
  const work = useImport(props);
  const { stage, choice } = work;
  const started = useRef(false);
  useEffect(() => {
    if (started.current || !dropped) return;
    started.current = true;
    void work.open(dropped);
  }, [dropped, work]);
  const title = work.name === '' ? `Import into ${context.definition.name}` : `Import ${work.name}`;
  switch (stage.kind) {
    case 'busy':
      return (
        <ProgressDialog title={title} doing={stage.doing} progress={work.progress} onCancel={work.cancel} />
      );
    case 'choosing':
      return <ChooseFile title={title} work={work} onClose={onClose} />;
    case 'settings':
      return choice ? (
        <ImportSettingsView
          title={title}
          file={stage.file}
          choice={choice}
          definition={context.definition}
          canAdd={context.rights.insert}
          failure={work.failure}
          onChoose={work.choose}
          onRead={(options) => void work.reread(options)}
          onCheck={() => void work.check()}
          onClose={onClose}
        />
      ) : null;
    case 'checked':
      return (
        <ImportResult
          title={title}
          checked={stage.checked}
          failure={work.failure}
          onBack={work.back}
          onSaveRefused={() => void work.saveRefused()}
          onApply={(reason) => void work.apply(reason)}
          onClose={onClose}
        />
      );
  }
};

interface ChooseFileProps {
  readonly title: string;
  readonly work: Import;
  readonly onClose: () => void;
}

const ChooseFile = ({ title, work, onClose }: ChooseFileProps): ReactNode => {
  const input = useRef<HTMLInputElement>(null);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" autoFocus onPress={() => input.current?.click()}>
            Choose a file
          </Button>
        </>
      }
    >
      {work.failure ? <FailureBanner failure={work.failure} /> : null}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button does the same from the keyboard */}
      <div
        className="exchange-drop"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const [file] = event.dataTransfer.files;
          if (file) void work.open(file);
        }}
      >
        <p>Drop a CSV or XLSX file here, or choose one.</p>
        <p className="quiet">
          The first line names the columns. Nothing changes before the file has been checked.
        </p>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File to import"
        accept=".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void work.open(file);
        }}
      />
    </Dialog>
  );
};
