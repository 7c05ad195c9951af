/** Elements of sets and maps: for each part of the key the values that it may have. */
import type { NftElement, NftExpression, NftSetNode } from '../../syntax/nft/ast.ts';
import type { RuleContext, TableContext } from '../contract/context.ts';
import type { Row } from '../contract/row.ts';
import { DATATYPES, isDatatype } from '../datatypes/all.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { intervalOf } from './constant.ts';
import { partsOf } from './part.ts';

/** Undefined: some element is not known. */
export function rowsOf(elements: readonly NftElement[], types: readonly Datatype[], context: TableContext): readonly Row[] | undefined {
  const rows = elements.map((element) => rowOf(element, types, context));
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

function rowOf(element: NftElement, types: readonly Datatype[], context: TableContext): Row | undefined {
  if (element.key.kind === 'wildcard') return { element };
  const of = element.key.kind === 'concat' ? element.key.of : [element.key];
  if (of.length !== types.length) {
    const message = `the key has ${types.length} parts, this element ${of.length}`;
    context.report({ kind: 'not-loadable', code: 'bad-value', message, span: element });
    return undefined;
  }
  const key = of.map((one, at) => intervalOf(one, types[at] as Datatype, context));
  return key.every((interval) => interval !== undefined) ? { key: key.map((interval) => [interval]), element } : undefined;
}

/** Types of the parts of a set's key. Undefined: one is not known. */
export function keyTypes(set: NftSetNode, context: TableContext): readonly Datatype[] | undefined {
  return typesOf(set.key, context);
}

export function typesOf(said: NftSetNode['key'], context: TableContext): readonly Datatype[] | undefined {
  if ('of' in said) return partsOf(said.of, { ...context, ruleId: '' }).map(({ type }) => type);
  const types = said.types.map(({ text }) => (isDatatype(text) ? DATATYPES[text] : undefined));
  return types.every((type) => type !== undefined) ? types : undefined;
}

/** Rows of a named set, once for all rules. */
export function namedRows(set: NftSetNode, context: TableContext): readonly Row[] | undefined {
  if (!context.known.has(set)) {
    const types = keyTypes(set, context);
    context.known.set(set, types === undefined ? undefined : rowsOf(set.elements, types, { ...context, report: () => {} }));
  }
  return context.known.get(set);
}

/** A set or map as the right side of a match names it. */
export interface Elements {
  /** undefined: not known */
  readonly rows: readonly Row[] | undefined;
  /** packets add to it, or remove from it */
  readonly changed: boolean;
  /** elements may be gone by the time of the packet */
  readonly fades: boolean;
}

export function elementsOf(expression: NftExpression, types: readonly Datatype[], context: RuleContext): Elements | undefined {
  if (expression.kind === 'set') return { rows: rowsOf(expression.elements, types, context), changed: false, fades: false };
  if (expression.kind !== 'reference') return undefined;
  const set = context.sets.get(expression.name.text);
  if (set === undefined) {
    const message = `there is no set or map \`${expression.name.text}\` in this table`;
    context.report({ kind: 'not-loadable', code: 'unknown-set', message, span: expression.name });
    return { rows: undefined, changed: false, fades: false };
  }
  const fades = set.timeout !== undefined || set.elements.some(({ timeout }) => timeout !== undefined);
  return { rows: namedRows(set, context), changed: context.changedSets.has(expression.name.text), fades };
}
