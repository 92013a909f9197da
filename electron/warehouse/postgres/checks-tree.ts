/** A small tree of the SQL that PostgreSQL prints for constraints and defaults. `unknown` stands for anything not understood. */
export type Tree =
  | { readonly kind: 'column'; readonly name: string }
  | {
      readonly kind: 'constant';
      readonly type: 'text' | 'number' | 'boolean' | 'null';
      readonly text: string;
    }
  | { readonly kind: 'cast'; readonly of: Tree; readonly type: string }
  | { readonly kind: 'operator'; readonly name: string; readonly left: Tree; readonly right: Tree }
  | { readonly kind: 'negative'; readonly of: Tree }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Tree[] }
  | { readonly kind: 'array'; readonly items: readonly Tree[] }
  | {
      readonly kind: 'every';
      readonly name: string;
      readonly of: Tree;
      readonly array: Tree;
      readonly any: boolean;
    }
  | { readonly kind: 'and' | 'or'; readonly items: readonly Tree[] }
  | { readonly kind: 'not'; readonly of: Tree }
  | { readonly kind: 'is-null'; readonly of: Tree };

type Token = {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'operator' | 'mark';
  readonly text: string;
};

const TOKEN =
  /\s+|(E'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*')|("(?:[^"]|"")*")|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_$]*)|(::|[()[\],.])|([-+*/<>=~!@#%^&|`?]+)/uy;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

const textOf = (literal: string): string | null => {
  if (!literal.startsWith('E')) return literal.slice(1, -1).replaceAll("''", "'");
  const body = literal.slice(2, -1).replaceAll("''", "'");
  // Octal, hex and unicode escapes are never printed by the server.
  if (/\\[0-7xuU]/.test(body.replaceAll('\\\\', ''))) return null;
  return body.replace(/\\([\s\S])/g, (_, char: string) => ESCAPES[char] ?? char);
};

const tokensOf = (sql: string): Token[] | null => {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const match = TOKEN.exec(sql);
    if (!match) return null;
    const [, text, quoted, number, word, mark, operator] = match;
    if (text !== undefined) {
      const value = textOf(text);
      if (value === null) return null;
      tokens.push({ kind: 'text', text: value });
    } else if (quoted !== undefined)
      tokens.push({ kind: 'quoted', text: quoted.slice(1, -1).replaceAll('""', '"') });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator });
  }
  return tokens;
};

/** Thrown inside the parser only; `parseTree` answers null for it. */
class NotUnderstood extends Error {}

const COMPARISONS = new Set([
  '=',
  '<>',
  '<',
  '>',
  '<=',
  '>=',
  '~',
  '~*',
  '!~',
  '!~*',
  '~~',
  '!~~',
  '~~*',
  '!~~*',
]);
const TYPE_TAILS: Readonly<Record<string, readonly string[]>> = {
  character: ['varying'],
  bit: ['varying'],
  double: ['precision'],
};
// Syntax of its own that only looks like a name or a call.
const SPECIAL = new Set(
  'CASE EXTRACT TRIM OVERLAY SUBSTRING POSITION NULLIF GREATEST LEAST CAST ROW SELECT EXISTS COLLATE AT INTERVAL'.split(
    ' ',
  ),
);

/** Parses the deparsed subset, precedence as in the manual (4.1.6); null when something in it is not understood. */
export const parseTree = (sql: string): Tree | null => {
  const tokens = tokensOf(sql);
  if (!tokens) return null;
  const parser = new Parser(tokens);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
};

class Parser {
  readonly tokens: readonly Token[];
  at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Tree {
    const tree = this.or();
    if (this.at < this.tokens.length) throw new NotUnderstood();
    return tree;
  }

  private is(kind: Token['kind'], text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === kind && (kind === 'word' ? token.text.toUpperCase() : token.text) === text;
  }

  private take(kind: Token['kind'], text: string): boolean {
    if (!this.is(kind, text)) return false;
    this.at++;
    return true;
  }

  private need(kind: Token['kind'], text: string): void {
    if (!this.take(kind, text)) throw new NotUnderstood();
  }

  private or(): Tree {
    const items = [this.and()];
    while (this.take('word', 'OR')) items.push(this.and());
    return items.length === 1 ? (items[0] as Tree) : { kind: 'or', items };
  }

  private and(): Tree {
    const items = [this.not()];
    while (this.take('word', 'AND')) items.push(this.not());
    return items.length === 1 ? (items[0] as Tree) : { kind: 'and', items };
  }

  private not(): Tree {
    return this.take('word', 'NOT') ? { kind: 'not', of: this.not() } : this.comparison();
  }

