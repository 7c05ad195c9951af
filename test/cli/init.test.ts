/** `chainwalk init` over folders of many kinds: what it writes, `chainwalk ci` takes as it is. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chainwalk } from './memoryIo.ts';

const read = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const RULES = read('istio-sidecar.rules');
const NFT = read('nft/istio-sidecar.nft');
const WEB = read('pods/vault.yaml');
const HOST = read('hosts/pod.json');
const VALUES = 'global:\n  proxy:\n    excludeOutboundPorts: "5432"\n';
const EXPECT = 'rules: pod.rules\npackets: [{ packet: "out tcp -> 203.0.113.9:443 uid=1000", outcome: captured-out }]\n';
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: 80 }] }\n';

async function init(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  const result = await chainwalk(['init', ...argv], { files });
  const config = result.written['chainwalk.config.yaml'];
  return { ...result, config: config === undefined ? undefined : parse(config) };
}

/** What `ci` says of the folder with what was written. */
async function ci(files: Readonly<Record<string, string>>, written: Readonly<Record<string, string>>) {
  return chainwalk(['ci', '--json'], { files: { ...files, ...written } });
}

describe('chainwalk init', { timeout: 60_000 }, () => {
  it.each<[string, Readonly<Record<string, string>>, unknown]>([
    ['dumps', { 'net/pod.rules': RULES, 'net/b.rules': RULES }, { groups: [{ files: 'net/*.rules' }] }],
    ['listings of nftables', { 'net/pod.nft': NFT, 'net/notes.nft': 'nothing' }, { groups: [{ files: ['net/*.nft', '!net/notes.nft'] }] }],
    ['manifests', { 'deploy/vault.yaml': WEB, 'deploy/service.yaml': SERVICE }, { groups: [{ files: 'deploy/*.yaml' }] }],
    [
      'both, with values and expectations',
      { 'net/pod.rules': RULES, 'net/pod.expect.yaml': EXPECT, 'deploy/vault.yaml': WEB, 'mesh/values.yaml': VALUES },
      { groups: [{ files: 'net/*.rules' }, { files: 'deploy/*.yaml', values: 'mesh/values.yaml' }], expectations: 'net/*.expect.yaml' },
    ],
    [
      'a pod with its host',
      { 'net/web.rules': RULES, 'net/web.host.json': HOST },
      { groups: [{ files: 'net/web.rules', host: 'net/web.host.json' }] },
    ],
    [
      'manifests in folders of a tree',
      { 'deploy/a/web.yaml': WEB, 'deploy/b/c/web.yaml': WEB.replaceAll('vault', 'other'), 'net/pod.rules': RULES },
      { groups: [{ files: 'net/*.rules' }, { files: 'deploy/**/*.yaml' }] },
    ],
    [
      'values in one of several folders',
      { 'deploy/a/web.yaml': WEB, 'deploy/b/web.yaml': WEB.replaceAll('vault', 'other'), 'deploy/b/values.yaml': VALUES },
      { groups: [{ files: ['deploy/a/*.yaml', 'deploy/b/*.yaml', '!deploy/b/values.yaml'], values: 'deploy/b/values.yaml' }] },
    ],
    [
      'values beside manifests',
      { 'deploy/vault.yaml': WEB, 'deploy/service.yaml': SERVICE, 'deploy/values.yaml': VALUES },
      { groups: [{ files: ['deploy/*.yaml', '!deploy/values.yaml'], values: 'deploy/values.yaml' }] },
    ],
  ])('%s', async (_, files, config) => {
    const result = await init(files);
    expect([result.code, result.err, result.config]).toEqual([0, '', config]);
    const checked = await ci(files, result.written);
    expect([checked.code === 0 || checked.code === 1, checked.err]).toEqual([true, '']);
    const subjects = JSON.parse(checked.out).subjects;
    expect(subjects.length).toBeGreaterThan(0);
  });

  it('nothing: an error that says how to get a dump', async () => {
    const { code, err, written } = await init({
      'README.md': '# x',
      'package.json': '{ "name": "x" }',
      'compose.yaml': 'services: { a: { image: b } }\n',
    });
    expect([code, written]).toEqual([2, {}]);
    expect(err).toMatch(/no rules or manifests of pods[\s\S]*iptables-save > net\/pod\.rules/);
  });

  it('says what it left out, and why', async () => {
    const files = {
      'net/pod.rules': RULES,
      'net/bad.rules': '*nat\n-A OUTPUT -m ownr -j RETURN\nCOMMIT\n',
      'charts/web/Chart.yaml': 'name: web\n',
      'charts/web/templates/deploy.yaml': WEB.replace('vault', '{{ .Values.name }}'),
      'overlays/prod/kustomization.yaml': 'resources: [../../deploy]\npatches: [{ path: replicas.yaml }]\n',
      'overlays/prod/replicas.yaml': 'kind: Deployment\nmetadata: { name: vault }\nspec: { replicas: 3 }\n',
      'deploy/vault.yaml': WEB,
      'a.yaml': VALUES,
      'b.yaml': VALUES,
    };
    const { out, config, written } = await init(files);
    expect(config).toEqual({ groups: [{ files: ['net/*.rules', '!net/bad.rules'] }, { files: 'deploy/*.yaml' }] });
    expect(out).toMatch(/^wrote chainwalk\.config\.yaml\n/);
    for (const word of [
      'left out, 5 paths',
      'chainwalk check net/bad.rules',
      'helm template charts/web',
      'kubectl kustomize overlays/prod',
      'one of several',
    ])
      expect(out).toContain(word);
    expect((await ci(files, written)).err).toBe('');
  });

  it('overwrites nothing without --force', async () => {
    const files = { 'net/pod.rules': RULES, 'chainwalk.config.yaml': 'groups: []\n' };
    const { code, err, written } = await init(files);
    expect([code, written, err]).toEqual([2, {}, expect.stringContaining('--force overwrites it')]);
    expect((await init(files, '--force')).config).toEqual({ groups: [{ files: 'net/*.rules' }] });
    expect((await init({ 'net/pod.rules': RULES, 'chainwalk.config.ts': '' }, '--force')).code).toBe(2);
  });

  it('names that a glob would read otherwise are escaped', async () => {
    const { config } = await init({ 'a(1)/x.rules': RULES, 'a(1)/web.rules': RULES, 'a(1)/web.host.json': HOST });
    expect(config.groups.map((group: { readonly files: string }) => group.files)).toEqual(['a\\(1\\)/web.rules', 'a\\(1\\)/*.rules']);
  });

  it('--dry-run prints and writes nothing', async () => {
    const { code, out, written } = await init({ 'pod.rules': RULES }, '--dry-run');
    expect([code, parse(out), written]).toEqual([0, { groups: [{ files: '*.rules' }] }, {}]);
  });

  it('--workflow writes the workflow, beside a configuration that is there, too', async () => {
    const workflow = '.github/workflows/chainwalk.yml';
    const first = await init({ 'pod.rules': RULES }, '--workflow');
    expect(Object.keys(first.written)).toEqual(['chainwalk.config.yaml', workflow]);
    expect(parse(first.written[workflow] ?? '').jobs.chainwalk.steps[1].uses).toBe('chainwalk/chainwalk@v1.2.3');
    expect(Object.keys((await init({ 'chainwalk.config.ts': '' }, '--workflow')).written)).toEqual([workflow]);
  });

  it('any folder: ci reads what was written, without a complaint about it', async () => {
    const kinds: Readonly<Record<string, string>> = {
      rules: RULES,
      yaml: WEB,
      'host.json': HOST,
      json: '{ "name": "x" }',
      yml: SERVICE,
      sh: '#!/bin/sh\necho hi\n',
    };
    const file = fc.tuple(
      fc.constantFrom('', 'a/', 'a b/', "it's/"),
      fc.constantFrom('x', 'y', '1'),
      fc.constantFrom(...Object.keys(kinds)),
    );
    const folder = fc
      .array(file, { maxLength: 5 })
      .map((all) => Object.fromEntries(all.map(([dir, name, kind]) => [`${dir}${name}.${kind}`, kinds[kind] ?? ''])));
    await fc.assert(
      fc.asyncProperty(folder, async (files) => {
        const result = await init(files);
        if (result.code === 2) return;
        const checked = await chainwalk(['ci', '--json', '--timeout', '5'], { files: { ...files, ...result.written } });
        expect(checked.err).not.toMatch(/error|no file matches|passed over/);
        expect([0, 1]).toContain(checked.code);
      }),
      { numRuns: 12, seed: 13 },
    );
  });
});
