/** `verify --shard` and `merge`: the shards of a run together are that run, or an error. */
import { describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.ts';
import { laterDump } from '../support/laterDump.ts';
import { chainwalk } from './memoryIo.ts';

const fixture = (name: string) => readFixture(name).text;
const SIDECAR = fixture('istio-sidecar');
const BROKEN = fixture('istio-two-uids');
const PODS: Readonly<Record<string, string>> = {
  'pods/a.rules': SIDECAR,
  'pods/b.rules': laterDump(BROKEN, 2),
  'pods/c.rules': laterDump(SIDECAR, 3),
  'pods/d.rules': fixture('istio-dual-stack'),
  'pods/e.rules': BROKEN,
  'pods/f.rules': `${SIDECAR}# chainwalk-disable-file no-dead-rule\n`,
  'pods/g.rules': fixture('docker'),
  'pods/h.rules': fixture('istio-ambient'),
  'pods/i.rules': laterDump(fixture('istio-dual-stack'), 4),
  'pods/readme.txt': 'dumps of a fleet\n',
  'pods/z.rules': fixture('firewall'),
};
const OPTIONS = ['--timeout', '600'];

async function shards(of: number, files = PODS, options: readonly string[] = OPTIONS): Promise<Readonly<Record<string, string>>> {
  const reports: Record<string, string> = {};
  for (let index = 1; index <= of; index++) {
    const { out } = await chainwalk(['verify', 'pods', ...options, '-o', 'jsonl', '--shard', `${index}/${of}`], { files });
    reports[`${index}.jsonl`] = out;
  }
  return reports;
}

const merge = (reports: Readonly<Record<string, string>>, ...options: readonly string[]) =>
  chainwalk(['merge', ...Object.keys(reports), ...options], { files: reports });

describe('shards of a run together', { timeout: 120_000 }, () => {
  it.each([
    ['', 3],
    ['--strict', 2],
    ['-v', 4],
  ])('are what one run says in every format, byte for byte (%s)', async (option, of) => {
    const options = [...OPTIONS, ...(option === '' ? [] : [option])];
    const reports = await shards(of, PODS, options);
    for (const format of ['jsonl', 'json', 'human']) {
      const one = await chainwalk(['verify', 'pods', ...options, '-o', format], { files: PODS });
      const merged = await merge(Object.fromEntries(Object.entries(reports).toReversed()), '-o', format);
      expect(merged.out).toBe(one.out);
      expect(merged.code).toBe(one.code);
    }
    expect(Object.values(reports).every((text) => text.includes('"kind":"subject"'))).toBe(true);
  });

  it('have each file once, whatever the order in which it is listed', async () => {
    const listed = async (paths: readonly string[]) => {
      const { out } = await chainwalk(['verify', ...paths, '-o', 'jsonl', '--shard', '2/3'], { files: PODS });
      return [...out.matchAll(/"rules":\["(pods\/\w+\.\w+)"\]/g)]
        .map(([, name]) => name)
        .filter((name, at, all) => all.indexOf(name) === at);
    };
    const names = Object.keys(PODS).filter((name) => name.endsWith('.rules'));
    expect((await listed(names)).toSorted()).toEqual((await listed(names.toReversed())).toSorted());
  });

  it('are no answer where one of them could not read a file', async () => {
    const files = { ...PODS, 'pods/bad.rules': '*nat\n-A OUTPUT -j NOWHERE\nCOMMIT\n' };
    const reports = await shards(2, files);
    for (const format of ['json', 'human']) expect(await merge(reports, '-o', format)).toMatchObject({ code: 2, out: '' });
    expect((await merge(reports)).err).toContain('pods/bad.rules:2:');
    const lines = await merge(reports, '-o', 'jsonl');
    expect(lines.code).toBe(2);
    expect(lines.out).toBe((await chainwalk(['verify', 'pods', ...OPTIONS, '-o', 'jsonl'], { files })).out);
  });

  it('may be empty, which is said and not green; together they are green', async () => {
    const files = { 'pods/a.rules': SIDECAR, 'pods/b.rules': SIDECAR, 'pods/c.rules': SIDECAR };
    const { code, err } = await chainwalk(['verify', 'pods', '-o', 'jsonl', '--shard', '4/4'], { files });
    expect([code, err]).toEqual([2, 'chainwalk: error: nothing was verified: shard 4/4 is empty, as there are 3 files\n']);
    expect((await merge(await shards(4, files, []))).code).toBe(0);
  });
});

describe('merge takes no part for the whole', { timeout: 120_000 }, () => {
  const small = { 'pods/a.rules': SIDECAR, 'pods/b.rules': SIDECAR, 'pods/c.rules': laterDump(SIDECAR, 1), 'pods/d.rules': SIDECAR };
  const only = ['--only', 'no-redirect-loop'];

  type Reports = Readonly<Record<string, string>>;
  const edited = (name: string, from: RegExp | string, to: string) => (all: Reports) => ({
    ...all,
    [name]: (all[name] ?? '').replace(from, to),
  });
  const replaced =
    (name: string, of: () => Promise<Reports>, own = name) =>
    async (all: Reports) => ({ ...all, [name]: (await of())[own] ?? '' });

  it.each<[string, (reports: Reports) => Reports | Promise<Reports>, string]>([
    ['a missing shard', ({ '2.jsonl': _, ...others }) => others, 'shard 2/3 is missing'],
    ['a shard that is there twice', replaced('4.jsonl', () => shards(3, small, only), '1.jsonl'), 'number 1 is in another report as well'],
    ['a shard of others', replaced('4.jsonl', () => shards(9, small, only), '9.jsonl'), 'shards of 3 and of 9'],
    ['a report without its end', edited('1.jsonl', /\{[^\n]*"kind":"end".*\n/, ''), '`1.jsonl` has no last line'],
    ['a report without a line', edited('1.jsonl', /\{[^\n]*"kind":"same".*\n/, ''), 'has not the lines that its last line counts'],
    ['another version', edited('3.jsonl', '"version":"1.2.3"', '"version":"1.2.4"'), '`1.jsonl` is of chainwalk 1.2.3, `3.jsonl` of 1.2.4'],
    ['other options', replaced('3.jsonl', () => shards(3, small, [...only, '--proxy-uid', '7'])), 'different settings: `proxyUid`'],
    [
      'other files',
      replaced('3.jsonl', () => shards(3, { ...small, 'pods/x.rules': SIDECAR }, only)),
      'different files: 4 and 5 were listed',
    ],
    [
      'lines of something else',
      edited('1.jsonl', /^/, '{"schema":"chainwalk/verify/v1"}\n'),
      '`1.jsonl:1` is not a line of `verify -o jsonl`',
    ],
    [
      'two outputs in one file',
      (all) => ({ ...all, '1.jsonl': `${all['1.jsonl']}${all['2.jsonl']}` }),
      'comes after the last line of its run',
    ],
  ])('%s is an error', async (_, change, says) => {
    const whole = await shards(3, small, only);
    expect((await merge(whole)).code).toBe(0);
    const reports = await change(whole);
    for (const format of ['human', 'json', 'jsonl']) {
      const { code, out, err } = await merge(reports, '-o', format);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(says);
    }
  });

  it('an empty shard that is there twice is an error', async () => {
    const whole = await shards(9, small, only);
    expect((await merge({ ...whole, 'again.jsonl': whole['9.jsonl'] ?? '' })).err).toContain('shard 9/9 is there twice');
  });

  it('a report of another version of chainwalk is an error, and so is standard input', async () => {
    const reports = await shards(1, small, only);
    const other = { '1.jsonl': (reports['1.jsonl'] ?? '').replace('"version":"1.2.3"', '"version":"0.9.0"') };
    expect(await merge(other)).toMatchObject({ code: 2, out: '' });
    expect(await chainwalk(['merge', '-'], { stdin: reports['1.jsonl'] ?? '' })).toMatchObject({ code: 2, out: '' });
  });

  it.each(['0/3', '4/3', '1', '1/0', '-1/3', 'a/b'])('--shard %s is not one', async (text) => {
    expect(await chainwalk(['verify', 'pods', '-o', 'jsonl', `--shard=${text}`], { files: small })).toMatchObject({ code: 2, out: '' });
  });

  it('--shard without -o jsonl is an error', async () => {
    const { code, err } = await chainwalk(['verify', 'pods', '--shard', '1/2'], { files: small });
    expect(code).toBe(2);
    expect(err).toContain('--shard is for -o jsonl');
  });
});
