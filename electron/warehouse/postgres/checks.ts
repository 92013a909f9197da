import type { ColumnRule, RowRule } from '../../../shared/model/sheet.ts';
import { javascriptPattern, likePattern } from './checks-regex.ts';
import { rowExpression } from './checks-row.ts';
import { type Constant, canonical, simplify, type TypeOf } from './checks-simplify.ts';
import { parseTree, type Tree } from './checks-tree.ts';

/** A CHECK constraint as deparsed by the server. `column` is set for a domain's, where VALUE means that column. */
export interface CheckFact {
  readonly name: string;
  readonly sql: string;
  readonly comment: string | null;
  readonly column?: string;
}

/** Rules of single columns by column, and of whole rows. What is not understood is left to the database. */
export interface CheckRules {
  readonly columns: ReadonlyMap<string, readonly ColumnRule[]>;
  readonly rows: readonly RowRule[];
}

/** Translates CHECK constraints. `nameOf` gives a table column's name in the sheet (a view may rename or hide it). */
export const rulesOfChecks = (
  checks: readonly CheckFact[],
  typeOf: TypeOf,
  nameOf: (column: string) => string | undefined,
): CheckRules => {
  const columns = new Map<string, ColumnRule[]>();
  const rows: RowRule[] = [];
  for (const check of checks) {
    const parsed = parseTree(check.sql);
    const tree =
      parsed && rename(parsed, (name) => (check.column !== undefined ? check.column : nameOf(name)));
    if (!tree) continue;
    const rest: Tree[] = [];
    for (const part of conjuncts(tree)) {
      const plain = simplify(part, typeOf);
      if (!plain) continue;
      const found = columnRule(plain, typeOf);
      if (found === 'always') continue;
      if (found) add(columns, found.column, { ...found.rule, ...origin(check) } as ColumnRule);
      else rest.push(plain);
    }
    const parts = rest.flatMap((part) => rowExpression(part, typeOf) ?? []);
    if (parts.length)
      rows.push({
        name: check.name,
        expression: parts.map(({ expression }) => expression).join(' && '),
        message: check.comment ?? `The table requires ${unwrapped(check.sql)} (rule "${check.name}").`,
        columns: [...new Set(parts.flatMap((part) => part.columns))],
        severity: 'block',
        origin: 'warehouse',
      });
  }
  return { columns, rows };
};

const origin = (check: CheckFact) => ({
  severity: 'block' as const,
  origin: 'warehouse' as const,
  name: check.name,
  ...(check.comment === null ? {} : { message: check.comment }),
});

/** Without the parentheses the server prints around the whole. */
const unwrapped = (sql: string): string => {
  let depth = 0;
  for (let i = 0; i < sql.length; i++) {
    if (sql[i] === '(') depth++;
    else if (sql[i] === ')' && --depth === 0 && i < sql.length - 1) return sql;
  }
  return sql.startsWith('(') && sql.endsWith(')') ? sql.slice(1, -1) : sql;
};

const conjuncts = (tree: Tree): readonly Tree[] =>
  tree.kind === 'and' ? tree.items.flatMap(conjuncts) : [tree];

/** The tree in the sheet's column names; parts of it over columns that are not shown become null. */
const rename = (tree: Tree, nameOf: (column: string) => string | undefined): Tree | null => {
  if (tree.kind === 'and') {
    const items = tree.items.flatMap((item) => rename(item, nameOf) ?? []);
    return items.length ? { kind: 'and', items } : null;
  }
  let hidden = false;
  const walk = (node: Tree): Tree => {
    switch (node.kind) {
      case 'column': {
        const name = nameOf(node.name);
        hidden ||= name === undefined;
        return { kind: 'column', name: name ?? node.name };
      }
      case 'constant':
        return node;
      case 'operator':
        return { ...node, left: walk(node.left), right: walk(node.right) };
      case 'every':
        return { ...node, of: walk(node.of), array: walk(node.array) };
      case 'call':
        return { ...node, args: node.args.map(walk) };
      case 'and':
      case 'or':
      case 'array':
        return { ...node, items: node.items.map(walk) };
      case 'cast':
      case 'negative':
      case 'not':
      case 'is-null':
        return { ...node, of: walk(node.of) };
    }
  };
  const renamed = walk(tree);
  return hidden ? null : renamed;
};

