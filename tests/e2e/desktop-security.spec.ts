import type { ElectronApplication } from '@playwright/test';
import { expect, test, type Writ } from './fixtures.ts';
import { ALL_BLOCKED, attackPolicy } from './support/page-attacks.ts';

// The Electron security checklist (electronjs.org/docs/latest/tutorial/security), asserted in the running application.

const electronOf = (writ: Writ): ElectronApplication => {
  if (!writ.host.electron) throw new Error('not the desktop host');
  return writ.host.electron;
};

/** Refusals are reported on the console; they are what the test wanted. */
const forget = (writ: Writ): void => {
  writ.problems.length = 0;
};

test('the page has no Node, no Electron and only three functions of the preload', async ({ writ }) => {
  const found = await writ.page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
      (name) => name in window,
    ),
    bridge: Object.keys((window as unknown as { writDesktop: object }).writDesktop).sort(),
  }));
  expect(found).toEqual({ node: [], bridge: ['chooseFile', 'onBackendGone', 'requestBackend'] });
});

test('the window is sandboxed, isolated and without integration', async ({ writ }) => {
  const preferences = await electronOf(writ).evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    return (
      contents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    ).getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
  });
});

test('the page comes from the application’s own secure origin', async ({ writ }) => {
  const page = await writ.page.evaluate(() => ({ origin: location.origin, secure: isSecureContext }));
  expect(page).toEqual({ origin: 'writ://app', secure: true });
});

test('navigation elsewhere is refused', async ({ writ }) => {
  for (const address of [
    'https://example.com/',
    'file:///etc/passwd',
    'writ://other/',
    'writ://app/assets/',
  ]) {
    await writ.page.evaluate((url) => {
      window.location.href = url;
    }, address);
    // A navigation that was let through would have replaced the page before this answers.
    await writ.page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
    // What stands behind the # names the sheet, which may still be opening.
    expect(writ.page.url().split('#')[0], address).toBe('writ://app/');
  }
  forget(writ);
});

test('new windows are refused', async ({ writ }) => {
  const opened = await writ.page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.com/';
    link.target = '_blank';
    document.body.append(link);
    link.click();
    link.remove();
    return [window.open('https://example.com/'), window.open('writ://app/'), window.open('about:blank')];
  });
  expect(opened).toEqual([null, null, null]);
  expect(await electronOf(writ).evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(
    1,
  );
  forget(writ);
});

test('permissions are denied', async ({ writ }) => {
  const answers = await writ.page.evaluate(async () => {
    const outcome = async (ask: () => Promise<unknown>): Promise<string> => {
      try {
        const answer = await ask();
        return typeof answer === 'string' ? answer : 'granted';
      } catch (error) {
        return error instanceof Error ? error.name : 'refused';
      }
    };
    return {
      media: await outcome(() => navigator.mediaDevices.getUserMedia({ audio: true, video: true })),
      notifications: await outcome(() => Notification.requestPermission()),
      clipboard: await outcome(() => navigator.clipboard.read()),
      position: await outcome(
        () =>
          new Promise((done, failed) => {
            navigator.geolocation.getCurrentPosition(done, () =>
              failed(new DOMException('', 'NotAllowedError')),
            );
          }),
      ),
      midi: await outcome(() => navigator.requestMIDIAccess({ sysex: true })),
    };
  });
  expect(answers.media).toMatch(/NotAllowedError|NotFoundError/);
  expect(answers.notifications).toBe('denied');
  expect(answers.clipboard).toBe('NotAllowedError');
  expect(answers.position).toBe('NotAllowedError');
  expect(answers.midi).toMatch(/NotAllowedError|SecurityError/);
  forget(writ);
});

test('the page cannot run inline code, eval, or speak to other hosts', async ({ writ }) => {
  expect(await attackPolicy(writ.page)).toEqual(ALL_BLOCKED);
  forget(writ);
});

test('requests to the network are cancelled even where no policy applies', async ({ writ }) => {
  const failure = await electronOf(writ).evaluate(async ({ session }) => {
    try {
      await session.defaultSession.fetch('http://127.0.0.1:9/');
      return 'answered';
    } catch (error) {
      return String(error);
    }
  });
  expect(failure).toContain('ERR_BLOCKED_BY_CLIENT');
});

test('the protocol serves the renderer and nothing else', async ({ writ }) => {
  const statuses = await electronOf(writ).evaluate(async ({ session }) => {
    const ask = async (url: string, method = 'GET'): Promise<number> =>
      (await session.defaultSession.fetch(url, { method })).status;
    return {
      index: await ask('writ://app/'),
      above: await ask('writ://app/../../package.json'),
      encoded: await ask('writ://app/%2e%2e/%2e%2e/package.json'),
      slash: await ask('writ://app/..%2f..%2fpackage.json'),
      absolute: await ask('writ://app//etc/passwd'),
      other: await ask('writ://other/'),
      post: await ask('writ://app/', 'POST'),
    };
  });
  expect(statuses).toEqual({
    index: 200,
    above: 404,
    encoded: 404,
    slash: 404,
    absolute: 404,
    other: 403,
    post: 403,
  });
});

test('files of the disk and webviews are out of reach', async ({ writ }) => {
  const found = await writ.page.evaluate(async () => ({
    file: await fetch('file:///etc/passwd').then(
      () => 'read',
      () => 'refused',
    ),
    webview: document.createElement('webview').constructor.name,
  }));
  expect(found).toEqual({ file: 'refused', webview: 'HTMLElement' });
  forget(writ);
});

test('the main process listens to one message of the page only', async ({ writ }) => {
  const names = await electronOf(writ).evaluate(({ ipcMain }) => ipcMain.eventNames().map(String));
  expect(names.filter((name) => name !== 'error')).toEqual(['writ:backend-request']);
});

test('a port to the backend is handed to the page itself only', async ({ writ }) => {
  const handed = await electronOf(writ).evaluate(({ ipcMain }) => {
    const ask = (frame: { parent: object | null; origin: string } | null): boolean => {
      let got = false;
      const postMessage = (): void => {
        got = true;
      };
      ipcMain.emit('writ:backend-request', { senderFrame: frame && { ...frame, postMessage } });
      return got;
    };
    return {
      page: ask({ parent: null, origin: 'writ://app' }),
      frameInPage: ask({ parent: {}, origin: 'writ://app' }),
      otherSite: ask({ parent: null, origin: 'https://example.com' }),
      otherHost: ask({ parent: null, origin: 'writ://other' }),
      gone: ask(null),
    };
  });
  expect(handed).toEqual({ page: true, frameInPage: false, otherSite: false, otherHost: false, gone: false });
});
