/** A browser that follows redirects and keeps cookies. `stopAt` ends before the first address it fits. */
export const browse = async (
  start: string,
  stopAt: (url: URL) => boolean = () => false,
): Promise<{ readonly url: URL; readonly status: number; readonly text: string }> => {
  const jar = new Map<string, string>();
  let url = new URL(start);
  for (let hops = 0; hops < 20; hops++) {
    if (stopAt(url)) return { url, status: 0, text: '' };
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next === null) return { url, status: answer.status, text: await answer.text() };
    await answer.body?.cancel();
    url = new URL(next, url);
  }
  throw new Error(`too many redirects at ${url.origin}${url.pathname}`);
};

/** Follows a sign-in up to the answer that the loopback would get, without giving it. */
export const answerOf = async (start: string): Promise<URL> =>
  (await browse(start, (url) => url.pathname === '/callback')).url;