  private comparison(): Tree {
    let left = this.sum();
    for (;;) {
      if (this.take('word', 'IS')) left = this.isTail(left);
      else {
        const token = this.tokens[this.at];
        if (token?.kind !== 'operator' || !COMPARISONS.has(token.text)) return left;
        this.at++;
        const any = this.take('word', 'ANY');
        if (any || this.take('word', 'ALL')) {
          this.need('mark', '(');
          left = { kind: 'every', name: token.text, of: left, array: this.or(), any };
          this.need('mark', ')');
        } else left = { kind: 'operator', name: token.text, left, right: this.sum() };
      }
    }
  }

  private isTail(of: Tree): Tree {
    const negated = this.take('word', 'NOT');
    this.need('word', 'NULL');
    return negated ? { kind: 'not', of: { kind: 'is-null', of } } : { kind: 'is-null', of };
  }

  private sum(): Tree {
    let left = this.product();
    for (;;) {
      const name = ['+', '-', '||'].find((text) => this.take('operator', text));
      if (name === undefined) return left;
      left = { kind: 'operator', name, left, right: this.product() };
    }
  }

  private product(): Tree {
    let left = this.unary();
    for (;;) {
      const name = ['*', '/', '%'].find((text) => this.take('operator', text));
      if (name === undefined) return left;
      left = { kind: 'operator', name, left, right: this.unary() };
    }
  }

  private unary(): Tree {
    if (this.take('operator', '-')) return { kind: 'negative', of: this.unary() };
    return this.casts(this.primary());
  }

  private casts(tree: Tree): Tree {
    let of = tree;
    while (this.take('mark', '::')) of = { kind: 'cast', of, type: this.type() };
    return of;
  }

  /** A type name as text, schema and modifiers included. */
  private type(): string {
    let name = this.name();
    while (this.take('mark', '.')) name = `${name}.${this.name()}`;
    for (const tail of TYPE_TAILS[name] ?? []) if (this.take('word', tail.toUpperCase())) name += ` ${tail}`;
    if (this.take('mark', '(')) {
      name += '()';
      while (!this.take('mark', ')')) if (this.at++ >= this.tokens.length) throw new NotUnderstood();
    }
    if (this.is('word', 'WITH') || this.is('word', 'WITHOUT')) {
      name += ` ${this.name().toLowerCase()} time zone`;
      this.need('word', 'TIME');
      this.need('word', 'ZONE');
    }
    while (this.take('mark', '[')) {
      this.need('mark', ']');
      name += '[]';
    }
    return name;
  }

  private name(): string {
    const token = this.tokens[this.at++];
    if (token?.kind !== 'word' && token?.kind !== 'quoted') throw new NotUnderstood();
    return token.text;
  }

  private list(end: string): Tree[] {
    const items: Tree[] = [];
    if (this.take('mark', end)) return items;
    do items.push(this.or());
    while (this.take('mark', ','));
    this.need('mark', end);
    return items;
  }

  private primary(): Tree {
    const token = this.tokens[this.at];
    if (!token) throw new NotUnderstood();
    if (this.take('mark', '(')) {
      const inner = this.or();
      this.need('mark', ')');
      return inner;
    }
    this.at++;
    if (token.kind === 'text') return { kind: 'constant', type: 'text', text: token.text };
    if (token.kind === 'number') return { kind: 'constant', type: 'number', text: token.text };
    if (token.kind === 'quoted') return this.named(token.text);
    if (token.kind !== 'word') throw new NotUnderstood();
    const upper = token.text.toUpperCase();
    if (upper === 'TRUE' || upper === 'FALSE')
      return { kind: 'constant', type: 'boolean', text: upper.toLowerCase() };
    if (upper === 'NULL') return { kind: 'constant', type: 'null', text: '' };
    if (upper === 'ARRAY' && this.take('mark', '[')) return { kind: 'array', items: this.list(']') };
    if (token.text === upper && SPECIAL.has(upper)) {
      if (upper === 'TRIM') return this.trim();
      throw new NotUnderstood();
    }
    // Printed in capitals without quotes: a keyword (CURRENT_DATE), or VALUE of a domain.
    if (token.text === upper && /^\p{Lu}/u.test(upper) && upper !== 'VALUE' && !this.is('mark', '('))
      throw new NotUnderstood();
    return this.named(token.text);
  }

  private trim(): Tree {
    this.need('mark', '(');
    this.need('word', 'BOTH');
    this.need('word', 'FROM');
    const of = this.or();
    this.need('mark', ')');
    return { kind: 'call', name: 'btrim', args: [of] };
  }

  private named(first: string): Tree {
    let name = first;
    let parts = 1;
    while (this.take('mark', '.')) {
      name = `${name}.${this.name()}`;
      parts++;
    }
    if (this.take('mark', '(')) return { kind: 'call', name, args: this.list(')') };
    if (parts > 1) throw new NotUnderstood();
    return { kind: 'column', name };
  }
}
