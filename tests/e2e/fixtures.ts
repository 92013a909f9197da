import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { newDataFolder, removeDataFolder } from './support/data-folder.ts';
import { copyDemo } from './support/demo-template.ts';
import { type HostName, type RunningHost, startHost } from './support/host.ts';

/** `host` is set per project in playwright.config.ts. */
export interface HostOption {
  readonly host: HostName;
}

/** What a file or a group of tests may ask for with `test.use`. */
export interface StartOption {
  /** `copied`: the run's demo, made before; `none`: the application makes it, as on a fresh machine. */
  readonly demo: 'copied' | 'none';
}

/** The application under test on a data folder of its own; `page` changes with every start. */
export interface Writ {
  readonly page: Page;
  readonly dataFolder: string;
  readonly host: RunningHost;
  /** Problems the pages reported: console errors, uncaught errors and rejections, policy violations. A test may clear what it caused on purpose. */
  readonly problems: string[];
  /** Ends and starts again on the same data folder; `kill` ends without warning. */
  restart(how?: 'quit' | 'kill'): Promise<Page>;
}

/**
 * The same journey runs in both hosts: `writ` for tests that restart it, `page` for those that do not.
 * Anything a page reports as an error fails the test.
 */
export const test = base.extend<{ writ: Writ; page: Page } & StartOption, HostOption>({
  host: ['web', { option: true, scope: 'worker' }],
  demo: ['copied', { option: true }],

  writ: async ({ host, demo, viewport }, use, info) => {
    const dataFolder = await newDataFolder();
    if (demo === 'copied') await copyDemo(dataFolder);
    const problems: string[] = [];
    const start = (): Promise<RunningHost> =>
      startHost(host, {
        dataFolder,
        viewport: viewport ?? { width: 1360, height: 860 },
        watch: (context) => watchPages(context, problems),
      });
    let running = await start();
    const writ: Writ = {
      get page() {
        return running.page;
      },
      get host() {
        return running;
      },
      dataFolder,
      problems,
      restart: async (how = 'quit') => {
        await (how === 'quit' ? running.stop() : running.kill());
        running = await start();
        return running.page;
      },
    };
    try {
      await use(writ);
      expect(problems, 'errors reported by the page').toEqual([]);
    } finally {
      await info.attach('host output', { body: running.output(), contentType: 'text/plain' });
      await running.stop();
      await removeDataFolder(dataFolder);
    }
  },

  page: async ({ writ }, use) => {
    await use(writ.page);
  },
});

export { expect };

const watchPages = (context: BrowserContext, problems: string[]): void => {
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) =>
    problems.push(`uncaught: ${error.error().stack ?? error.error().message}`),
  );
};
