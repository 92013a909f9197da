import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import {
  type AdministratorFile,
  type AdministratorRules,
  administratorFile,
  NO_RULES,
} from '../../shared/model/administrator.ts';
import type { Connection } from '../../shared/model/connection.ts';

/** What the administrator of the machine has laid down. The file is read again each time it is asked for. */
export interface Administrator {
  /** Connections everybody has, in the file's order. */
  connections(): readonly Connection[];
  rules(): AdministratorRules;
  /** Why the file cannot be followed, as a sentence; null where it can or there is none. */
  problem(): string | null;
}

/**
 * Where the administrator's file is: a folder only administrators can write. `WRIT_ADMIN_FILE` names another (for containers and
 * servers), but only where the system's is absent, so that a variable never undoes a lock.
 */
export const administratorFileOf = (
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  there: (file: string) => boolean = existsSync,
): string => {
  const system = systemFile(env, platform);
  if (there(system)) return system;
  const named = env.WRIT_ADMIN_FILE;
  return named && isAbsolute(named) ? named : system;
};

const systemFile = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string => {
  if (platform === 'win32') return join(env.ProgramData ?? 'C:\\ProgramData', 'Writ', 'connections.json');
  if (platform === 'darwin') return '/Library/Application Support/Writ/connections.json';
  return '/etc/writ/connections.json';
};

const NOTHING: AdministratorFile = { version: 1, connections: [], allow: NO_RULES };
/** A file that cannot be read may have locked something: nothing is added or changed until it can. */
const CAUTIOUS: AdministratorFile = {
  ...NOTHING,
  allow: { ...NO_RULES, ownConnections: false, keepPasswords: false },
};

/** The administrator's word from a file; an absent file says nothing. */
export const openAdministrator = (file: string): Administrator => {
  const read = (): { readonly said: AdministratorFile; readonly problem: string | null } => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOENT' || code === 'ENOTDIR') return { said: NOTHING, problem: null };
      return { said: CAUTIOUS, problem: broken(file, 'it cannot be read') };
    }
    try {
      const parsed = administratorFile.safeParse(JSON.parse(text));
      if (parsed.success) return { said: parsed.data, problem: null };
      const [issue] = parsed.error.issues;
      return {
        said: CAUTIOUS,
        problem: broken(file, `it is not valid at ${issue?.path.join('.') || 'its top level'}`),
      };
    } catch {
      return { said: CAUTIOUS, problem: broken(file, 'it is no JSON') };
    }
  };
  return {
    connections: () => read().said.connections,
    rules: () => read().said.allow,
    problem: () => read().problem,
  };
};

const broken = (file: string, why: string): string =>
  `The administrator's file ${file} cannot be followed: ${why}. Until it is repaired, connections cannot be added or changed and passwords are not kept.`;
