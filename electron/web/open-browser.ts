import { spawn } from 'node:child_process';

/** Opens the person's browser where there is one; a machine without a desktop has the printed link. */
export const openBrowser = (link: string, platform: NodeJS.Platform, env: NodeJS.ProcessEnv): void => {
  const command = opener(link, platform, env);
  if (!command) return;
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  // No opener installed: the link is on the screen anyway.
  child.once('error', () => {});
  child.unref();
};

const opener = (
  link: string,
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): readonly [string, ...string[]] | null => {
  if (platform === 'darwin') return ['open', link];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', link];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open', link] : null;
};
