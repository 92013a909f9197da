/** A piece of a text as it is shown: letters, or the name of a character that does not show by itself. */
export interface TextPiece {
  readonly text: string;
  /** What the character is and why it is made visible; null for plain letters. */
  readonly hidden: string | null;
}

/** Characters that reorder, join or hide text, by the Unicode names; a reviewer has to see that they are there. */
const HIDDEN: ReadonlyMap<string, string> = new Map([
  ['\u00ad', 'soft hyphen'],
  ['\u061c', 'Arabic letter mark'],
  ['\u180e', 'Mongolian vowel separator'],
  ['\u200b', 'zero-width space'],
  ['\u200c', 'zero-width non-joiner'],
  ['\u200d', 'zero-width joiner'],
  ['\u200e', 'left-to-right mark'],
  ['\u200f', 'right-to-left mark'],
  ['\u202a', 'left-to-right embedding'],
  ['\u202b', 'right-to-left embedding'],
  ['\u202c', 'pop directional formatting'],
  ['\u202d', 'left-to-right override'],
  ['\u202e', 'right-to-left override'],
  ['\u2060', 'word joiner'],
  ['\u2066', 'left-to-right isolate'],
  ['\u2067', 'right-to-left isolate'],
  ['\u2068', 'first strong isolate'],
  ['\u2069', 'pop directional isolate'],
  ['\ufeff', 'zero-width no-break space'],
  ['\ufff9', 'interlinear annotation anchor'],
]);

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);

const nameOf = (char: string): string | null => {
  const known = HIDDEN.get(char);
  if (known) return known;
  const code = char.codePointAt(0) ?? 0;
  if (isControl(code)) return 'control character';
  if (code >= 0xe0000 && code <= 0xe007f) return 'invisible tag';
  if (code === 0xa0 || code === 0x202f || code === 0x2007) return 'no-break space';
  return null;
};

const codeOf = (char: string): string =>
  `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** A text in pieces, with every character that would not show (or would reorder its neighbours) as its code. */
export const visibleText = (text: string): readonly TextPiece[] => {
  const pieces: TextPiece[] = [];
  let plain = '';
  for (const char of text) {
    const name = nameOf(char);
    if (name === null) {
      plain += char;
      continue;
    }
    if (plain !== '') pieces.push({ text: plain, hidden: null });
    plain = '';
    pieces.push({ text: codeOf(char), hidden: `${codeOf(char)} ${name}` });
  }
  if (plain !== '') pieces.push({ text: plain, hidden: null });
  return pieces;
};
