/** JSON Schemas from the types of what is printed: the compiler holds the program to the types, so the schemas are not written twice. */
import { commentBefore, type Declared, declared, list, nameOf, type TypeNode } from './typeSources.ts';

/** The part of JSON Schema (draft 7) that the answers need. */
export interface OutputSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: OutputSchema;
  readonly properties?: Readonly<Record<string, OutputSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: OutputSchema | boolean;
  readonly anyOf?: readonly OutputSchema[];
}

interface Scope {
  readonly file: string;
  /** type parameters of a generic */
  readonly params: ReadonlyMap<string, { readonly node: TypeNode; readonly scope: Scope }>;
  readonly definitions: Map<string, OutputSchema>;
}

interface Property {
  readonly schema: () => OutputSchema;
  readonly isOptional: boolean;
  readonly says: string | undefined;
}

type Shape = ReadonlyMap<string, Property>;

/** With its named parts under `definitions`. */
export function schemaOfType(name: string, file: string): OutputSchema & { readonly definitions: Readonly<Record<string, OutputSchema>> } {
  const definitions = new Map<string, OutputSchema>();
  const schema = named(name, { file, params: new Map(), definitions });
  return { ...schema, definitions: Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function named(name: string, scope: Scope): OutputSchema {
  const found = declared(name, scope.file);
  if (found === undefined) throw new Error(`${scope.file}: no type ${name}`);
  if (found.node.type !== 'TSInterfaceDeclaration') return schemaOf(found.node.typeAnnotation as TypeNode, inFile(scope, found));
  if (!scope.definitions.has(found.name)) {
    scope.definitions.set(found.name, {});
    scope.definitions.set(found.name, objectOf(interfaceShape(found, scope)));
  }
  return { $ref: `#/definitions/${found.name}` };
}

function inFile(scope: Scope, { file }: Declared, params: Scope['params'] = new Map()): Scope {
  return { ...scope, file, params };
}

const PLAIN: Readonly<Record<string, OutputSchema>> = {
  TSStringKeyword: { type: 'string' },
  TSNumberKeyword: { type: 'number' },
  TSBooleanKeyword: { type: 'boolean' },
  TSNullKeyword: { type: 'null' },
  TSUnknownKeyword: {},
};

function schemaOf(node: TypeNode, scope: Scope): OutputSchema {
  const plain = PLAIN[node.type];
  if (plain !== undefined) return plain;
  switch (node.type) {
    case 'TSLiteralType':
      return { enum: [(node.literal as { readonly value: unknown }).value] };
    case 'TSArrayType':
      return { type: 'array', items: schemaOf(node.elementType as TypeNode, scope) };
    case 'TSTupleType':
      return { type: 'array', items: anyOf(list(node.elementTypes).map((one) => schemaOf((one.elementType ?? one) as TypeNode, scope))) };
    case 'TSUnionType':
      return anyOf(list(node.types).flatMap((one) => (one.type === 'TSUndefinedKeyword' ? [] : [schemaOf(one, scope)])));
    case 'TSParenthesizedType':
      return schemaOf(node.typeAnnotation as TypeNode, scope);
    case 'TSTypeOperator':
      return node.operator === 'keyof'
        ? { enum: keysOf(node.typeAnnotation as TypeNode, scope) }
        : schemaOf(node.typeAnnotation as TypeNode, scope);
    case 'TSIndexedAccessType':
      return indexed(node, scope);
    case 'TSTypeReference':
      return referred(node, scope);
    default:
      return objectOf(shapeOf(node, scope));
  }
}

function anyOf(parts: readonly OutputSchema[]): OutputSchema {
  const words = parts.flatMap((one) => one.enum ?? []);
  const others = parts.filter((one) => one.enum === undefined);
  const all = [...(words.length === 0 ? [] : [{ enum: [...new Set(words)] }]), ...others];
  return all.length === 1 ? (all[0] as OutputSchema) : { anyOf: all };
}

function referred(node: TypeNode, scope: Scope): OutputSchema {
  const name = nameOf(node.typeName);
  const param = scope.params.get(name);
  if (param !== undefined) return schemaOf(param.node, param.scope);
  const [first, second] = argumentsOf(node);
  if (first !== undefined && (name === 'Readonly' || name === 'NonNullable')) return schemaOf(first, scope);
  if (first !== undefined && second !== undefined && name === 'Record')
    return { type: 'object', additionalProperties: schemaOf(second, scope) };
  if (name === 'Pick' || name === 'Omit' || name === 'Partial') return objectOf(shapeOf(node, scope));
  if (name === 'Exclude' && first !== undefined && second !== undefined) {
    const without = schemaOf(second, scope).enum ?? [];
    return { enum: schemaOf(first, scope).enum?.filter((one) => !without.includes(one)) ?? [] };
  }
  return named(name, scope);
}

/** `Finding['level']`, `(typeof HOOKS)[number]` */
function indexed({ objectType, indexType }: TypeNode, scope: Scope): OutputSchema {
  const of = unwrapped(objectType as TypeNode);
  const index = indexType as TypeNode;
  if (of.type === 'TSTypeQuery') return { enum: valuesOf(nameOf(of.exprName), scope) };
  const [key] = index.type === 'TSNumberKeyword' ? [] : keysOf(index, scope);
  if (key === undefined) return schemaOf(of, scope).items ?? {};
  return shapeOf(of, scope).get(key)?.schema() ?? {};
}

function valuesOf(name: string, scope: Scope): readonly unknown[] {
  const found = declared(name, scope.file);
  const init = unwrapped(found?.node.init as TypeNode);
  if (init.type === 'ObjectExpression') return list(init.properties).map(({ key }) => nameOf(key) || (key as { value: unknown }).value);
  return list(init.elements).flatMap((one) =>
    one.type === 'SpreadElement' ? valuesOf(nameOf(one.argument), { ...scope, file: found?.file ?? scope.file }) : [one.value],
  );
}

function keysOf(node: TypeNode, scope: Scope): readonly string[] {
  if (node.type === 'TSTypeQuery') return valuesOf(nameOf(node.exprName), scope).map(String);
  const found = node.type === 'TSTypeReference' ? declared(nameOf(node.typeName), scope.file) : undefined;
  const isObject = found?.node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeLiteral';
  return isObject ? [...shapeOf(node, scope).keys()] : (schemaOf(node, scope).enum?.map(String) ?? []);
}

/** Without parentheses, `as const` and `satisfies`. */
function unwrapped(node: TypeNode): TypeNode {
  if (node.type === 'TSParenthesizedType') return unwrapped(node.typeAnnotation as TypeNode);
  return node.type.endsWith('Expression') && node.expression !== undefined ? unwrapped(node.expression as TypeNode) : node;
}

function argumentsOf(node: TypeNode): readonly TypeNode[] {
  return list((node.typeArguments as { readonly params?: unknown } | null | undefined)?.params);
}

function shapeOf(node: TypeNode, scope: Scope): Shape {
  if (node.type === 'TSTypeLiteral') return members(list(node.members), scope);
  if (node.type === 'TSParenthesizedType' || node.type === 'TSTypeOperator') return shapeOf(node.typeAnnotation as TypeNode, scope);
  if (node.type === 'TSIntersectionType') return new Map(list(node.types).flatMap((one) => [...shapeOf(one, scope)]));
  const name = nameOf(node.typeName ?? node.expression);
  const param = scope.params.get(name);
  if (param !== undefined) return shapeOf(param.node, param.scope);
  const [first, second] = argumentsOf(node);
  if (first !== undefined && (name === 'Partial' || name === 'Readonly'))
    return new Map([...shapeOf(first, scope)].map(([key, one]) => [key, { ...one, isOptional: one.isOptional || name === 'Partial' }]));
  if (first !== undefined && second !== undefined && (name === 'Pick' || name === 'Omit')) {
    const keys = keysOf(second, scope);
    return new Map([...shapeOf(first, scope)].filter(([key]) => keys.includes(key) === (name === 'Pick')));
  }
  if (first !== undefined && second !== undefined && name === 'Record')
    return new Map(keysOf(first, scope).map((key) => [key, { schema: () => schemaOf(second, scope), isOptional: false, says: undefined }]));
  const found = declared(name, scope.file);
  if (found === undefined) throw new Error(`${scope.file}: no shape of ${node.type} ${name}`);
  if (found.node.type === 'TSInterfaceDeclaration') return interfaceShape(found, scope);
  const names = list((found.node.typeParameters as { readonly params?: unknown } | null)?.params).map((one) => nameOf(one.name));
  const given = argumentsOf(node);
  const params = new Map(names.flatMap((one, at) => (given[at] === undefined ? [] : [[one, { node: given[at], scope }] as const])));
  return shapeOf(found.node.typeAnnotation as TypeNode, inFile(scope, found, params));
}

function interfaceShape(found: Declared, scope: Scope): Shape {
  const own = inFile(scope, found);
  const above = list(found.node.extends).flatMap((one) => [...shapeOf(one, own)]);
  return new Map([...above, ...members(list((found.node.body as TypeNode).body), own)]);
}

function members(nodes: readonly TypeNode[], scope: Scope): Shape {
  return new Map(
    nodes.map((member): [string, Property] => {
      const annotation = (member.typeAnnotation as TypeNode).typeAnnotation as TypeNode;
      const says = commentBefore(scope.file, member.start as number);
      return [nameOf(member.key), { schema: () => schemaOf(annotation, scope), isOptional: member.optional === true, says }];
    }),
  );
}

function objectOf(shape: Shape): OutputSchema {
  const required = [...shape].flatMap(([key, { isOptional }]) => (isOptional ? [] : [key]));
  const properties = [...shape].map(([key, { schema, says }]) => [key, { ...(says !== undefined && { description: says }), ...schema() }]);
  return { type: 'object', ...(required.length > 0 && { required }), properties: Object.fromEntries(properties) };
}
