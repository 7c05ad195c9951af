/** Types of the sources, found by name: through imports, whatever file declares them. */
import { readFileSync } from 'node:fs';
import { parseAst } from 'rolldown/parseAst';

/** A node of the syntax tree, as far as it is read here. */
export interface TypeNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A declaration, and the file in which its names mean something. */
export interface Declared {
  readonly name: string;
  readonly file: string;
  readonly node: TypeNode;
}

interface Module {
  readonly declared: ReadonlyMap<string, TypeNode>;
  readonly imported: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
  readonly text: string;
}

const MODULES = new Map<string, Module>();

/** Undefined: it comes from a package, or from the language. */
export function declared(name: string, file: string): Declared | undefined {
  const { declared: own, imported } = moduleAt(file);
  const node = own.get(name);
  if (node !== undefined) return { name, file, node };
  const from = imported.get(name);
  return from === undefined ? undefined : declared(from.name, from.file);
}

/** The comment that stands right before a node. */
export function commentBefore(file: string, at: number): string | undefined {
  const found = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export )?$/.exec(moduleAt(file).text.slice(Math.max(0, at - 1200), at));
  return found?.[1]?.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim();
}

export function list(value: unknown): readonly TypeNode[] {
  return Array.isArray(value) ? (value as readonly TypeNode[]) : [];
}

function moduleAt(file: string): Module {
  const known = MODULES.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file, 'utf8');
  const own = new Map<string, TypeNode>();
  const imported = new Map<string, { readonly file: string; readonly name: string }>();
  for (const statement of list((parseAst(text, { lang: 'ts' }) as unknown as TypeNode).body)) {
    const source = statement.source as { readonly value: string } | null | undefined;
    const isOwn = source?.value.startsWith('.') === true;
    for (const one of list(statement.specifiers)) {
      const [local, there] = statement.type === 'ImportDeclaration' ? [one.local, one.imported] : [one.exported, one.local];
      if (isOwn) imported.set(nameOf(local), { file: new URL(source.value, `file://${file}`).pathname, name: nameOf(there ?? local) });
    }
    const node = (statement.declaration ?? statement) as TypeNode | null;
    if (node?.id !== undefined && node.id !== null) own.set(nameOf(node.id), node);
    for (const one of list(node?.declarations)) own.set(nameOf(one.id), one);
  }
  const made = { declared: own, imported, text };
  MODULES.set(file, made);
  return made;
}

export function nameOf(node: unknown): string {
  return typeof node === 'object' && node !== null && 'name' in node ? String(node.name) : '';
}
