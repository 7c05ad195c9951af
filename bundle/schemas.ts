/** The JSON Schemas of the files that people write, from the readers of these files; keys are described as `explain` does. */

import type { JsonSchema } from '../src/cli/config/jsonSchema.ts';
import { readShape } from '../src/cli/config/shape.ts';
import { readExpectations } from '../src/cli/expect/shape.ts';
import { PAGES } from '../src/report/generated/pages.ts';
import { HOST_SCHEMA } from './hostSchema.ts';

export const SCHEMA_NAMES = ['config', 'expect', 'host'] as const;

export type SchemaName = (typeof SCHEMA_NAMES)[number];

const FILES: Readonly<Record<SchemaName, { readonly schema: JsonSchema; readonly page: string }>> = {
  config: { schema: readShape.schema, page: 'config' },
  expect: { schema: readExpectations.schema, page: 'expectations' },
  host: { schema: HOST_SCHEMA, page: 'host' },
};

export function schemaOf(name: SchemaName): JsonSchema {
  const { schema, page: id } = FILES[name];
  const page = PAGES.find((one) => one.id === id);
  const says = new Map((page?.keys ?? []).map((key) => [key.name, key.says]));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `https://raw.githubusercontent.com/chainwalk/chainwalk/main/schemas/${name}.json`,
    title: page?.title ?? id,
    ...described(schema, '', says),
  };
}

/** `path`: as the page names keys, `groups[].files`. */
function described(schema: JsonSchema, path: string, says: ReadonlyMap<string, string>): JsonSchema {
  const { properties, items, anyOf } = schema;
  const own = says.get(path);
  const below = properties === undefined ? [] : Object.entries(properties);
  return {
    ...(own !== undefined && { description: own }),
    ...schema,
    ...(properties !== undefined && {
      properties: Object.fromEntries(below.map(([key, value]) => [key, described(value, path === '' ? key : `${path}.${key}`, says)])),
    }),
    ...(items !== undefined && { items: described(items, `${path}[]`, says) }),
    ...(anyOf !== undefined && {
      anyOf: anyOf.map((one) => (one.type === 'object' || one.items !== undefined ? described(one, path, says) : one)),
    }),
  };
}
