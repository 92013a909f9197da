import Big from 'big.js';
import { AppError } from '../model/failure.ts';

/** What a person may type into a number cell beside a plain number: `=1200*1.05`, `+10%`, `-5%`, `*1.1`, `5k`, `1.2m`. */
const SUFFIX: Readonly<Record<string, string>> = { k: '1000', m: '1000000', b: '1000000000' };
const MAX_LENGTH = 500;
/** Decimal places of a quotient that does not end, for example 1/3; the column's own scale then decides. */
const DIVISION_PLACES = 30;

type Token =
  | { readonly kind: 'number'; readonly value: Big }
  | { readonly kind: 'sign'; readonly sign: string };

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Whether the text is arithmetic, so that a plain number keeps its own path. */
export const isArithmetic = (text: string): boolean => {
  // Most cells are plain numbers; arithmetic begins with a sign or ends with one, or with a letter.
  if (isDigit(text.charCodeAt(0)) && isDigit(text.charCodeAt(text.length - 1))) return false;
  const trimmed = text.trim();
  return (
    /^=/.test(trimmed) ||
    /^[+*/-]\s*[\d.]+\s*%$/.test(trimmed) ||
    /^[*/]\s*[\d.]/.test(trimmed) ||
    /^-?[\d.]+\s*[kmb]$/i.test(trimmed)
  );
};

/**
 * The exact value of typed arithmetic as plain decimal text; `current` is the cell's value, on which `+10%` and `*1.1`
 * act. Numbers use a point as decimal separator (the caller normalises the locale). Throws AppError `invalid`.
 */
export const evaluateArithmetic = (text: string, current: string | null): string => {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) throw bad(`The formula is longer than ${MAX_LENGTH} characters.`);
  const relative = /^([+-])\s*([\d.]+)\s*%$/.exec(trimmed);
  if (relative) {
    const base = currentValue(current);
    const change = base.times(number(relative[2] ?? '')).div('100');
    return plain(relative[1] === '-' ? base.minus(change) : base.plus(change));
  }
  if (/^[*/]/.test(trimmed)) return plain(parse(`${plain(currentValue(current))}${trimmed}`));
  return plain(parse(trimmed.replace(/^=/, '')));
};

const currentValue = (current: string | null): Big => {
  if (current === null) throw bad('The cell is empty, so there is nothing to change in proportion.');
  return number(current);
};

const exactBig = (): typeof Big => {
  const exact = Big();
  exact.DP = DIVISION_PLACES;
  exact.RM = 1;
  exact.NE = -1_000_000;
  exact.PE = 1_000_000;
  return exact as typeof Big;
};

const number = (text: string): Big => {
  try {
    return new (exactBig())(text);
  } catch {
    throw bad(`"${text.slice(0, 40)}" is not a number.`);
  }
};

const plain = (value: Big): string => {
  const text = value.toFixed();
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
};

const bad = (message: string): AppError => new AppError('invalid', 'arithmetic', message);

const tokens = (text: string): readonly Token[] => {
  const found: Token[] = [];
  const pattern = /\s*(?:(\d+(?:\.\d*)?|\.\d+)\s*([kmb%])?|([-+*/()]))/giy;
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match)
      throw bad(
        `"${text.slice(at).trim().slice(0, 20)}" is not understood here. Use numbers, + - * / and brackets.`,
      );
    const [, digits, suffix, sign] = match;
    if (digits !== undefined) found.push({ kind: 'number', value: scaled(number(digits), suffix) });
    else found.push({ kind: 'sign', sign: sign ?? '' });
  }
  return found;
};

const scaled = (value: Big, suffix: string | undefined): Big => {
  if (suffix === undefined) return value;
  if (suffix === '%') return value.div('100');
  return value.times(SUFFIX[suffix.toLowerCase()] ?? '1');
};

/** Recursive descent: sum of products of signed factors. */
const parse = (text: string): Big => {
  const all = tokens(text);
  let at = 0;
  const sign = (...wanted: readonly string[]): string | null => {
    const token = all[at];
    if (token?.kind !== 'sign' || !wanted.includes(token.sign)) return null;
    at++;
    return token.sign;
  };
  const factor = (): Big => {
    const minus = sign('-', '+');
    if (minus) return minus === '-' ? factor().times('-1') : factor();
    if (sign('(')) {
      const inner = sum();
      if (!sign(')')) throw bad('A closing bracket is missing.');
      return inner;
    }
    const token = all[at++];
    if (token?.kind !== 'number') throw bad('A number is missing in the formula.');
    return token.value;
  };
  const product = (): Big => {
    let value = factor();
    for (let op = sign('*', '/'); op; op = sign('*', '/')) {
      const right = factor();
      if (op === '/' && right.eq('0')) throw bad('The formula divides by zero.');
      value = op === '*' ? value.times(right) : value.div(right);
    }
    return value;
  };
  const sum = (): Big => {
    let value = product();
    for (let op = sign('+', '-'); op; op = sign('+', '-'))
      value = op === '+' ? value.plus(product()) : value.minus(product());
    return value;
  };
  const value = sum();
  if (at < all.length) throw bad('The formula has something left over at its end.');
  return value;
};
