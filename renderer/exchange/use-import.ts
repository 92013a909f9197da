import { useCallback, useEffect, useRef, useState } from 'react';
import { type ImportCounts, MOST_FILE_BYTES } from '../../shared/contract/exchange.ts';
import type { InputOf, OutputOf } from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';
import { saveFile } from '../ui/save-file.ts';
import type { ExchangeProps } from './exchange-dialog.tsx';
import { type Choice, firstChoice, type ReadFile } from './import-choice.ts';
import { type TaskProgress, useTask } from './use-task.ts';

/** How the person asked the file to be read. */
export type ReadOptions = Pick<InputOf<'imports.read'>, 'encoding' | 'delimiter' | 'worksheet'>;

/** Where an import stands. */
export type ImportStage =
  | { readonly kind: 'choosing' }
  | { readonly kind: 'busy'; readonly doing: string }
  | { readonly kind: 'settings'; readonly file: ReadFile }
  | { readonly kind: 'checked'; readonly file: ReadFile; readonly checked: OutputOf<'imports.check'> };

export interface Import {
  readonly stage: ImportStage;
  readonly name: string;
  readonly choice: Choice | null;
  readonly failure: AppError | null;
  readonly progress: TaskProgress | null;
  open(file: File, options?: ReadOptions): Promise<void>;
  /** Reads the same file in another way. */
  reread(options: ReadOptions): Promise<void>;
  choose(choice: Choice): void;
  check(): Promise<void>;
  back(): void;
  saveRefused(): Promise<void>;
  apply(reason: string | undefined): Promise<void>;
  cancel(): void;
}

const tooLarge = (file: File): AppError =>
  new AppError(
    'invalid',
    'file-large',
    `The file has ${Math.ceil(file.size / 2 ** 20)} MB; at most ${MOST_FILE_BYTES / 2 ** 20} MB can be taken in. Split it.`,
  );

const counted = (n: number, one: string, many: string): string =>
  `${n.toLocaleString()} ${n === 1 ? one : many}`;

const countsText = ({ update, add, refused }: ImportCounts): string =>
  [
    ...(update > 0 ? [`${counted(update, 'row', 'rows')} updated`] : []),
    ...(add > 0 ? [`${counted(add, 'row', 'rows')} added`] : []),
    ...(refused > 0 ? [`${counted(refused, 'line', 'lines')} not taken`] : []),
  ].join(', ');

/** The way of a file into the sheet: read, set up, checked, taken in. Nothing changes before the last step. */
export const useImport = ({ context, client, onClose }: ExchangeProps): Import => {
  const { sheet, definition } = context;
  const { progress, run, cancel } = useTask(client);
  const [stage, setStage] = useState<ImportStage>({ kind: 'choosing' });
  const [choice, setChoice] = useState<Choice | null>(null);
  const [failure, setFailure] = useState<AppError | null>(null);
  const [name, setName] = useState('');
  const source = useRef<File | null>(null);
  const held = useRef<string | null>(null);
  /** The person asked to stop what is under way. */
  const stopping = useRef(false);
  const release = useCallback((): void => {
    if (held.current)
      void client.call('imports.close', { sheet, import: held.current }).catch(() => undefined);
    held.current = null;
  }, [client, sheet]);
  useEffect(() => release, [release]);

  /** Does something long from a stage; a failure or a cancel leads back to it. */
  const busy = async (doing: string, back: ImportStage, work: () => Promise<void>): Promise<void> => {
    setFailure(null);
    stopping.current = false;
    setStage({ kind: 'busy', doing });
    try {
      await work();
    } catch (thrown) {
      const error = AppError.wrap(thrown);
      if (error.kind !== 'cancelled') setFailure(error);
      setStage(back);
    }
  };
  const open = (
    file: File,
    options: ReadOptions = {},
    back: ImportStage = { kind: 'choosing' },
  ): Promise<void> => {
    source.current = file;
    setName(file.name);
    return busy('Reading', back, async () => {
      if (file.size > MOST_FILE_BYTES) throw tooLarge(file);
      const bytes = new Uint8Array(await file.arrayBuffer());
      const read = await run((task) =>
        client.call('imports.read', { sheet, task, name: file.name, bytes, ...options }),
      );
      held.current = read.import;
      setChoice(firstChoice(read, definition));
      setStage({ kind: 'settings', file: read });
    });
  };
  const inCheck = (file: ReadFile) => ({ sheet, import: file.import });
  return {
    ...{ stage, name, choice, failure, progress },
    cancel: () => {
      stopping.current = true;
      cancel();
    },
    open: (file, options) => open(file, options),
    reread: async (options) => {
      if (source.current) await open(source.current, options, stage);
    },
    choose: setChoice,
    check: async () => {
      if (stage.kind !== 'settings' || !choice) return;
      const { file } = stage;
      await busy('Checking', stage, async () => {
        const checked = await run((task) =>
          client.call('imports.check', { ...inCheck(file), task, settings: choice }),
        );
        setStage({ kind: 'checked', file, checked });
      });
    },
    back: () => {
      setFailure(null);
      if (stage.kind === 'checked') setStage({ kind: 'settings', file: stage.file });
    },
    saveRefused: async () => {
      if (stage.kind !== 'checked' || !choice) return;
      await busy('Writing', stage, async () => {
        const settings = choice;
        saveFile(
          await run((task) => client.call('imports.refused', { ...inCheck(stage.file), task, settings })),
        );
        setStage(stage);
      });
    },
    apply: async (reason) => {
      if (stage.kind !== 'checked' || !choice) return;
      const { file, checked } = stage;
      const given = reason === undefined ? {} : { reason };
      // What changed since is shown by checking again.
      await busy('Taking in', { kind: 'settings', file }, async () => {
        const { counts } = checked;
        const settings = choice;
        await run((task) =>
          client.call('imports.apply', { ...inCheck(file), task, settings, counts, ...given }),
        ).catch((error: unknown) => {
          if (stopping.current) context.say(`Import ${name}: cancelled, nothing was taken in.`);
          throw error;
        });
        const late = stopping.current ? ' It was done before it could be cancelled; undo takes it back.' : '';
        context.say(`Import ${name}: ${countsText(counts)}.${late}`);
        onClose();
      });
    },
  };
};
