/** YAML and JSON that would hang, crash or be misread: malformed, with a place, for every reader. */
import { describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk, type Setting } from './memoryIo.ts';

const RULES = readFixture('istio-sidecar').text;
const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: app}]}\n';
const PACKET = 'out tcp -> 203.0.113.9:443';

const levels = (count: number, one: (at: number) => string) => Array.from({ length: count }, (_, at) => one(at)).join('\n');
const BOMB = `b0: &b0 [x, x]\n${levels(40, (at) => `b${at + 1}: &b${at + 1} [*b${at}, *b${at}]`)}\n`;

/** What is wrong, a text in which it is, and what is said. */
const FLAWS: readonly (readonly [string, string, RegExp])[] = [
  ['an alias that holds itself', 'one: &one\n  two: *one\n', /^2:8: error: the alias `\*one` stands inside what it stands for$/],
  ['a list that holds itself', 'one: &one [[*one]]\n', /^1:13: error: the alias `\*one` stands inside/],
  ['aliases that repeat without end', BOMB, /^\d+:\d+: error: aliases repeat more than 100000 values$/],
  ['an alias of nothing', 'one: [*none]\n', /^1:7: error: .*none/],
  ['an alias before its anchor', 'one: *later\ntwo: &later 1\n', /^1:6: error: .*later/],
  ['a merge of a text', 'one:\n  <<: text\n', /^2:7: error: `<<` takes a map, or a list of maps$/],
  ['a merge of a list of texts', 'one: {<<: [text]}\n', /^1:12: error: `<<` takes a map, or a list of maps$/],
  ['a merge of itself', 'one: &one\n  <<: *one\n', /^2:7: error: the alias `\*one` stands inside what it stands for$/],
  ['a key twice', 'one: 1\none: 2\n', /^2:1: error: map keys must be unique$/],
  ['a key twice, in JSON', '{"one": 1, "one": 2}', /^1:12: error: map keys must be unique$/],
  ['a list as a key', '? [one]\n: two\n', /^1:3: error: a key has to be a text$/],
  ['lists a thousand deep', `one: ${'['.repeat(1000)}${']'.repeat(1000)}\n`, /^1:\d+: error: this is nested more than 200 levels deep$/],
  ['JSON a hundred thousand deep', `${'[['.repeat(50_000)}${']]'.repeat(50_000)}`, /^1:201: error: this is nested more than 200 levels/],
  ['lists that never end', `one: ${'['.repeat(60_000)}\n`, /^1:\d+: error: this is nested more than 200 levels/],
  ['maps three hundred deep', `${levels(300, (at) => `${' '.repeat(at)}k:`)}\n`, /^201:201: error: this is nested more than 200 levels/],
  ['a list of lists', `${'- '.repeat(60_000)}one\n`, /^1:401: error: this is nested more than 200 levels/],
];

/** Every command that reads a file of YAML, and how it gets this text. */
const READERS: readonly (readonly [string, (text: string) => { readonly argv: readonly string[]; readonly files: Setting['files'] }])[] = [
  ['a manifest', (text) => ({ argv: ['enrol', 'x.yaml'], files: { 'x.yaml': text } })],
  ['values', (text) => ({ argv: ['enrol', 'pod.yaml', '--values', 'x.yaml'], files: { 'x.yaml': text, 'pod.yaml': POD } })],
  ['a host', (text) => ({ argv: ['trace', 'pod.rules', PACKET, '--host', 'x.yaml'], files: { 'x.yaml': text, 'pod.rules': RULES } })],
  ['a host: verify', (text) => ({ argv: ['verify', 'pod.rules', '--host', 'x.yaml'], files: { 'x.yaml': text, 'pod.rules': RULES } })],
  ['expectations', (text) => ({ argv: ['expect', 'x.yaml'], files: { 'x.yaml': text } })],
  ['a configuration', (text) => ({ argv: ['ci', '--config', 'x.yaml'], files: { 'x.yaml': text } })],
];

describe.each(READERS)('%s', (_, reading) => {
  it.each(FLAWS)('%s is malformed: exit 2 and the place', async (_name, text, said) => {
    const { argv, files } = reading(text);
    const { code, err } = await chainwalk(argv, { ...(files !== undefined && { files }) });
    expect(code).toBe(2);
    const [first = ''] = err.split('\n');
    expect(first).toMatch(/^x\.yaml:/);
    expect(first.slice('x.yaml:'.length)).toMatch(said);
  });
});

