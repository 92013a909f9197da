import type { TextEncodingName } from '../../shared/contract/exchange.ts';
import { AppError } from '../../shared/model/failure.ts';

export interface DecodedText {
  readonly text: string;
  readonly encoding: TextEncodingName;
}

/** Bytes looked at to find UTF-16 without a byte order mark. */
const SAMPLE = 4096;

/**
 * The text of a file: by its byte order mark, else UTF-16 where every second byte is mostly zero, else UTF-8 where the bytes
 * are that, else Windows-1252; or in the encoding given. The mark is dropped. Throws AppError `invalid` naming the line when the
 * given encoding does not fit.
 */
export const decodeText = (bytes: Uint8Array, wanted?: TextEncodingName): DecodedText => {
  const encoding = wanted ?? markedEncoding(bytes) ?? unmarkedEncoding(bytes);
  if (encoding === 'windows-1252') return { encoding, text: new TextDecoder(encoding).decode(bytes) };
  try {
    return { encoding, text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch (cause) {
    if (wanted === undefined && encoding === 'utf-8')
      return { encoding: 'windows-1252', text: new TextDecoder('windows-1252').decode(bytes) };
    const line = lineOfFault(bytes, encoding);
    throw new AppError(
      'invalid',
      'encoding',
      `Line ${line} is not ${LABELS[encoding]}. Choose another encoding, or save the file again as UTF-8.`,
      { details: { line }, cause },
    );
  }
};

const LABELS: Readonly<Record<TextEncodingName, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16 (big endian)',
  'windows-1252': 'Windows-1252',
};

const markedEncoding = ([a, b, c]: Uint8Array): TextEncodingName | null => {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : null;
};

const unmarkedEncoding = (bytes: Uint8Array): TextEncodingName => {
  const length = Math.min(SAMPLE, bytes.length) & ~1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const half = length / 4;
  if (odd > half && even === 0) return 'utf-16le';
  return even > half && odd === 0 ? 'utf-16be' : 'utf-8';
};

/** The line on which decoding stops: everything before it is decoded piece by piece. */
const lineOfFault = (bytes: Uint8Array, encoding: TextEncodingName): number => {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  try {
    for (let at = 0; at < bytes.length; at += 2) {
      const text = decoder.decode(bytes.subarray(at, at + 2), { stream: true });
      for (const c of text) if (c === '\n') line++;
    }
  } catch {
    // The line reached is the answer.
  }
  return line;
};
