import { parseArgs } from 'node:util';
import { AppError } from '../../shared/model/failure.ts';
import { connectPostgres } from '../warehouse/postgres/connect.ts';
import { mapError } from '../warehouse/postgres/errors.ts';
import { auditVerifyCommand } from './audit-verify.ts';
import { closeDoorsCommand } from './close-doors.ts';
import type { Command, Terminal, Values } from './command.ts';
import { CONNECTION_OPTIONS, connectionOf } from './connection.ts';
import { governCommand, grantCommand, ungovernCommand } from './govern.ts';
import { installCommand } from './install.ts';
import { statusCommand } from './status.ts';
import { terminalOf } from './terminal.ts';
import { uninstallCommand } from './uninstall.ts';

/** Every command by the words that call it. */
const COMMANDS: Readonly<Record<string, Command>> = {
  install: installCommand,
  status: statusCommand,
  govern: governCommand,
  ungovern: ungovernCommand,
  grant: grantCommand,
  'close-doors': closeDoorsCommand,
  uninstall: uninstallCommand,
  'audit verify': auditVerifyCommand,
};

const HELP = [
  'Administration of schema writ in a PostgreSQL database.',
  '',
  ...Object.values(COMMANDS).map(({ usage, about }) => `  ${usage}\n      ${about}`),
  '',
  'Where: --connection postgres://user@host:5432/database?sslmode=verify-full, or PGHOST, PGPORT, PGDATABASE, PGUSER, PGSSLMODE.',
  'Password: PGPASSWORD, --password-stdin (first line of standard input), or typed when asked; never an argument.',
].join('\n');

/** The command the arguments begin with, of one word or two. */
const commandOf = (args: readonly string[]): readonly [Command, readonly string[]] | null => {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ');
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command) return [command, args.slice(words)];
  }
  return null;
};

/** Runs `writ` with the arguments; answers the exit code: 0 done, 1 refused or failed, 2 a wrong call. */
export const runWrit = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const found = commandOf(args);
  if (!found) {
    const asked = args.length === 0 || args[0] === 'help' || args[0] === '--help';
    (asked ? terminal.out : terminal.note)(asked ? HELP : `There is no command "${args[0]}".\n\n${HELP}`);
    return asked ? 0 : 2;
  }
  const [command, rest] = found;
  try {
    const { values, positionals } = parsed(command, rest);
    const link = await connectPostgres(await connectionOf(values, terminal));
    try {
      const client = await link.dedicated();
      try {
        return await command.run(client, values, positionals, terminal);
      } finally {
        await client.end();
      }
    } finally {
      await link.close();
    }
  } catch (error) {
    const failure = mapError(error, 'The command');
    terminal.note(failure.message);
    if (failure.kind === 'bug' && failure.cause instanceof Error) terminal.note(failure.cause.message);
    return failure.kind === 'invalid' ? 2 : 1;
  }
};

const parsed = (
  command: Command,
  args: readonly string[],
): { readonly values: Values; readonly positionals: readonly string[] } => {
  try {
    return parseArgs({
      args: [...args],
      options: { ...CONNECTION_OPTIONS, ...command.options },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    // What was typed is not repeated: it may be a password given as an option that does not exist.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new AppError(
      'invalid',
      'bad-arguments',
      `${code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? 'There is no such option.' : 'The arguments cannot be read.'} Use: ${command.usage}`,
    );
  }
};

if (process.argv[1] === import.meta.filename)
  process.exitCode = await runWrit(process.argv.slice(2), terminalOf(process));
