/** A value that a module made, as a tree without places. */
import type { Node } from '../../kubernetes/yaml/node.ts';

const NOWHERE = { start: 0, end: 0 };

/** Deeper than any configuration; a value that holds itself is. */
const MOST_DEPTH = 20;

/** A value that is not data, such as a function, becomes NaN, which no key accepts. */
export function toNode(value: unknown, depth = 0): Node {
  if (depth < MOST_DEPTH && Array.isArray(value)) return { kind: 'list', items: value.map((one) => toNode(one, depth + 1)), span: NOWHERE };
  if (depth < MOST_DEPTH && typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return { kind: 'map', entries: entries.map(([key, one]) => ({ key, keySpan: NOWHERE, value: toNode(one, depth + 1) })), span: NOWHERE };
  }
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
  return { kind: 'scalar', value: isScalar ? value : Number.NaN, span: NOWHERE };
}
