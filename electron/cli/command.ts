import type { ParseArgsOptionsConfig } from 'node:util';
import type pg from 'pg';
import { AppError } from '../../shared/model/failure.ts';

/** Where a command reads from and writes to. */
export interface Terminal {
  /** A line of the answer. */
  readonly out: (line: string) => void;
  /** A line for the person only, apart from the answer. */
  readonly note: (line: string) => void;
  /** Whether somebody can be asked. */
  readonly interactive: boolean;
  /** The line that is typed in answer; `hidden` is not shown. */
  readonly ask: (question: string, hidden?: boolean) => Promise<string>;
  /** The first line of standard input. */
  readonly firstLine: () => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** One command of `writ`: options beside those of the connection, and what it does with an open connection. */
export interface Command {
  readonly usage: string;
  readonly about: string;
  readonly options: ParseArgsOptionsConfig;
  /** Answers the exit code. Throws AppError; `invalid` is a wrong call. */
  run(client: pg.Client, values: Values, places: readonly string[], terminal: Terminal): Promise<number>;
}

/** All values of an option that may be given several times. */
export const every = (values: Values, name: string): readonly string[] => {
  const value = values[name];
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
};

/** Schema and table of `plan.plan_line` or `"Group Plan"."Line items"`. Throws AppError `invalid`. */
export const placeOf = (text: string): { readonly schema: string; readonly table: string } => {
  const parts = /^(?:"((?:[^"]|"")+)"|([^".]+))\.(?:"((?:[^"]|"")+)"|([^".]+))$/.exec(text);
  const part = (quoted: string | undefined, plain: string | undefined): string =>
    quoted?.replaceAll('""', '"') ?? plain ?? '';
  if (!parts) throw new AppError('invalid', 'bad-table', `Name a table as schema.table, not ${text}.`);
  return { schema: part(parts[1], parts[2]), table: part(parts[3], parts[4]) };
};

/** Asks before something is changed; without anybody to ask, `--yes` has to be given. */
export const confirmed = async (question: string, values: Values, terminal: Terminal): Promise<boolean> => {
  if (values.yes === true) return true;
  if (!terminal.interactive)
    throw new AppError('invalid', 'not-confirmed', 'Nobody can be asked here: add --yes to go ahead.');
  return /^y(es)?$/i.test((await terminal.ask(`${question} [y/N] `)).trim());
};
