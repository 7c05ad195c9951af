/** The objects of an OpenShift Template, with the values that its parameters have in the file.
 *  source: openshift/library-go pkg/template/templateprocessing */
import { at, type Entry, itemsOf, type Node, type ScalarNode, stringAt } from '../yaml/node.ts';

export function objectsOfTemplate(template: Node): readonly Node[] {
  const objects = itemsOf(at(template, 'objects'));
  const values = new Map<string, string>();
  for (const parameter of itemsOf(at(template, 'parameters'))) {
    const name = stringAt(parameter, 'name');
    const value = at(parameter, 'value');
    // what is generated, or has to be given, stays as it is written
    if (name !== undefined && value?.kind === 'scalar') values.set(name, String(value.value));
  }
  return values.size === 0 ? objects : objects.map((object) => filled(object, values));
}

function filled(node: Node, values: ReadonlyMap<string, string>): Node {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'string' ? { ...node, value: scalarOf(node.value, values) } : node;
    case 'list':
      return { ...node, items: node.items.map((item) => filled(item, values)) };
    case 'map':
      return { ...node, entries: node.entries.map((entry): Entry => ({ ...entry, value: filled(entry.value, values) })) };
  }
}

/** `${{NAME}}` alone is the value as JSON, `${NAME}` is text. */
function scalarOf(text: string, values: ReadonlyMap<string, string>): ScalarNode['value'] {
  const whole = /^\$\{\{([a-zA-Z0-9_]+)\}\}$/.exec(text);
  const value = whole && values.get(whole[1] ?? '');
  if (value !== null && value !== undefined) return plainOf(value);
  return text.replaceAll(/\$\{([a-zA-Z0-9_]+)\}/g, (written, name: string) => values.get(name) ?? written);
}

function plainOf(text: string): ScalarNode['value'] {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}