/** A rule before its origin is known. */
type Bare = ColumnRule extends infer Rule
  ? Rule extends ColumnRule
    ? Omit<Rule, 'severity' | 'origin' | 'name' | 'message'>
    : never
  : never;
type Found = { readonly column: string; readonly rule: Bare };

const add = (columns: Map<string, ColumnRule[]>, column: string, rule: ColumnRule): void => {
  const rules = columns.get(column) ?? [];
  columns.set(column, rules);
  const last = rules.at(-1);
  // BETWEEN arrives as two comparisons; one sentence with both bounds reads better.
  if (rule.kind === 'range' && last?.kind === 'range' && last.name === rule.name) {
    if (last.min === undefined && rule.min !== undefined)
      rules[rules.length - 1] = { ...last, min: rule.min, minExclusive: rule.minExclusive };
    else if (last.max === undefined && rule.max !== undefined)
      rules[rules.length - 1] = { ...last, max: rule.max, maxExclusive: rule.maxExclusive };
    else rules.push(rule);
    return;
  }
  if (rule.kind === 'length' && last?.kind === 'length' && last.name === rule.name)
    rules[rules.length - 1] = { ...last, ...rule };
  else rules.push(rule);
};

const MIRROR: Readonly<Record<string, string>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '=': '=',
  '<>': '<>',
};
const OPPOSITE: Readonly<Record<string, string>> = {
  ...{ '<': '>=', '>': '<=', '<=': '>', '>=': '<', '=': '<>', '<>': '=' },
  ...{
    '~': '!~',
    '!~': '~',
    '~*': '!~*',
    '!~*': '~*',
    '~~': '!~~',
    '!~~': '~~',
    '~~*': '!~~*',
    '!~~*': '~~*',
  },
};
const ORDERED = new Set(['decimal', 'integer', 'float', 'date', 'time', 'timestamp']);

/** A condition on one column, null when it is none, `always` when it can never be false. */
const columnRule = (tree: Tree, typeOf: TypeOf): Found | 'always' | null => {
  switch (tree.kind) {
    case 'column':
      return typeOf(tree.name)?.kind === 'boolean'
        ? { column: tree.name, rule: { kind: 'list', values: ['true'] } }
        : null;
    case 'not':
      return negated(tree.of, typeOf);
    case 'or':
      return alternatives(tree.items, typeOf);
    case 'every':
      return membership(tree, typeOf);
    case 'operator': {
      if (tree.right.kind === 'constant') return comparison(tree.left, tree.name, tree.right, typeOf);
      const mirrored = MIRROR[tree.name];
      return mirrored && tree.left.kind === 'constant'
        ? comparison(tree.right, mirrored, tree.left, typeOf)
        : null;
    }
    default:
      return null;
  }
};

const negated = (of: Tree, typeOf: TypeOf): Found | 'always' | null => {
  if (of.kind === 'is-null')
    return of.of.kind === 'column' ? { column: of.of.name, rule: { kind: 'required' } } : null;
  if (of.kind === 'column')
    return typeOf(of.name)?.kind === 'boolean'
      ? { column: of.name, rule: { kind: 'list', values: ['false'] } }
      : null;
  const name = of.kind === 'operator' || of.kind === 'every' ? OPPOSITE[of.name] : undefined;
  if (of.kind === 'operator' && name) return columnRule({ ...of, name }, typeOf);
  if (of.kind === 'every' && name) return columnRule({ ...of, name, any: !of.any }, typeOf);
  return of.kind === 'not' ? columnRule(of.of, typeOf) : null;
};

