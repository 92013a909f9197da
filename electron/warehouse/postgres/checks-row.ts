import type { ColumnType } from '../../../shared/model/sheet.ts';
import { canonical, type TypeOf } from './checks-simplify.ts';
import type { Tree } from './checks-tree.ts';

/** A row rule's CEL expression and the columns it reads. */
export interface RowExpression {
  readonly expression: string;
  readonly columns: string[];
}

const RESERVED = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while'.split(
    ' ',
  ),
);
const COMPARE: Readonly<Record<string, string>> = {
  ...{ '=': '==', '<>': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
};
const EXACT = new Set(['decimal', 'integer']);
const ORDERED = new Set(['decimal', 'integer', 'float', 'date', 'timestamp', 'time']);

/** Thrown inside only; `rowExpression` answers null for it. */
class NotTranslated extends Error {}

/**
 * A condition over a row as CEL that is true exactly when SQL's is not false: null is guarded at every comparison,
 * so the result does not depend on how CEL treats it. Null when the condition cannot be said exactly.
 */
export const rowExpression = (tree: Tree, typeOf: TypeOf): RowExpression | null => {
  const columns = new Set<string>();
  try {
    const expression = notFalse(tree, typeOf, columns);
    return columns.size ? { expression, columns: [...columns] } : null;
  } catch (error) {
    if (error instanceof NotTranslated) return null;
    throw error;
  }
};

const notFalse = (tree: Tree, typeOf: TypeOf, seen: Set<string>): string => {
  if (tree.kind === 'and') return joined(tree.items, '&&', (item) => notFalse(item, typeOf, seen));
  if (tree.kind === 'or')
    return joined(withoutGuarded(tree.items, typeOf), '||', (item) => notFalse(item, typeOf, seen));
  if (tree.kind === 'not') return `!(${isTrue(tree.of, typeOf, seen)})`;
  const { nullable, text } = atom(tree, typeOf, seen);
  return nullable.length ? `(${[...nullable.map((name) => `${name} == null`), text].join(' || ')})` : text;
};

const isTrue = (tree: Tree, typeOf: TypeOf, seen: Set<string>): string => {
  if (tree.kind === 'and') return joined(tree.items, '&&', (item) => isTrue(item, typeOf, seen));
  if (tree.kind === 'or') return joined(tree.items, '||', (item) => isTrue(item, typeOf, seen));
  if (tree.kind === 'not') return `!(${notFalse(tree.of, typeOf, seen)})`;
  const { nullable, text } = atom(tree, typeOf, seen);
  return nullable.length ? `(${[...nullable.map((name) => `${name} != null`), text].join(' && ')})` : text;
};

/** `x is null` beside a comparison of x says what the comparison's own guard says. */
const withoutGuarded = (items: readonly Tree[], typeOf: TypeOf): readonly Tree[] => {
  const guarded = new Set<string>();
  for (const item of items)
    if (item.kind === 'operator' || item.kind === 'every') condition(item, typeOf, guarded);
  return items.filter(
    (item) => !(item.kind === 'is-null' && item.of.kind === 'column' && guarded.has(item.of.name)),
  );
};

const joined = (items: readonly Tree[], operator: string, each: (item: Tree) => string): string =>
  items.length === 1 ? each(items[0] as Tree) : `(${items.map(each).join(` ${operator} `)})`;

interface Atom {
  /** Variables whose null makes the condition null. */
  readonly nullable: readonly string[];
  readonly text: string;
}

const atom = (tree: Tree, typeOf: TypeOf, seen: Set<string>): Atom => {
  if (tree.kind === 'is-null') {
    if (tree.of.kind !== 'column') throw new NotTranslated();
    return { nullable: [], text: `${variable(tree.of.name, typeOf, seen)} == null` };
  }
  if (tree.kind === 'column' && typeOf(tree.name)?.kind === 'boolean') {
    const name = variable(tree.name, typeOf, seen);
    return { nullable: [name], text: name };
  }
  const used = new Set<string>();
  const text = condition(tree, typeOf, used);
  const nullable = [...used].map((name) => variable(name, typeOf, seen));
  return { nullable, text };
};

const variable = (name: string, typeOf: TypeOf, seen: Set<string>): string => {
  if (!/^[A-Za-z_]\w*$/.test(name) || RESERVED.has(name) || !typeOf(name)) throw new NotTranslated();
  seen.add(name);
  return name;
};

const condition = (tree: Tree, typeOf: TypeOf, used: Set<string>): string => {
  if (tree.kind === 'every') {
    const within = tree.any && tree.name === '=';
    if (tree.array.kind !== 'array' || !(within || (!tree.any && tree.name === '<>')))
      throw new NotTranslated();
    const each = tree.array.items.map((item) => compare(tree.of, within ? '=' : '<>', item, typeOf, used));
    if (!each.length) throw new NotTranslated();
    return `(${each.join(within ? ' || ' : ' && ')})`;
  }
  if (tree.kind !== 'operator') throw new NotTranslated();
  return compare(tree.left, tree.name, tree.right, typeOf, used);
};

const compare = (left: Tree, operator: string, right: Tree, typeOf: TypeOf, used: Set<string>): string => {
  const name = COMPARE[operator];
  const type = typeOfValue(left, typeOf) ?? typeOfValue(right, typeOf);
  const other = typeOfValue(right, typeOf) ?? type;
  if (!name || !type || !other) throw new NotTranslated();
  const sameKind = type.kind === other.kind || (EXACT.has(type.kind) && EXACT.has(other.kind));
  const equality = operator === '=' || operator === '<>';
  const comparable =
    ORDERED.has(type.kind) || (equality && ['text', 'enum', 'boolean', 'uuid'].includes(type.kind));
  if (!sameKind || !comparable) throw new NotTranslated();
  return `${value(left, type, typeOf, used)} ${name} ${value(right, type, typeOf, used)}`;
};

/** The type a value takes from the columns in it; undefined for a constant. */
const typeOfValue = (tree: Tree, typeOf: TypeOf): ColumnType | undefined => {
  if (tree.kind === 'column') return typeOf(tree.name);
  if (tree.kind === 'negative') return typeOfValue(tree.of, typeOf);
  if (tree.kind === 'operator') return typeOfValue(tree.left, typeOf) ?? typeOfValue(tree.right, typeOf);
  return undefined;
};

const value = (tree: Tree, type: ColumnType, typeOf: TypeOf, used: Set<string>): string => {
  switch (tree.kind) {
    case 'column':
      used.add(tree.name);
      return variable(tree.name, typeOf, new Set());
    case 'constant': {
      const text = canonical(tree, type);
      if (text === null) throw new NotTranslated();
      return literal(text, type);
    }
    case 'negative':
      if (!EXACT.has(type.kind)) throw new NotTranslated();
      return `-(${value(tree.of, type, typeOf, used)})`;
    case 'operator': {
      // Division truncates for integers and rounds for decimals; neither is repeated here.
      const exact = ['+', '-', '*'].includes(tree.name) && EXACT.has(type.kind);
      const sides = [typeOfValue(tree.left, typeOf), typeOfValue(tree.right, typeOf)];
      if (!exact || sides.some((side) => side && !EXACT.has(side.kind))) throw new NotTranslated();
      return `(${value(tree.left, type, typeOf, used)} ${tree.name} ${value(tree.right, type, typeOf, used)})`;
    }
    default:
      throw new NotTranslated();
  }
};

const literal = (text: string, type: ColumnType): string => {
  switch (type.kind) {
    case 'decimal':
    case 'integer':
    case 'float':
      // CEL numbers are 64 bits wide.
      if (text.replace(/\D/g, '').length > 15) throw new NotTranslated();
      return text;
    case 'boolean':
      return text;
    case 'date':
      return `date('${text}')`;
    case 'text':
    case 'enum':
    case 'uuid':
      return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
    default:
      throw new NotTranslated();
  }
};
