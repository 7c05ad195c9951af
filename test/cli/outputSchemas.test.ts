/** What is printed as JSON has a schema: every run of these tests is held to it by memoryIo.ts, and no key is there that it does not know. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { OUTPUT_NAMES, outputSchemaOf } from '../../bundle/outputSchemas.ts';
import { readFixture } from '../support/fixtures.ts';
import { outputProblems } from '../support/outputSchemas.ts';
import { chainwalk } from './memoryIo.ts';

const POD = readFixture('istio-sidecar').text;
const WEB =
  'apiVersion: v1\nkind: Pod\nmetadata: { name: web, labels: { sidecar.istio.io/inject: "true" } }\nspec: { containers: [{ name: a }] }\n';
const FILES = {
  'pod.rules': POD,
  'broken.rules': readFixture('broken/service-cidr-returned').text,
  'web.yaml': WEB,
  'packets.jsonl': 'nonsense\n',
  'host.txt':
    '$ ip addr\n2: eth0: <UP,LOWER_UP> mtu 1500\n    inet 10.0.0.2/24 scope global eth0\n$ ip route\ndefault via 10.0.0.1 dev eth0\n$ ss -ltn\nLISTEN 0 128 0.0.0.0:80 0.0.0.0:*\n',
  'chainwalk.config.yaml': 'groups: [{ files: "broken.rules" }]\n',
};
const RUNS: Readonly<Record<string, readonly string[]>> = {
  trace: ['trace', 'broken.rules', 'out tcp -> 203.0.113.9:443 uid=1337', '--why-not', 'captured-out', '-v', '--json'],
  error: ['trace', 'pod.rules', '--packets', 'packets.jsonl', '--json'],
  verify: ['verify', 'broken.rules', '--json'],
  'verify-lines': ['verify', 'broken.rules', '-o', 'jsonl'],
  find: ['find', 'pod.rules', '--where', 'out tcp', '--outcome', 'direct', '--json'],
  diff: ['diff', 'pod.rules', 'broken.rules', '--json'],
  check: ['check', 'pod.rules', '--json'],
  ci: ['ci', '--json'],
  enrol: ['enrol', 'web.yaml', '--json'],
  approaches: ['approaches', 'web.yaml', '--json'],
  render: ['render', '--json', '--', '-i', '*'],
  'render-pods': ['render', '--pod', 'web.yaml', '--json'],
  host: ['host', 'host.txt', '--json'],
  explain: ['explain', 'timeout', '--json'],
  baseline: ['ci', '--baseline', 'known.json', '--update-baseline'],
};

describe('each kind of answer', { timeout: 60_000 }, () => {
  it('has a run here', () => expect(Object.keys(RUNS).toSorted()).toEqual(OUTPUT_NAMES.toSorted()));

  it.each(Object.entries(RUNS))('%s is what its schema says', async (name, argv) => {
    const { out, written } = await chainwalk(argv, { files: FILES });
    const [line = ''] = out.split('\n');
    const text = name === 'baseline' ? (written['known.json'] ?? '') : name === 'verify-lines' ? line : out;
    expect(JSON.parse(text.trim())).toMatchObject({ schema: `chainwalk/${name}/v1` });
    expect(outputProblems(text)).toEqual([]);
    expect(outputProblems(text.replace(/"schema":\s*"chainwalk\/[\w-]+\/v1",/, '$& "unheard": 1,'))).not.toEqual([]);
    // a reader's copy takes what a later version adds
    const open = new Ajv({ strict: false }).compile(outputSchemaOf(name as (typeof OUTPUT_NAMES)[number]));
    expect(open({ ...(JSON.parse(text.trim()) as object), unheard: 1 })).toBe(true);
  });

  it.each(OUTPUT_NAMES)('schemas/output/%s.json is up to date: `npm run docs`', (name) => {
    const written = readFileSync(new URL(`../../schemas/output/${name}.json`, import.meta.url), 'utf8');
    expect(written).toBe(`${JSON.stringify(outputSchemaOf(name), undefined, 2)}\n`);
  });
});
