import type { ColumnType } from '../../../shared/model/sheet.ts';
import type { Tree } from './checks-tree.ts';

/** The type of a column of the sheet by its name; undefined for a column that is not in it. */
export type TypeOf = (column: string) => ColumnType | undefined;

export type Constant = Extract<Tree, { kind: 'constant' }>;

const TEXTUAL = new Set(['text', 'character varying', 'bpchar', 'character', 'name', 'citext']);
const bare = (type: string): string => type.replace(/^.*\./, '').replace('()', '').replace(/\[\]$/, '');

/** The tree without the casts that change no value, negative numbers as constants; null when another cast remains. */
export const simplify = (tree: Tree, typeOf: TypeOf): Tree | null => {
  switch (tree.kind) {
    case 'constant':
    case 'column':
      return tree;
    case 'cast':
      return simplifyCast(tree, typeOf);
    case 'negative': {
      const of = simplify(tree.of, typeOf);
      if (of?.kind === 'constant' && of.type === 'number')
        return { ...of, text: of.text.startsWith('-') ? of.text.slice(1) : `-${of.text}` };
      return of ? { kind: 'negative', of } : null;
    }
    case 'operator': {
      const left = simplify(tree.left, typeOf);
      const right = simplify(tree.right, typeOf);
      return left && right ? { ...tree, left, right } : null;
    }
    case 'every': {
      const of = simplify(tree.of, typeOf);
      const array = simplify(tree.array, typeOf);
      return of && array ? { ...tree, of, array } : null;
    }
    case 'not':
    case 'is-null': {
      const of = simplify(tree.of, typeOf);
      return of ? { ...tree, of } : null;
    }
    case 'call': {
      const args = all(tree.args, typeOf);
      return args ? { ...tree, args } : null;
    }
    case 'array':
    case 'or':
    case 'and': {
      const items = all(tree.items, typeOf);
      return items ? { ...tree, items } : null;
    }
  }
};

const all = (trees: readonly Tree[], typeOf: TypeOf): Tree[] | null => {
  const done = trees.map((tree) => simplify(tree, typeOf));
  return done.every((tree) => tree !== null) ? done : null;
};

const simplifyCast = (tree: Extract<Tree, { kind: 'cast' }>, typeOf: TypeOf): Tree | null => {
  const of = simplify(tree.of, typeOf);
  if (!of) return null;
  const type = bare(tree.type);
  if (of.kind === 'constant') return constantAs(of, tree.of, type, tree.type.endsWith('[]'));
  // A modifier cuts or rounds.
  if (tree.type.includes('()')) return null;
  if (of.kind === 'array') return TEXTUAL.has(type) || type === 'numeric' ? of : null;
  if (of.kind === 'call') return TEXTUAL.has(type) ? of : null;
  if (of.kind !== 'column') return null;
  const kind = typeOf(of.name)?.kind;
  if (TEXTUAL.has(type))
    return kind === 'text' || kind === 'enum' || kind === 'integer' || kind === 'uuid' ? of : null;
  if (kind === 'integer')
    return ['numeric', 'bigint', 'integer', 'double precision'].includes(type) ? of : null;
  if (kind === 'decimal') return type === 'numeric' ? of : null;
  if (kind === 'float') return type === 'double precision' ? of : null;
  // A domain over the column's own type, as in `(value)::plan.code`.
  return tree.type.includes('.') ? null : sameType(kind, type) ? of : null;
};

const sameType = (kind: string | undefined, type: string): boolean =>
  (kind === 'boolean' && type === 'boolean') || (kind === 'date' && type === 'date');

const NUMERIC = new Set(['numeric', 'integer', 'bigint', 'smallint', 'real', 'double precision']);

const constantAs = (value: Constant, source: Tree, type: string, isArray: boolean): Tree | null => {
  if (value.type === 'null') return value;
  if (isArray) return arrayLiteral(value.text);
  if (value.type !== 'text') return TEXTUAL.has(type) || NUMERIC.has(type) ? value : null;
  if (TEXTUAL.has(type)) return value;
  // 'now'::text::date is a function in disguise, 'x'::date is a literal.
  if (source.kind === 'cast' && !NUMERIC.has(type)) return null;
  return NUMERIC.has(type) ? { ...value, type: 'number' } : value;
};

/** `{a,b}` without quoting or nesting; anything more is not understood. */
const arrayLiteral = (text: string): Tree | null => {
  const body = /^\{([^"{}\\]*)\}$/.exec(text)?.[1];
  if (body === undefined) return null;
  const items = body === '' ? [] : body.split(',');
  if (items.some((item) => /^null$/i.test(item))) return null;
  return { kind: 'array', items: items.map((item) => ({ kind: 'constant', type: 'text', text: item })) };
};

const PLAIN = /^-?\d+(\.\d+)?$/;
const SHAPES: Partial<Readonly<Record<ColumnType['kind'], RegExp>>> = {
  decimal: PLAIN,
  integer: PLAIN,
  float: PLAIN,
  date: /^\d{4,}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:\d\d(\.\d+)?$/,
  timestamp: /^\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d){0,2})?$/,
  boolean: /^(true|false)$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  text: /^/,
  enum: /^/,
};

/** A constant as canonical text of a column's type, or null when it is not plainly that (`'today'`, NaN, infinity). */
export const canonical = (value: Constant, type: ColumnType): string | null => {
  if (value.type === 'null') return null;
  const shape = SHAPES[type.kind];
  return shape?.test(value.text) ? value.text : null;
};
