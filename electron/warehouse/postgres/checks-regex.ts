/** A pattern for JavaScript's `u` mode. */
export interface Pattern {
  readonly pattern: string;
  readonly ignoreCase: boolean;
}

/** Largest and smallest reading of a character class; which one PostgreSQL takes depends on the locale of the database. */
type Readings = readonly [largest: string, smallest: string];

const WORD: Readings = ['\\p{Alphabetic}\\p{M}\\p{N}\\p{Pc}\\u200c\\u200d', 'A-Za-z0-9_'];
const DIGIT: Readings = ['\\p{Nd}', '0-9'];
const SPACE: Readings = ['\\s\\x85', ' \\t\\n\\r\\f\\v'];
const CLASS_ESCAPES: Readonly<Record<string, Readings>> = { d: DIGIT, s: SPACE, w: WORD };
const NAMED: Readonly<Record<string, Readings>> = {
  alpha: ['\\p{Alphabetic}\\p{M}', 'A-Za-z'],
  digit: DIGIT,
  alnum: ['\\p{Alphabetic}\\p{M}\\p{N}', 'A-Za-z0-9'],
  upper: ['\\p{Uppercase}\\p{Lt}', 'A-Z'],
  lower: ['\\p{Lowercase}\\p{Lt}', 'a-z'],
  space: SPACE,
  punct: ['\\p{P}\\p{S}', '!-\\/:-@\\[-`\\{-~'],
  xdigit: ['0-9A-Fa-f', '0-9A-Fa-f'],
  blank: ['\\p{Zs}\\t', ' \\t'],
  word: WORD,
};
const SYNTAX = new Set('^$\\.*+?()[]{}|/');
const SAME = new Set('nrtfv123456789');

/**
 * A PostgreSQL regular expression (manual 9.7.3) as JavaScript's, or null where the two would differ. A value that
 * the database accepts is never refused; the other way round is left to the database. `negate`: values must not match.
 */
export const javascriptPattern = (source: string, ignoreCase: boolean, negate = false): Pattern | null => {
  let rest = source;
  let insensitive = ignoreCase;
  if (rest.startsWith('***')) return null;
  const options = /^\(\?([a-z]+)\)/.exec(rest);
  if (options) {
    if (options[1] !== 'i') return null;
    insensitive = true;
    rest = rest.slice(options[0].length);
  }
  let out = '';
  for (let i = 0; i < rest.length; ) {
    const char = rest[i] as string;
    if (char === '[') {
      const set = bracket(rest, i, negate);
      if (!set) return null;
      out += set.text;
      i = set.end;
    } else if (char === '\\') {
      const next = rest[i + 1];
      const escaped = next === undefined ? null : escapeOutside(next, negate);
      if (escaped === null) return null;
      out += escaped;
      i += 2;
    } else if (char === '(' && rest[i + 1] === '?' && !/^\(\?(?::|=|!|<=|<!)/.test(rest.slice(i))) {
      return null;
    } else {
      // A dot includes line ends there.
      out += char === '.' ? '[^]' : char === ']' || char === '}' ? closing(out, char) : char;
      i++;
    }
  }
  // Without case these two mean any letter there.
  if (insensitive && /\[:(upper|lower):\]/.test(rest)) return null;
  // A negative lookaround turns around which reading of a class is the lenient one.
  if (/\(\?<?!/.test(rest) && /\\[dswDSW]|\[:/.test(rest)) return null;
  try {
    new RegExp(out, 'u');
  } catch {
    return null;
  }
  return { pattern: out, ignoreCase: insensitive };
};

const closing = (before: string, char: string): string =>
  char === '}' && /\{\d+(,\d*)?$/.test(before) ? char : `\\${char}`;

const reading = (readings: Readings, smallest: boolean): string => readings[smallest ? 1 : 0];

const escapeOutside = (next: string, negate: boolean): string | null => {
  const set = CLASS_ESCAPES[next];
  if (set) return `[${reading(set, negate)}]`;
  const inverse = CLASS_ESCAPES[next.toLowerCase()];
  if (inverse && next !== next.toLowerCase()) return `[^${reading(inverse, !negate)}]`;
  if (next === 'A') return '^';
  if (next === 'Z') return '$';
  if (SAME.has(next)) return `\\${next}`;
  if (/[\p{L}\p{N}]/u.test(next)) return null;
  return SYNTAX.has(next) ? `\\${next}` : next;
};

const bracket = (source: string, start: number, negate: boolean): { text: string; end: number } | null => {
  let i = start + 1;
  let out = '[';
  const complement = source[i] === '^';
  if (complement) {
    out += '^';
    i++;
  }
  // In a complement the smallest reading leaves the most in.
  const smallest = complement !== negate;
  for (let first = true; ; first = false) {
    const char = source[i];
    if (char === undefined) return null;
    if (char === ']' && !first) return { text: `${out}]`, end: i + 1 };
    if (char === '[') {
      const named = /^\[:([a-z]+):\]/.exec(source.slice(i));
      const set = named?.[1] ? NAMED[named[1]] : undefined;
      if (named && set) {
        out += reading(set, smallest);
        i += named[0].length;
        continue;
      }
      if (/^\[[.=:]/.test(source.slice(i))) return null;
      out += '\\[';
      i++;
    } else if (char === '\\') {
      const next = source[i + 1];
      if (next === undefined) return null;
      const set = CLASS_ESCAPES[next];
      if (set) out += reading(set, smallest);
      else if (SAME.has(next) && !/\d/.test(next)) out += `\\${next}`;
      else if (/[\p{L}\p{N}]/u.test(next)) return null;
      else out += SYNTAX.has(next) || next === '-' ? `\\${next}` : next;
      i += 2;
    } else {
      const literalDash = char === '-' && (first || source[i + 1] === ']');
      out += literalDash || (char !== '-' && SYNTAX.has(char)) ? `\\${char}` : char;
      i++;
    }
  }
};

/** A LIKE pattern (backslash escapes) as a regular expression over the whole value. */
export const likePattern = (source: string): string => {
  let out = '^';
  for (let i = 0; i < source.length; i++) {
    let char = source[i] as string;
    if (char === '%') out += '[^]*';
    else if (char === '_') out += '[^]';
    else {
      if (char === '\\' && i + 1 < source.length) char = source[++i] as string;
      out += SYNTAX.has(char) ? `\\${char}` : char;
    }
  }
  return `${out}$`;
};
