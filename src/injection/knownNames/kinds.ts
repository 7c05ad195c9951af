/** What stands where istiod reads another kind of value. source: github.com/golang/protobuf/jsonpb unmarshalValue */
import type { Node } from '../../kubernetes/yaml/node.ts';
import type { ValueKind } from './fields.ts';

export interface WrongKind {
  /** after the name: `is the number 5432, and text is read there` */
  readonly says: string;
  readonly help: string;
}

/** Undefined: istiod takes it. */
export function wrongKind(node: Node, kind: ValueKind): WrongKind | undefined {
  const value = node.kind === 'scalar' ? node.value : undefined;
  switch (kind) {
    case 'text':
      if (typeof value === 'string') return undefined;
      if (node.kind === 'list') {
        const items = node.items.map((item) => (item.kind === 'scalar' ? String(item.value) : '')).join(',');
        return { says: 'is a list, and text is read there', help: `write one text with commas: "${items}"` };
      }
      if (node.kind === 'map') return { says: 'is a map, and text is read there', help: 'write a text' };
      return { says: `is the ${typeof value} ${String(value)}, and text is read there`, help: `put it in quotes: "${String(value)}"` };
    case 'truth':
      if (typeof value === 'boolean') return undefined;
      return { says: `is ${shown(node)}, and true or false is read there`, help: 'write true or false without quotes' };
    case 'whole':
      if (/^-?\d+$/.test(String(value ?? ''))) return undefined;
      return { says: `is ${shown(node)}, and a number is read there`, help: 'write a number' };
    case 'list':
      return node.kind === 'list' ? undefined : { says: `is ${shown(node)}, and a list is read there`, help: 'write a list' };
    case 'map':
      return node.kind === 'map' ? undefined : { says: `is ${shown(node)}, and a map is read there`, help: 'write a map of its fields' };
    case 'texts':
    case 'open':
      return undefined;
  }
}

function shown(node: Node): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  return typeof node.value === 'string' ? `the text \`${node.value}\`` : `the ${typeof node.value} ${String(node.value)}`;
}
