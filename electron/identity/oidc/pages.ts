/** What the browser shows at the end of a sign-in; nothing of the answer is repeated in it. */
export type PageName = 'done' | 'failed' | 'not-ours' | 'answered' | 'not-found' | 'ended';

const TEXTS: Readonly<Record<PageName, readonly [status: number, title: string, text: string]>> = {
  done: [200, 'Signed in', 'This window can be closed. Go on in Writ.'],
  failed: [
    200,
    'Not signed in',
    'The sign-in did not work. Writ says why; it can be tried again from there.',
  ],
  'not-ours': [
    400,
    'Not accepted',
    'This answer does not belong to the sign-in that is under way. Start it again in Writ.',
  ],
  answered: [410, 'Already answered', 'This sign-in was answered before. Start it again in Writ.'],
  'not-found': [404, 'Not found', 'There is nothing at this address.'],
  ended: [410, 'Ended', 'This sign-in was cancelled or took too long. Start it again in Writ.'],
};

/** One of the pages, with its HTTP status; it loads nothing and runs nothing. */
export const pageOf = (name: PageName): { readonly status: number; readonly html: string } => {
  const [status, title, text] = TEXTS[name];
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title} – Writ</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:18vh auto;padding:0 1.5em}h1{font-size:1.4em}</style><main><h1>${title}</h1><p>${text}</p></main></html>`;
  return { status, html };
};