/** `x is null or ...` says nothing more than the rest, since CHECK lets null pass; equalities of one column make a list. */
const alternatives = (items: readonly Tree[], typeOf: TypeOf): Found | 'always' | null => {
  const nulls = items.flatMap((item) =>
    item.kind === 'is-null' && item.of.kind === 'column' ? [item.of.name] : [],
  );
  const rest = items.filter((item) => item.kind !== 'is-null');
  const found = rest.map((item) => columnRule(item, typeOf));
  if (found.includes('always')) return 'always';
  const rules = found.filter((rule): rule is Found => rule !== null && rule !== 'always');
  const [first] = rules;
  if (!first || rules.length < rest.length || rest.length + nulls.length < items.length) return null;
  if (
    first.rule.kind === 'required' ||
    [...rules.map(({ column }) => column), ...nulls].some((name) => name !== first.column)
  )
    return null;
  if (rules.length === 1) return first;
  const values = rules.flatMap(({ rule }) => (rule.kind === 'list' ? [rule.values] : []));
  return values.length === rules.length
    ? { column: first.column, rule: { kind: 'list', values: values.flat() } }
    : null;
};

const membership = (tree: Extract<Tree, { kind: 'every' }>, typeOf: TypeOf): Found | 'always' | null => {
  const within = tree.any && tree.name === '=';
  const outside = !tree.any && tree.name === '<>';
  if (tree.of.kind !== 'column' || tree.array.kind !== 'array' || !(within || outside)) return null;
  const type = typeOf(tree.of.name);
  if (!type) return null;
  const values: string[] = [];
  for (const item of tree.array.items) {
    if (item.kind !== 'constant') return null;
    // With a null in the list, "not found" is null and passes.
    if (item.type === 'null') {
      if (within) return 'always';
      continue;
    }
    const value = canonical(item, type);
    if (value === null) return null;
    values.push(value);
  }
  return { column: tree.of.name, rule: within ? { kind: 'list', values } : { kind: 'not-in', values } };
};

const comparison = (left: Tree, name: string, right: Constant, typeOf: TypeOf): Found | 'always' | null => {
  if (right.type === 'null') return 'always';
  if (left.kind === 'call') return lengthRule(left, name, right);
  if (left.kind !== 'column') return null;
  const type = typeOf(left.name);
  if (!type) return null;
  const column = left.name;
  if (name.includes('~')) {
    const rule = patternRule(name, right.text);
    return rule && ['text', 'enum', 'integer', 'uuid'].includes(type.kind) ? { column, rule } : null;
  }
  const value = canonical(right, type);
  if (value === null) return null;
  if (name === '=') return { column, rule: { kind: 'list', values: [value] } };
  if (name === '<>') return { column, rule: { kind: 'not-in', values: [value] } };
  if (!ORDERED.has(type.kind)) return null;
  const open = { minExclusive: name === '>', maxExclusive: name === '<' };
  if (name === '>' || name === '>=') return { column, rule: { kind: 'range', min: value, ...open } };
  if (name === '<' || name === '<=') return { column, rule: { kind: 'range', max: value, ...open } };
  return null;
};

const patternRule = (name: string, text: string): Bare | null => {
  const like = name.includes('~~');
  const found = like
    ? { pattern: likePattern(text), ignoreCase: name.endsWith('*') }
    : javascriptPattern(text, name.endsWith('*'), name.startsWith('!'));
  return found ? { kind: 'regex', ...found, negate: name.startsWith('!') } : null;
};

const LENGTHS = new Set(['length', 'char_length', 'character_length']);

const lengthRule = (call: Extract<Tree, { kind: 'call' }>, name: string, right: Constant): Found | null => {
  const [of] = call.args;
  if (!LENGTHS.has(call.name) || call.args.length !== 1 || !of || !/^\d{1,9}$/.test(right.text)) return null;
  const size = Number(right.text);
  if (of.kind === 'call' && of.name === 'btrim' && of.args.length === 1) {
    const [inner] = of.args;
    const filled =
      (name === '>' && size === 0) || (name === '>=' && size === 1) || (name === '<>' && size === 0);
    return filled && inner?.kind === 'column'
      ? { column: inner.name, rule: { kind: 'regex', pattern: '[^ ]', ignoreCase: false, negate: false } }
      : null;
  }
  if (of.kind !== 'column') return null;
  const bounds: Readonly<Record<string, { min?: number; max?: number }>> = {
    '=': { min: size, max: size },
    '>': { min: size + 1 },
    '>=': { min: size },
    '<': { max: size - 1 },
    '<=': { max: size },
  };
  const found = bounds[name];
  return found && (found.max ?? 0) >= 0 ? { column: of.name, rule: { kind: 'length', ...found } } : null;
};
