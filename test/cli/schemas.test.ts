/** The JSON Schemas take what the readers take: examples, fixtures, and over the keys and words anything. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SCHEMA_NAMES, type SchemaName, schemaOf } from '../../bundle/schemas.ts';
import { type At, type Read, read } from '../../src/cli/config/read.ts';
import { readShape } from '../../src/cli/config/shape.ts';
import { toNode } from '../../src/cli/config/toNode.ts';
import { readExpectations } from '../../src/cli/expect/shape.ts';
import { HOST_KEYS, readHost } from '../../src/host/readHost.ts';
import { PAGES } from '../../src/report/generated/pages.ts';
import { BLOCKS } from '../docs/pages.ts';

const ajv = new Ajv({ allErrors: true, strict: false });
const compiled = Object.fromEntries(SCHEMA_NAMES.map((name) => [name, ajv.compile(schemaOf(name))]));
const bySchema = (name: SchemaName, value: unknown): boolean => compiled[name]?.(value) === true;

function byReader(name: SchemaName, value: unknown): boolean {
  if (name === 'host') return readHost(value).problems.length === 0;
  const shape: Read<unknown> = name === 'config' ? readShape : readExpectations;
  let isWrong = false;
  const at: At = {
    path: '',
    source: { file: 'x', text: '' },
    tell: ({ isWarning }) => {
      isWrong ||= isWarning !== true;
    },
  };
  return shape(toNode(value), at) !== undefined && !isWrong;
}

const exampleOf = (id: string): unknown => parse(PAGES.find((page) => page.id === id)?.example?.join('\n') ?? '');
const root = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const EXAMPLES: readonly (readonly [SchemaName, string, unknown])[] = [
  ['config', 'explain config', exampleOf('config')],
  ['expect', 'explain expectations', exampleOf('expectations')],
  ['host', 'explain host', exampleOf('host')],
  ['expect', 'fixtures', parse(root('fixtures/expectations/pod.expect.yaml'))],
  ...['docker', 'node', 'pod', 'pod-tproxy', 'router', 'server', 'node-calico'].map(
    (name) => ['host', name, JSON.parse(root(`fixtures/hosts/${name}.json`))] as const,
  ),
  ...BLOCKS.filter(({ language, text }) => language === 'yaml' && text.startsWith('# chainwalk.config.yaml')).map(
    ({ page, text }) => ['config', page, parse(text)] as const,
  ),
];

describe('what is written as an example', () => {
  it.each(EXAMPLES)('%s of %s: taken by both', (name, _, value) =>
    expect([bySchema(name, value), byReader(name, value)]).toEqual([true, true]),
  );
  it('with $schema, too', () => {
    for (const [name, , value] of EXAMPLES) {
      const marked = { $schema: './x.json', ...(value as object) };
      expect([bySchema(name, marked), byReader(name, marked)]).toEqual([true, true]);
    }
  });
});

/** Every key and every word of both, with values that fit some key. */
const VALUES: readonly unknown[] = [
  'x',
  '',
  'cni',
  'ambient-host',
  'rules',
  'settings',
  'auto',
  'off',
  'error',
  'init',
  'direct',
  'undecided',
  '1.25',
  '10.0.0.1',
  true,
  false,
  4,
  5,
  6,
  70000,
  -1,
  1.5,
  null,
  [],
  ['x'],
  ['10.0.0.1'],
  [4, 6],
  {},
  { x: 'y' },
  { '1x': 'y' },
  { 'no-redirect-loop': 'off' },
  { nope: 'off' },
  [{}],
  ['no-redirect-loop'],
  ['nope'],
  [{ claim: 'no-redirect-loop', reason: 'x' }],
  [{ files: 'x' }],
  'out tcp -> 203.0.113.9:443',
  { dir: 'out' },
];
// a value that is well-formed and says nothing, which no schema knows
const UNKNOWN_TO_SCHEMA = (name: SchemaName, key: string, value: unknown): boolean =>
  (['istio', 'kubernetes', 'podIps', 'nameservers', 'packet', 'packets'].includes(key) && JSON.stringify(value) !== undefined) ||
  (name === 'host' && typeof value === 'object' && value !== null);

function keysOf(name: SchemaName, level: readonly string[]): readonly string[] {
  if (name === 'config' && level.length === 0) return Object.keys(readShape.schema.properties ?? {});
  if (name === 'config') return Object.keys(readShape.schema.properties?.groups?.anyOf?.[0]?.items?.properties ?? {});
  return Object.keys((name === 'expect' ? readExpectations.schema : schemaOf('host')).properties ?? {});
}

