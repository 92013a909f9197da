import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  _electron,
  type BrowserContext,
  chromium,
  type ElectronApplication,
  type Page,
} from '@playwright/test';

const root = join(import.meta.dirname, '..', '..', '..');

/** Which of the two hosts a test drives. */
export type HostName = 'web' | 'desktop';

/** A running host with one page open on it. */
export interface RunningHost {
  readonly page: Page;
  /** The Electron application; null in the web host. */
  readonly electron: ElectronApplication | null;
  /** Process of the backend in the web host; null in the desktop, where it is one of several. */
  readonly backend: number | null;
  /** What the host printed so far. */
  readonly output: () => string;
  /** Ends as a person would: windows closed, backend stopped. */
  stop(): Promise<void>;
  /** Ends host and backend with SIGKILL, as a power cut would. */
  kill(): Promise<void>;
}

export interface HostOptions {
  readonly dataFolder: string;
  readonly viewport: { readonly width: number; readonly height: number };
  /** Called before the page loads anything. */
  readonly watch: (context: BrowserContext) => void;
}

export const startHost = (name: HostName, options: HostOptions): Promise<RunningHost> =>
  name === 'web' ? startWeb(options) : startDesktop(options);

const startWeb = async ({ dataFolder, viewport, watch }: HostOptions): Promise<RunningHost> => {
  const server = spawn(process.execPath, [join(root, 'electron/web/serve.ts')], {
    cwd: root,
    env: { ...process.env, WRIT_DATA: dataFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collectOutput(server);
  try {
    const link = await printedLink(server, output);
    const browser = await chromium.launch(chromiumOptions());
    const context = await browser.newContext({ viewport });
    watch(context);
    const page = await context.newPage();
    await page.goto(link);
    await page.waitForURL((url) => url.search === '');
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      await browser.close();
      await ended(server, signal);
    };
    return {
      page,
      electron: null,
      backend: server.pid ?? null,
      output,
      stop: () => end('SIGTERM'),
      kill: () => end('SIGKILL'),
    };
  } catch (error) {
    await ended(server, 'SIGTERM');
    throw error;
  }
};

const startDesktop = async ({ dataFolder, watch }: HostOptions): Promise<RunningHost> => {
  const electron = await launchElectron(dataFolder);
  const output = collectOutput(electron.process());
  const context = electron.context();
  watch(context);
  const page = await electron.firstWindow().catch(async (error: unknown) => {
    electron.process().kill('SIGKILL');
    throw new Error(`No window: ${output()}`, { cause: error });
  });
  return {
    page,
    electron,
    backend: null,
    output,
    stop: () => electron.close(),
    kill: async () => {
      const main = electron.process();
      const pids = await electron.evaluate(({ app }) => app.getAppMetrics().map((each) => each.pid));
      const gone = new Promise<void>((done) => main.once('exit', () => done()));
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await gone;
    },
  };
};

/** Starts the built desktop host; the program comes from the variable Electron itself knows, else from its package. */
export const launchElectron = async (dataFolder: string): Promise<ElectronApplication> => {
  const main = join(root, 'dist/desktop/main.cjs');
  if (!existsSync(main)) throw new Error('Nothing is built. Run `npm run build`.');
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const launch = (): Promise<ElectronApplication> =>
    _electron.launch({
      ...(folder ? { executablePath: join(folder, 'electron') } : {}),
      args: [...(asRoot ? ['--no-sandbox'] : []), main],
      env: { ...cleanEnvironment(), WRIT_DATA: dataFolder },
      timeout: 30_000,
    });
  // On a busy machine the debugger sometimes misses the program's start and waits for ever; the application has not begun by then.
  return launch().catch((error: unknown) => {
    if (error instanceof Error && error.name === 'TimeoutError') return launch();
    throw error;
  });
};

const cleanEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** Debian's Chromium where it is, else Playwright's own. */
const chromiumOptions = () => {
  const system = '/usr/bin/chromium';
  return { args: ['--no-sandbox'], ...(existsSync(system) ? { executablePath: system } : {}) };
};

const collectOutput = (child: ChildProcess): (() => string) => {
  let text = '';
  const add = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
};

const printedLink = (server: ChildProcess, output: () => string): Promise<string> =>
  new Promise((done, failed) => {
    server.stdout?.on('data', () => {
      const link = /http:\/\/\S+/.exec(output())?.[0];
      if (link) done(link);
    });
    server.once('exit', (code) => failed(new Error(`The web host ended with code ${code}: ${output()}`)));
  });

const ended = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill(signal);
  await gone;
};
