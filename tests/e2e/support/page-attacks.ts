import type { Page } from '@playwright/test';

/** What happened to code a page must not be able to run; every field names the outcome. */
export interface PolicyOutcome {
  readonly evaluated: string;
  readonly compiled: string;
  readonly inlineScript: string;
  readonly inlineHandler: string;
  readonly dataScript: string;
  readonly frame: string;
  readonly connected: string;
  readonly socket: string;
}

/** Tries, from a task of the page itself, what its policy forbids (code sent by the debugger would be exempt). */
export const attackPolicy = (page: Page): Promise<PolicyOutcome> =>
  page.evaluate(async () => {
    const inTask = <T>(work: () => T | Promise<T>): Promise<T | string> =>
      new Promise((done) => {
        setTimeout(async () => {
          try {
            done(await work());
          } catch (error) {
            done(error instanceof Error ? error.name : 'error');
          }
        });
      });
    const world = window as unknown as Record<string, unknown>;
    const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 150));
    const addScript = async (mark: string, fill: (script: HTMLScriptElement) => void): Promise<string> => {
      const script = document.createElement('script');
      fill(script);
      document.body.append(script);
      await settle();
      script.remove();
      return world[mark] === undefined ? 'blocked' : 'ran';
    };
    const evaluated = await inTask(() => String((world.eval as (code: string) => unknown)('1 + 1')));
    const compiled = await inTask(() => String(new Function('return 2')()));
    const inlineScript = await addScript('inlineRan', (script) => {
      script.textContent = 'window.inlineRan = true';
    });
    const dataScript = await addScript('dataRan', (script) => {
      script.src = 'data:text/javascript,window.dataRan=true';
    });
    const button = document.createElement('button');
    button.setAttribute('onclick', 'window.handlerRan = true');
    document.body.append(button);
    button.click();
    button.remove();
    const inlineHandler = world.handlerRan === undefined ? 'blocked' : 'ran';
    const frameElement = document.createElement('iframe');
    const blockedFrame = new Promise<string>((done) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        if (event.effectiveDirective === 'frame-src') done('blocked');
      });
      setTimeout(() => done('loaded'), 2000);
    });
    frameElement.src = 'https://example.com/';
    document.body.append(frameElement);
    const frame = await blockedFrame;
    frameElement.remove();
    const connected = await inTask(async () => (await fetch('https://example.com/')).type);
    const socket = await inTask(
      () =>
        new Promise<string>((done) => {
          const opened = new WebSocket('ws://127.0.0.1:9/');
          document.addEventListener('securitypolicyviolation', () => done('blocked'), { once: true });
          opened.onclose = () => done('tried');
        }),
    );
    return { evaluated, compiled, inlineScript, inlineHandler, dataScript, frame, connected, socket };
  });

/** What `attackPolicy` must answer. */
export const ALL_BLOCKED: PolicyOutcome = {
  evaluated: 'EvalError',
  compiled: 'EvalError',
  inlineScript: 'blocked',
  inlineHandler: 'blocked',
  dataScript: 'blocked',
  frame: 'blocked',
  connected: 'TypeError',
  socket: 'blocked',
};
