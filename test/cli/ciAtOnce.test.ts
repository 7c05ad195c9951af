/** `ci`: everything that is wrong with a configuration is said at once; a verdict for machines; what a reviewer is told of an accepted
 *  finding, of rules that were moved and of what is gone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CiReport } from '../../src/report/ci/json.ts';
import { WHOLE_CONNECTIONS } from '../../src/report/text/bounds.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk } from './memoryIo.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const POD = readFixture('istio-sidecar').text;
const CONFIG = 'groups: [{ files: "net/*.rules" }]\n';

describe('what is wrong with a configuration', () => {
  it('is said at once, whichever key names it', async () => {
    const config = `groups:
  - { files: "net/*.rules" }
  - { files: "*.yaml", values: [a.yaml, b.yaml] }
baseline: known.json
output: [sarfi, json=, "junit=x.xml"]
`;
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a }] }\n';
    const files = { 'chainwalk.config.yaml': config, 'net/pod.rules': POD, 'pod.yaml': pod };
    const { code, err } = await chainwalk(['ci'], { files });
    expect(code).toBe(2);
    for (const said of ['`sarfi`', '`json=`', 'known.json', 'a.yaml', 'b.yaml']) expect(err).toContain(said);
  });

  it('two formats for one place are said once a place', async () => {
    const { err } = await chainwalk(['ci', '-o', 'json,human,sarif=x,junit=x'], {
      files: { 'chainwalk.config.yaml': CONFIG, 'net/p.rules': POD },
    });
    expect(err.match(/cannot both go/g)).toHaveLength(2);
  });
});

describe('in a pull request', { timeout: 60_000 }, () => {
  let repository: Repository;
  beforeAll(() => {
    repository = temporaryGit();
    repository.commit({ 'chainwalk.config.yaml': CONFIG, 'net/pod.rules': POD, 'net/other.rules': POD }, 'base');
  });
  afterAll(() => repository.remove());

  async function ci(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
    repository.git('checkout', '-q', '-f', 'base');
    repository.git('clean', '-qfd');
    repository.write(files);
    return await repository.chainwalk(['ci', '--base', 'base', ...argv]);
  }
  const verdictOf = async (files: Readonly<Record<string, string>>, ...argv: readonly string[]) =>
    (JSON.parse((await ci(files, '--json', ...argv)).out) as CiReport).verdict;
  const EXCLUDING = POD.replace('-A ISTIO_OUTPUT -j ISTIO_REDIRECT', '-A ISTIO_OUTPUT -d 10.9.0.0/16 -j RETURN\n$&');

  it('JSON has the word of the first line', async () => {
    expect(await verdictOf({})).toBe('OK');
    expect(await verdictOf({ 'net/pod.rules': EXCLUDING })).toBe('FAIL');
    expect(await verdictOf({ 'net/new.rules': EXCLUDING })).toBe('OK');
    expect(await verdictOf({ 'net/new.rules': EXCLUDING }, '--strict')).toBe('FAIL');
  });

  it('rules that were moved and change nothing are counted, and proved to', async () => {
    const lines = POD.split('\n');
    const at = lines.findIndex((line) => line.includes('--dport 15021'));
    const swapped = [...lines.slice(0, at), lines[at + 1], lines[at], ...lines.slice(at + 2)].join('\n');
    const { code, out } = await ci({ 'net/pod.rules': swapped });
    expect([code, out]).toEqual([0, expect.stringContaining('1 rule changed in net/pod.rules, behaviour equal (proved for')]);
    expect((await ci({ 'net/pod.rules': swapped }, '-o', 'markdown')).out).toContain(
      `behaviour equal (proved for ${WHOLE_CONNECTIONS} over IPv4`,
    );
    expect((await ci({ 'net/pod.rules': `# words\n${POD}` })).out).not.toContain('behaviour equal');
    expect((await ci({ 'net/pod.rules': EXCLUDING })).out).not.toContain('behaviour equal');
  });

  it('what is gone is headed by its name', async () => {
    repository.git('checkout', '-q', '-f', 'base');
    repository.git('rm', '-q', 'net/other.rules');
    const { code, out } = await repository.chainwalk(['ci', '--base', 'base']);
    expect([code, out]).toEqual([1, expect.stringMatching(/^error: subject-gone {2}base:net\/other\.rules$/m)]);
    repository.git('reset', '-q', '--hard');
  });

  it('an accepted error keeps the check red, which is said before; an accepted warning does not', async () => {
    const broken = await ci({ 'net/pod.rules': POD.replace(/^-A ISTIO_OUTPUT .*-j RETURN\n/gm, '') });
    expect(broken.out).toMatch(/accept {3}.*\n.*the check stays\s+red until the base has it/);
    const files = { 'net/new.rules': EXCLUDING };
    const first = await ci(files);
    expect(first.out.replaceAll(/\s+/g, ' ')).toContain('it stays a finding until the base has it');
    const accepted = EXCLUDING.replace('-A ISTIO_OUTPUT -d 10.9', '# chainwalk-disable-next-line no-exclusion -- the database\n$&');
    const { code, out } = await ci({ 'net/new.rules': accepted });
    expect([code, out]).toEqual([0, expect.stringContaining('A comment accepts')]);
  }, 180_000);

  it('without a base nothing is said of one', async () => {
    repository.git('checkout', '-q', '-f', 'base');
    repository.write({ 'net/pod.rules': POD.replace(/^-A ISTIO_OUTPUT .*-j RETURN\n/gm, '') });
    const { out } = await repository.chainwalk(['ci']);
    expect(out).toContain('accept');
    expect(out).not.toContain('until the base');
  });
});