describe('over the keys and their values, schema and reader agree', () => {
  const base: Readonly<Record<SchemaName, object>> = {
    config: {},
    expect: { rules: 'pod.rules', packets: [{ packet: 'out tcp -> 203.0.113.9:443', outcome: 'direct' }] },
    host: { interfaces: [{ name: 'eth0', addresses: ['10.0.0.2/24'] }] },
  };
  it.each(SCHEMA_NAMES)('%s', (name) => {
    for (const key of [...keysOf(name, []), 'nope', 'Groups', 'constructor', '__proto__x']) {
      for (const value of VALUES) {
        if (UNKNOWN_TO_SCHEMA(name, key, value)) continue;
        const file = { ...base[name], [key]: value };
        expect([key, value, bySchema(name, file)]).toEqual([key, value, byReader(name, file)]);
      }
    }
  });

  it('groups of a configuration', () => {
    const keys = [...keysOf('config', ['groups']), 'nope'];
    const value = fc.constantFrom(...VALUES);
    const entry = fc.constantFrom(...keys).chain((key) => value.map((one) => [key, one] as const));
    const group = fc.array(entry, { maxLength: 3 }).map((entries) => ({ files: 'x', ...Object.fromEntries(entries) }));
    fc.assert(
      fc.property(group, (one) => {
        fc.pre(Object.entries(one).every(([key, inside]) => !UNKNOWN_TO_SCHEMA('config', key, inside)));
        const file = { groups: [one] };
        expect(bySchema('config', file)).toBe(byReader('config', file));
      }),
      { numRuns: 400, seed: 5 },
    );
  });

  it.each(['packet', 'packets', 'outcome', 'by', 'to', 'every', 'because', 'nope'])('%s of an expectation', (key) => {
    for (const [first, second] of [
      ['packet', 'out tcp -> 203.0.113.9:443'],
      ['packets', 'out tcp'],
    ] as const) {
      for (const value of VALUES) {
        if (UNKNOWN_TO_SCHEMA('expect', key, value)) continue;
        const file = { rules: 'x', packets: [{ [first]: second, outcome: 'direct', [key]: value }] };
        expect([key, value, bySchema('expect', file)]).toEqual([key, value, byReader('expect', file)]);
      }
    }
  });
});

it('a host has the keys that are read', () => {
  expect(Object.keys(schemaOf('host').properties ?? {}).sort()).toEqual(['$schema', 'schema', ...HOST_KEYS].sort());
});

it.each([
  ['config', ['base', 'groups[].files', 'claims.levels', 'suppressions[].reason']],
  ['expectations', ['rules', 'packets[].packet', 'packets[].every']],
  ['host', ['interfaces', 'clock']],
])('the page %s has every key, which editors show', (id, some) => {
  const told = PAGES.find((page) => page.id === id)?.keys?.map(({ name }) => name) ?? [];
  expect(told).toEqual(expect.arrayContaining(some));
  const schema = schemaOf(id === 'expectations' ? 'expect' : (id as SchemaName));
  const missing: string[] = [];
  const visit = (one: ReturnType<typeof schemaOf>, path: string): void => {
    for (const [key, value] of Object.entries(one.properties ?? {})) {
      const here = path === '' ? key : `${path}.${key}`;
      const parts = [value, ...(value.anyOf ?? [])];
      const inner = parts.flatMap((part) => [
        ...(part.properties ? [[part, here] as const] : []),
        ...(part.items?.properties ? [[part.items, `${here}[]`] as const] : []),
      ]);
      if (!told.includes(here) && (inner.length === 0 || id === 'host')) missing.push(here);
      if (id !== 'host' && here !== 'packets[].packet') for (const [part, at] of inner) visit(part, at);
    }
  };
  visit(schema, '');
  expect(missing).toEqual([]);
});

it.each(SCHEMA_NAMES)('schemas/%s.json is up to date: `npm run docs`', (name) => {
  expect(JSON.parse(root(`schemas/${name}.json`))).toEqual(JSON.parse(JSON.stringify(schemaOf(name))));
  expect(JSON.parse(root('package.json')).files).toContain('schemas/*.json');
});

it('a reader without a schema is not one', () => expect(read({ type: 'string' }, () => 'x').schema).toEqual({ type: 'string' }));
