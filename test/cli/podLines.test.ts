/** `verify -o jsonl` of manifests: a line a pod, shards and threads of one run, and `merge` says what one run says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io/io.ts';
import { run } from '../../src/cli/program/run.ts';
import { chainwalk, memoryIo, memorySink } from './memoryIo.ts';

interface Drawn {
  readonly kind: keyof typeof KINDS;
  readonly namespace: 'shop' | 'plain' | 'other';
  readonly file: number;
}

/** What a pod has that its answer depends on: `annotations`, `spec` of its container, and what stands above it. */
const KINDS = {
  plain: {},
  excludes: { annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "8080"' },
  'as the proxy': { container: ', securityContext: { runAsUser: 1337 }' },
  'port of the proxy': { annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "15006"' },
  refused: { annotations: 'traffic.sidecar.istio.io/includeInboundPorts: "a"' },
  'unknown key': { annotations: 'traffic.sidecar.istio.io/excludeInboundPort: "80"' },
  'known of the file': {
    container: ', securityContext: { runAsUser: 1337 }',
    above: '# chainwalk-disable-file identity-collision,outbound-captured,loopback-preserved -- known',
  },
  'idle comment': { above: '# chainwalk-disable-file identity-collision -- known' },
  'not injected': { annotations: 'sidecar.istio.io/inject: "false"' },
} as const satisfies Readonly<Record<string, { readonly annotations?: string; readonly container?: string; readonly above?: string }>>;

const NAMESPACES = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Namespace
metadata: { name: other, labels: { istio-injection: enabled } }
`;

function manifestOf({ kind, namespace }: Drawn, index: number): string {
  const { annotations, container = '', above }: { annotations?: string; container?: string; above?: string } = KINDS[kind];
  return `${above === undefined ? '' : `${above}\n`}apiVersion: apps/v1
kind: Deployment
metadata: { name: web${index % 7}, namespace: ${namespace} }
spec:
  template:
    metadata:
      labels: { app: web }${annotations === undefined ? '' : `\n      annotations: { ${annotations} }`}
    spec:
      containers: [{ name: web, image: nginx, ports: [{ containerPort: 80 }]${container} }]
`;
}

function filesOf(pods: readonly Drawn[]): Readonly<Record<string, string>> {
  const texts = [0, 1, 2].map((file) => pods.flatMap((pod, index) => (pod.file === file ? [manifestOf(pod, index)] : [])));
  const filled = texts.map((found) => found.join('---\n')).flatMap((text, at) => (text === '' ? [] : [[`pods/${at}.yaml`, text]]));
  return { ...Object.fromEntries(filled), 'pods/z.yaml': NAMESPACES, 'pods/README.txt': 'what a fleet is\n' };
}

const drawn = fc.record({
  kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
  namespace: fc.constantFrom('shop', 'shop', 'other', 'plain') as fc.Arbitrary<Drawn['namespace']>,
  file: fc.nat(2),
});

const verify = (options: readonly string[], files: Readonly<Record<string, string>>) =>
  chainwalk(['verify', 'pods', ...options], { files });

async function shards(of: number, options: readonly string[], files: Readonly<Record<string, string>>) {
  const reports: Record<string, string> = {};
  for (let index = 1; index <= of; index++)
    reports[`${index}.jsonl`] = (await verify([...options, '-o', 'jsonl', '--shard', `${index}/${of}`], files)).out;
  return reports;
}

const merge = (reports: Readonly<Record<string, string>>, ...options: readonly string[]) =>
  chainwalk(['merge', ...Object.keys(reports), ...options], { files: reports });

interface Line {
  readonly kind: string;
  readonly exit: number;
  readonly rules: readonly string[];
  readonly pod?: { readonly namespace: string; readonly name: string };
  readonly [key: string]: unknown;
}

const linesOf = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const FLEET: readonly Drawn[] = [
  { kind: 'plain', namespace: 'shop', file: 0 },
  { kind: 'as the proxy', namespace: 'shop', file: 0 },
  { kind: 'plain', namespace: 'other', file: 0 },
  { kind: 'as the proxy', namespace: 'other', file: 1 },
  { kind: 'refused', namespace: 'shop', file: 1 },
  { kind: 'plain', namespace: 'plain', file: 1 },
];

describe('lines of pods', { timeout: 300_000 }, () => {
  it('say an answer once, with the pod, its place and what is its own', async () => {
    const { out, code, err } = await verify(['-o', 'jsonl'], filesOf(FLEET));
    const lines = linesOf(out);
    expect(code).toBe(2);
    expect(err).toContain('pods/1.yaml:');
    expect(lines.map(({ kind, exit, pod }) => [kind, exit, pod && `${pod.namespace}/${pod.name}`])).toEqual([
      ['subject', 0, 'shop/web0'],
      ['subject', 1, 'shop/web1'],
      ['same', 0, 'other/web2'],
      ['same', 1, 'other/web3'],
      ['unread', 2, undefined],
      ['subject', 0, 'plain/web5'],
      ['end', 2, undefined],
    ]);
    expect(lines.at(-1)).toMatchObject({ listed: 'pods', files: 6, subjects: 5, answers: 3, unread: 1, exit: 2 });
    // the same answer, whose cause stands elsewhere
    expect(lines[3]?.places).toEqual([...new Array(2)].map(() => expect.objectContaining({ file: 'pods/1.yaml' })));
  });

  it('shards, merged, are what one run says in every format, byte for byte, and threads are', async () => {
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    const asked = fc.record({
      pods: fc.array(drawn, { minLength: 1, maxLength: 9 }),
      of: fc.integer({ min: 1, max: 4 }),
      option: fc.constantFrom('', '-v', '--strict', '--where=out tcp', '--mode=cni', '--phase=init', '--only=outbound-captured'),
    });
    const property = fc.asyncProperty(asked, async ({ pods, of, option }) => {
      // an idle comment fails a strict run as a whole, and in lines no single pod
      const kept = option === '--strict' ? pods.filter(({ kind }) => kind !== 'idle comment' && kind !== 'known of the file') : pods;
      const files = filesOf(kept.length === 0 ? FLEET : kept);
      const options = option === '' ? [] : [option];
      const reports = await shards(of, options, files);
      for (const format of ['jsonl', 'json', 'human']) {
        const one = await verify([...options, '-o', format], files);
        const merged = await merge(Object.fromEntries(Object.entries(reports).toReversed()), '-o', format);
        expect([format, merged.out, merged.code]).toEqual([format, one.out, one.code]);
        count(`${format} ${one.code}`);
        if (format !== 'jsonl') continue;
        expect(await withThreads(['verify', 'pods', ...options, '-o', 'jsonl', '--jobs', '2'], files)).toEqual(one);
        for (const { kind } of linesOf(one.out)) count(kind);
      }
      count(option);
    });
    await fc.assert(property, { numRuns: 12, seed: 20_261_201 });
    for (const what of ['subject', 'same', 'unread', 'end', 'jsonl 0', 'human 0', 'json 1', 'human 2', '-v', '--strict', '--where=out tcp'])
      expect([what, (seen.get(what) ?? 0) > 0]).toEqual([what, true]);
  });

  it('a shard proves its own pods alone, whatever the order of the files, and all of them are in one', async () => {
    const files = filesOf(FLEET);
    const names = Object.keys(files).filter((file) => file.endsWith('.yaml'));
    const podsOf = async (paths: readonly string[], shard: string) => {
      const { out } = await chainwalk(['verify', ...paths, '-o', 'jsonl', '--shard', shard], { files });
      return linesOf(out)
        .slice(0, -1)
        .map(({ rules }) => rules.join())
        .toSorted();
    };
    const [first, second] = [await podsOf(names, '1/2'), await podsOf(names, '2/2')];
    expect([first.length, second.length]).toEqual([3, 3]);
    expect(new Set([...first, ...second]).size).toBe(6);
    expect(await podsOf(names.toReversed(), '1/2')).toEqual(first);
  });

  it('what is wrong with the manifests together is in the last line, and no shard is green for it', async () => {
    const broken = { ...filesOf(FLEET.slice(0, 3)), 'pods/y.yaml': 'kind: Pod\nmetadata: { name: half }\n' };
    const whole = await verify(['-o', 'jsonl'], broken);
    expect(whole.code).toBe(2);
    expect(linesOf(whole.out).at(-1)?.diagnostics).toMatchObject([{ file: 'pods/y.yaml' }]);
    const reports = await shards(2, [], broken);
    for (const text of Object.values(reports)) expect(linesOf(text).at(-1)?.exit).toBe(2);
    expect((await merge(reports, '-o', 'jsonl')).out).toBe(whole.out);
    expect((await merge(reports)).err).toContain('pods/y.yaml:2:19: error');
    const cut = { ...filesOf(FLEET.slice(0, 3)), 'pods/y.yaml': 'kind: Pod\nspec: [\n' };
    expect(await verify(['-o', 'jsonl'], cut)).toMatchObject({ code: 2 });
  });

  it('a comment that a pod of another shard uses is not idle', async () => {
    const known: readonly Drawn[] = [
      { kind: 'plain', namespace: 'shop', file: 0 },
      { kind: 'known of the file', namespace: 'shop', file: 0 },
    ];
    const files = filesOf(known);
    const reports = await shards(2, [], files);
    expect(Object.values(reports).filter((text) => text.includes('suppresses nothing')).length).toBe(1);
    expect(await merge(reports)).toMatchObject({ code: 0, err: '' });
    expect((await verify([], files)).code).toBe(0);
  });

  it('a comment that no pod uses is idle in all of them, and fails a strict run, also where a shard is empty', async () => {
    const files = filesOf([{ kind: 'idle comment', namespace: 'shop', file: 0 }]);
    const reports = await shards(3, ['--strict'], files);
    const merged = await merge(reports);
    expect(merged.err).toContain('suppresses nothing');
    expect([merged.code, (await verify(['--strict'], files)).code]).toEqual([1, 1]);
    const lines = await merge(reports, '-o', 'jsonl');
    expect([lines.out, lines.code]).toEqual([(await verify(['--strict', '-o', 'jsonl'], files)).out, 1]);
  });

  it('shards of other texts, settings or numbers are no answer, nor is a part', async () => {
    const files = filesOf(FLEET.slice(0, 4));
    const reports = await shards(2, [], files);
    const changed = { ...files, 'pods/z.yaml': NAMESPACES.replace('name: other', 'name: others') };
    const other = await shards(2, [], changed);
    const { '1.jsonl': first = '', '2.jsonl': second = '' } = reports;
    for (const [texts, says] of [
      [{ 'a.jsonl': first, 'b.jsonl': other['2.jsonl'] ?? '' }, 'different manifests'],
      [{ 'a.jsonl': first, 'b.jsonl': (await shards(2, ['--strict'], files))['2.jsonl'] ?? '' }, 'different settings: `strict`'],
      [{ 'a.jsonl': first }, 'shard 2/2 is missing'],
      [{ 'a.jsonl': first, 'b.jsonl': second.replace(/\{[^\n]*"kind":"end".*\n/, '') }, 'has no last line'],
      [{ 'a.jsonl': first, 'b.jsonl': second.slice(second.indexOf('\n') + 1) }, 'that no line before it has'],
    ] as const) {
      const { code, out, err } = await merge(texts);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(says);
    }
  });

  it('an empty shard says so and is not green', async () => {
    const { code, err, out } = await verify(['-o', 'jsonl', '--shard', '3/3'], filesOf(FLEET.slice(0, 2)));
    expect([code, err]).toEqual([2, 'chainwalk: error: nothing was verified: shard 3/3 is empty, as there are 2 pods\n']);
    expect(linesOf(out)).toMatchObject([{ kind: 'end', subjects: 0, exit: 2 }]);
  });

  it('are read from standard input, too', async () => {
    const stdin = `${manifestOf({ kind: 'plain', namespace: 'shop', file: 0 }, 0)}---\n${NAMESPACES}`;
    const { code, out } = await chainwalk(['verify', '-', '-o', 'jsonl'], { stdin });
    expect([code, linesOf(out).map(({ kind }) => kind)]).toEqual([0, ['subject', 'end']]);
  });
});

/** Threads in memory: each runs to its end before the next begins. */
async function withThreads(argv: readonly string[], files: Readonly<Record<string, string>>) {
  const [out, err] = [memorySink(false), memorySink(false)];
  const startThread: Io['startThread'] = async (own) => {
    const [stdout, stderr] = [memorySink(false), memorySink(false)];
    await run({ argv: own, version: '1.2.3' }, memoryIo({ setting: { files }, out: stdout, err: stderr, written: {} }));
    async function* lines() {
      yield stdout.text().split('\n');
    }
    return { lines: lines(), said: Promise.resolve(''), stop: () => {} };
  };
  const code = await run({ argv, version: '1.2.3' }, { ...memoryIo({ setting: { files }, out, err, written: {} }), startThread });
  return { code, out: out.text(), err: err.text(), written: {} };
}
