import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** One file of the built renderer. */
export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** The name holds a hash of the content, so it never changes. */
  readonly immutable: boolean;
}

/** Answers the file of a URL path, or null. */
export type Assets = (pathname: string) => Promise<Asset | null>;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/**
 * The files below `folder` as they are now, `/` being index.html. Paths are looked up in this list and never joined,
 * so no request can reach a file outside it; links are not followed.
 */
export const listAssets = async (folder: string): Promise<Assets> => {
  const files = new Map<string, string>();
  await collect(folder, '', files);
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return async (pathname) => {
    const file = files.get(pathname);
    if (file === undefined) return null;
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return { body: await readFile(file), type, immutable: pathname.startsWith('/assets/') };
  };
};

const collect = async (folder: string, prefix: string, files: Map<string, string>): Promise<void> => {
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
    const path = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) await collect(folder, path, files);
    else if (entry.isFile()) files.set(path, join(folder, path));
  }
};