describe('YAML inside a string', () => {
  const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '    ');
  it.each(FLAWS.filter(([name]) => !name.includes('JSON')))('%s: in an annotation, and in a ConfigMap', async (_name, text, said) => {
    const message = new RegExp(said.source.replace(/^.*?error: /, '').replace(/\$$/, ''));
    const annotated = POD.replace(
      '{name: web}',
      `\n  name: web\n  annotations:\n    proxy.istio.io/config: |\n${indented(indented(text))}`,
    );
    const mesh = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: |\n${indented(text)}`;
    for (const file of [annotated, `${mesh}---\n${POD}`]) {
      const { code, err } = await chainwalk(['enrol', 'x.yaml'], { files: { 'x.yaml': file } });
      expect(code).toBe(2);
      expect(err).toMatch(/^x\.yaml:\d+:\d+: error: /);
      expect(err).toMatch(message);
    }
  });
});

it('an item of a List that is nested too deeply', async () => {
  const item = levels(3000, (at) => `${' '.repeat(at + 2)}k:`);
  const text = `apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n${item}\n`;
  const { code, err } = await chainwalk(['enrol', 'x.yaml'], { files: { 'x.yaml': text } });
  expect([code, err]).toEqual([2, expect.stringMatching(/^x\.yaml:\d+:\d+: error: this is nested more than 200 levels/)]);
});

describe('what JavaScript has by other names', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('kind `%s` is a kind without pods', async (kind) => {
    for (const command of ['enrol', 'verify', 'approaches']) {
      const { code, err } = await chainwalk([command, 'x.yaml'], {
        files: { 'x.yaml': `kind: ${kind}\nmetadata: {name: x}\n---\n{"kind": "${kind}"}\n` },
      });
      expect([code, err]).toEqual([2, expect.stringMatching(/^x\.yaml:\d+:\d+: error: /)]);
    }
  });

  it.each(['{toString: 1, valueOf: 1}', '{toString: {}}', '{toJSON: 1}', '[[]]', '{__proto__: {a: 1}}', 'null'])(
    'a host whose values are %s',
    async (value) => {
      const hosts = [
        `interfaces: [{name: eth0, addresses: [${value}]}]`,
        `interfaces: [${value}]`,
        `routes: [${value}]`,
        `route_tables: {7: [${value}]}`,
        `ip_rules: [${value}]`,
        `listeners: [{proto: tcp, port: ${value}}]`,
        `listeners: [{proto: tcp, port: 1, address: ${value}}]`,
        `listeners: [{proto: tcp, port: 1, forwards: ${value}}]`,
        `processes: {app: ${value}}`,
        `pods: [${value}]`,
        `sets: {a: ${value}}`,
        `clock: ${value}`,
      ];
      for (const host of hosts) {
        const { code, err } = await chainwalk(['trace', 'pod.rules', PACKET, '--host', 'host.yaml'], {
          files: { 'host.yaml': host, 'pod.rules': RULES },
        });
        expect([code, err], host).toEqual([2, expect.stringContaining('host.yaml: ')]);
      }
    },
  );
});

describe('expectations that hold nothing', () => {
  it.each(['packets: null\n', 'packets:\n', 'packets: ~\n', '{"packets": null}', ''])('%j says so, and exits 2', async (packets) => {
    const text = packets.startsWith('{') ? '{"rules": "pod.rules", "packets": null}' : `rules: pod.rules\n${packets}`;
    const { code, err } = await chainwalk(['expect', 'x.yaml'], { files: { 'x.yaml': text, 'pod.rules': RULES } });
    expect([code, err]).toEqual([2, expect.stringContaining('packets')]);
  });
});

/** Quadratic readers took minutes for these. */
describe('large texts', () => {
  const DIGITS = '1'.repeat(1_000_000);
  it.each([
    ['a number of a million digits', `${DIGITS}x`],
    ['a fraction of a million digits', `${DIGITS}.${DIGITS}x`],
  ])('%s', async (_, value) => {
    const listed = `apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  metadata:\n    name: web\n    labels:\n      size: ${value}\n  spec:\n    containers:\n    - name: app\n      image: app\n`;
    expect((await chainwalk(['enrol', 'x.yaml'], { files: { 'x.yaml': listed } })).code).toBe(0);
    const duration = POD.replace('{name: web}', `{name: web, annotations: {proxy.istio.io/config: 'drainDuration: ${value}'}}`);
    expect((await chainwalk(['enrol', 'x.yaml'], { files: { 'x.yaml': duration } })).code).toBeLessThan(3);
  });

  it('forty thousand keys, and as many merged ones', async () => {
    const keys = levels(40_000, (at) => `  k${at}: v`);
    const text = `${POD}extra: &extra\n${keys}\nmore:\n  <<: *extra\n`;
    expect((await chainwalk(['enrol', 'x.yaml'], { files: { 'x.yaml': text } })).code).toBe(0);
  });
});

it('warnings of the library do not pass by our output', async () => {
  const warned: unknown[] = [];
  const listen = (warning: unknown) => warned.push(warning);
  process.on('warning', listen);
  const text = '!nobody\ninterfaces: !odd [!x {name: !y eth0, addresses: []}]\n? !z a\n: b\n';
  await chainwalk(['trace', 'pod.rules', PACKET, '--host', 'host.yaml'], { files: { 'host.yaml': text, 'pod.rules': RULES } });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  expect(warned).toEqual([]);
});
