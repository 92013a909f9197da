import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * Where journal, settings and the embedded warehouse live: `WRIT_DATA`, else the folder the system gives an
 * application named Writ, the same in both hosts.
 */
export const dataFolder = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string => {
  if (env.WRIT_DATA) return resolve(env.WRIT_DATA);
  return join(applicationData(env, platform), 'Writ');
};

const applicationData = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string => {
  if (platform === 'win32') return env.APPDATA ?? join(homedir(), 'AppData', 'Roaming');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  // XDG base directories: a relative value must be ignored.
  const config = env.XDG_CONFIG_HOME;
  return config && isAbsolute(config) ? config : join(homedir(), '.config');
};
