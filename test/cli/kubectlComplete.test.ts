/** What kubectl completes behind `kubectl chainwalk`, and what krew installs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCompletion } from '../../src/cli/kubectl/runCompletion.ts';
import { type FakeObjects, fakeCluster } from './fakeCluster.ts';

const root = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const PACKAGE = JSON.parse(root('package.json')) as {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
};

const OBJECTS: FakeObjects = {
  namespace: 'shop',
  pods: [{ at: 'shop/web-0' }, { at: 'shop/web-1' }, { at: 'other/db-0' }],
  objects: [{ kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: {} }],
};

async function completed(objects: FakeObjects, ...argv: readonly string[]) {
  const lines = (await fakeCluster(objects).complete(runCompletion, ...argv)).trimEnd().split('\n');
  return { words: lines.slice(0, -1).map((line) => line.split('\t')[0]), directive: lines.at(-1), lines };
}

describe('kubectl_complete-chainwalk', () => {
  it('commands and pods first, each with the directive of cobra', async () => {
    const { words, directive, lines } = await completed(OBJECTS, '');
    expect(words).toEqual(['verify', 'trace', 'find', 'diff', 'check', 'print', 'web-0', 'web-1']);
    expect(directive).toBe(':4');
    expect(lines[0]).toMatch(/^verify\t\S/);
  });

  it.each([
    [['web'], ['web-0', 'web-1']],
    [['tr'], ['trace']],
    [
      ['trace', ''],
      ['web-0', 'web-1'],
    ],
    [
      ['-n', 'other', ''],
      ['verify', 'trace', 'find', 'diff', 'check', 'print', 'db-0'],
    ],
    [
      ['--namespace=other', 'd'],
      ['diff', 'db-0'],
    ],
    [['-nother', 'db'], ['db-0']],
    [['deploy/'], ['deploy/web']],
    [['trace', 'deploy/w'], ['deploy/web']],
    [
      ['pods', ''],
      ['web-0', 'web-1'],
    ],
    [['pod/web-1'], ['pod/web-1']],
    [['web-0', 'v'], ['verify']],
    [
      ['-n', ''],
      ['shop', 'other'],
    ],
    [['-n', 'o'], ['other']],
    [['--namespace=s'], ['--namespace=shop']],
    [
      ['--backend', ''],
      ['nft', 'legacy'],
    ],
    [['--backend=n'], ['--backend=nft']],
    [
      ['web-0', 'trace', '--expect', 'captured-'],
      ['captured-out', 'captured-in'],
    ],
    [['web-0', 'verify', '--stri'], ['--strict']],
    [['web-0', 'verify', '--all-n'], ['--all-namespaces']],
    [['-A', 'p'], ['print']],
    [['web-0', 'trace', ''], []],
    [['nonsense/'], []],
  ])('%j', async (argv, words) => {
    expect((await completed(OBJECTS, ...argv)).words).toEqual(words);
  });

  it('files where files are meant', async () => {
    expect(await completed(OBJECTS, 'web-0', 'diff', '')).toMatchObject({ words: [], directive: ':0' });
    expect(await completed(OBJECTS, '--kubeconfig', '')).toMatchObject({ words: [], directive: ':0' });
    expect(await completed(OBJECTS, 'web-0', 'trace', '--packets', '')).toMatchObject({ words: [], directive: ':0' });
  });

  it('a cluster that does not answer costs candidates, not an error', async () => {
    expect((await completed({ ...OBJECTS, forbidden: /./ }, '')).words).toEqual(['verify', 'trace', 'find', 'diff', 'check', 'print']);
    expect(await completed({ ...OBJECTS, forbidden: /./ }, '-n', '')).toMatchObject({ words: [], directive: ':4' });
  });

  it('is a program of the package, by the name that kubectl runs', () => {
    expect(Object.keys(PACKAGE.bin)).toContain('kubectl_complete-chainwalk');
    expect(root('src/kubectl-complete.ts')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});

describe('bundle/krew/chainwalk.yaml', () => {
  const manifest = parse(root('bundle/krew/chainwalk.yaml')) as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly version: string;
      readonly homepage: string;
      readonly shortDescription: string;
      readonly description: string;
      readonly caveats: string;
      readonly platforms: readonly {
        readonly selector: {
          readonly matchExpressions: readonly { readonly key: string; readonly operator: string; readonly values: readonly string[] }[];
        };
        readonly uri: string;
        readonly sha256: string;
        readonly files: readonly { readonly from: string; readonly to: string }[];
        readonly bin: string;
      }[];
    };
  };
  const { spec } = manifest;

  it('has the fields that krew requires', () => {
    expect(manifest).toMatchObject({
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'chainwalk' },
    });
    expect(spec.version).toMatch(/^v\d+\.\d+\.\d+/);
    expect(spec.homepage).toMatch(/^https:\/\//);
    expect(spec.shortDescription.length).toBeLessThanOrEqual(50);
    expect(spec.description).not.toBe('');
    for (const { uri, sha256, files, bin, selector } of spec.platforms) {
      expect(uri).toMatch(/^https:\/\/\S+\.tgz$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(files.length).toBeGreaterThan(0);
      expect(bin).not.toMatch(/^\/|\.\./);
      expect(selector.matchExpressions).toEqual([{ key: 'os', operator: 'In', values: ['linux', 'darwin'] }]);
    }
  });

  it('is of this version, and of a program that the package has', () => {
    const [platform] = spec.platforms;
    expect(spec.version).toBe(`v${PACKAGE.version}`);
    expect(platform?.uri).toContain(`/chainwalk-${PACKAGE.version}.tgz`);
    expect(platform?.bin).toBe(PACKAGE.bin['kubectl-chainwalk']);
    expect(PACKAGE.files).toContain('dist/**/*.js');
    expect(spec.caveats).toContain(`/v${PACKAGE.version}/${PACKAGE.bin['kubectl_complete-chainwalk']}`);
  });
});
