import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleText } from '../../../../renderer/reviews/visible-text.ts';

test('what reorders or hides text is shown by its code', () => {
  expect(visibleText('a\u202eb')).toEqual([
    { text: 'a', hidden: null },
    { text: 'U+202E', hidden: 'U+202E right-to-left override' },
    { text: 'b', hidden: null },
  ]);
  for (const char of ['\u200b', '\u2066', '\ufeff', '\u00a0', '\n', '\u{e0041}'])
    expect(visibleText(char)[0]?.hidden, JSON.stringify(char)).not.toBeNull();
});

test('nothing is lost, and no piece of plain text holds what does not show', () => {
  const hidden = fc.constantFrom('\u200b', '\u202e', '\u2069', '\u00ad', 'x', 'é', '漢', '😀', ' ');
  fc.assert(
    fc.property(fc.array(hidden), (chars) => {
      const pieces = visibleText(chars.join(''));
      const back = pieces.map(({ text, hidden: code }) =>
        code === null ? text : String.fromCodePoint(Number.parseInt(text.slice(2), 16)),
      );
      expect(back.join('')).toBe(chars.join(''));
      for (const piece of pieces)
        if (piece.hidden === null) expect(piece.text).not.toMatch(/[\u200b\u202e\u2069\u00ad]/);
    }),
  );
});
