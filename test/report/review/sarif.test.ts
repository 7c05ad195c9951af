import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/api/library/index.ts';
import { podsOf } from '../../../src/pods/familiesOfPod.ts';
import { CLAIMS } from '../../../src/prove/claims/all.ts';
import { verifyRulesets } from '../../../src/prove/judge/verifyRules.ts';
import { rulesSubjects } from '../../../src/report/review/fromVerified.ts';
import type { Problem } from '../../../src/report/review/review.ts';
import { HOME_URL, helpUrl } from '../../../src/report/sarif/home.ts';
import { sarifLog } from '../../../src/report/sarif/sarif.ts';
import type { SarifNotification, SarifResult, SarifRule } from '../../../src/report/sarif/types.ts';
import { fixtureNames, readFixture } from '../../support/fixtures.ts';
import { journey, path, walk } from '../handmade.ts';
import { hostileReview, hostileTexts, placedRule, problem, review, STYLE, subject } from './handmadeReview.ts';

interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly SarifRule[] } };
      readonly invocations: readonly [{ readonly toolExecutionNotifications: readonly SarifNotification[] }];
      readonly results: readonly SarifResult[];
    },
  ];
}

/** The schema as Microsoft's package for tests carries it; its pattern for languages is no Unicode expression. */
const SCHEMA = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const ajv = new Ajv.default({ strict: false, unicodeRegExp: false, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

function validLog(text: string): Log['runs'][0] {
  const log = JSON.parse(text) as Log;
  validate(log);
  expect(validate.errors ?? []).toEqual([]);
  return log.runs[0];
}

const notificationsOf = ({ invocations: [{ toolExecutionNotifications: told }] }: Log['runs'][0]) =>
  told.map(({ message }) => message.text);

function fixtureReview(name: string) {
  const { text } = readFixture(name);
  const { rulesets } = parse(text, { file: `fixtures/${name}.rules` });
  const pods = podsOf(rulesets).map((pod) => verifyRulesets(pod, { except: ['no-dead-rule'] }));
  return review(rulesSubjects(pods), { notes: pods.flatMap(({ notes }) => notes) });
}

const FIXTURES = fixtureNames().filter((name) => !name.startsWith('real/') && name !== 'kube-proxy');

describe('sarif', { timeout: 60_000 }, () => {
  it('links to the project, and each rule to a heading of a page that is there', () => {
    const { homepage } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { homepage: string };
    expect(homepage.replace(/#.*/, '')).toBe(HOME_URL);
    const claims = readFileSync(new URL('../../../docs/claims.md', import.meta.url), 'utf8');
    for (const id of [
      ...CLAIMS.map((claim) => claim.id),
      'behaviour-changed',
      'subject-gone',
      'configuration-changed',
      'identity-collision',
    ]) {
      expect(claims, id).toContain(`\n### ${id}\n`);
      expect(helpUrl(id)).toBe(`${HOME_URL}/blob/main/docs/claims.md#${id}`);
    }
    const testing = readFileSync(new URL('../../../docs/testing.md', import.meta.url), 'utf8');
    expect(testing).toContain('\n## Files of expectations\n');
    const log = validLog(sarifLog(fixtureReview('broken/no-uid-return'), STYLE));
    expect(log.tool.driver).toMatchObject({ informationUri: HOME_URL });
    expect(log.tool.driver.rules.map(({ id, helpUri }) => helpUri === helpUrl(id))).not.toContain(false);
  });

  it('the schema refuses what is no log', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: { driver: {} } }] })).toBe(false);
    expect(
      validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ level: 'bad', message: { text: '' } }] }] }),
    ).toBe(false);
  });

  it.each(FIXTURES)('the log of %s passes the official schema', (name) => {
    const { results, tool } = validLog(sarifLog(fixtureReview(name), STYLE));
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    for (const { help } of tool.driver.rules) expect(help.markdown).toContain('### What to do');
  });

  it('the path of a packet is a code flow through all legs, each rule at its line', () => {
    const { results } = validLog(sarifLog(fixtureReview('article'), STYLE));
    const flow = results.find(({ ruleId }) => ruleId === 'no-redirect-loop')?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
    const places = flow.map(({ nestingLevel, location: { message, physicalLocation } }) => [
      nestingLevel,
      physicalLocation?.region?.startLine,
      message?.text.split(': ').slice(0, 2).join(': '),
    ]);
    const leg = (number: number, text: string) => [
      [0, 23, `leg ${number}: proxy sends tcp 10.244.0.5:40000 -> 203.0.113.9:443`],
      [1, 15, 'OUTPUT: nat OUTPUT#1'],
      [2, 18, 'OUTPUT: nat ISTIO_OUTPUT#1'],
      [3, 23, 'OUTPUT: nat ISTIO_REDIRECT#1'],
      [0, 23, text],
    ];
    const end = 'the TCP handshake is answered by the proxy (15001), not by 203.0.113.9:443';
    expect(places.filter(([, , text]) => !/policy/.test(String(text)))).toEqual([...leg(1, end), ...leg(2, end)]);
  });

  it('passes the schema whatever the texts are, and says them', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const { results, invocations } = validLog(sarifLog(hostileReview(texts), STYLE));
        expect(results).toHaveLength(4);
        for (const { locations } of results) {
          const uri = locations[0]?.physicalLocation?.artifactLocation.uri ?? '';
          expect(uri).toMatch(/^(?:file:\/\/)?[\w!'()*~%./-]*$/);
          if (texts.file !== '-' && !/[\\/]|\p{Surrogate}/u.test(texts.file)) expect(decodeURIComponent(uri)).toBe(texts.file);
        }
        expect(invocations[0].toolExecutionNotifications).toHaveLength(2);
      }),
    );
  });

  it('paths are relative URIs, the same on every machine', () => {
    const uriOf = (file: string) => {
      const { results } = validLog(sarifLog(review([subject([problem({ file })])]), STYLE));
      return results[0]?.locations[0]?.physicalLocation?.artifactLocation;
    };
    expect(uriOf('./net//my rules#1.txt')).toEqual({ uri: 'net/my%20rules%231.txt', uriBaseId: '%SRCROOT%' });
    expect(uriOf('net\\目录.rules')?.uri).toBe('net/%E7%9B%AE%E5%BD%95.rules');
    expect(uriOf('a:b/c')?.uri).toBe('a%3Ab/c');
    expect(uriOf('/etc/pod.rules')).toEqual({ uri: 'file:///etc/pod.rules' });
    expect(uriOf('C:\\net\\pod.rules')).toEqual({ uri: 'file:///C:/net/pod.rules' });
    expect(uriOf('-')?.uri).toBe('stdin');
  });

  it('what is muted is suppressed, in the source by a comment and elsewhere by the rest', () => {
    const muted = (['comment', 'baseline', 'config', 'base'] as const).map((by) => problem({}, { muted: { by, reason: `by ${by}` } }));
    const { results } = validLog(sarifLog(review([subject(muted)]), STYLE));
    expect(results.map(({ suppressions }) => suppressions?.map(({ kind, justification }) => `${kind}: ${justification}`))).toEqual([
      ['inSource: by comment'],
      ['external: by baseline'],
      ['external: by config'],
      ['external: by base'],
    ]);
  });

  it('what is undecided is open, and has no level', () => {
    const { results } = validLog(sarifLog(review([subject([problem({}, { verdict: 'undecided' })])]), STYLE));
    expect(results.map(({ kind, level }) => [kind, level])).toEqual([['open', 'none']]);
  });

  it('fingerprints are what GitHub matches alerts by', () => {
    const [result] = validLog(sarifLog(review([subject([problem()])]), STYLE)).results;
    expect(result?.partialFingerprints.primaryLocationLineHash).toBe(problem().fingerprint);
  });

  it('brackets of a message are no link', () => {
    const [result] = validLog(sarifLog(review([subject([problem({ message: 'see [this](1) and [fd00::9]:443' })])]), STYLE)).results;
    expect(result?.message.text).toMatch(/^See \\\[this\\\]\(1\) and \[fd00::9\]:443\./);
  });

  it('10,000 findings: the 5,000 worst that GitHub includes, and a word on the others', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      problem(
        { comment: `rule ${index} ${(index * 7919).toString(36)}` },
        { level: index % 4 === 0 ? 'error' : index % 4 === 1 ? 'warning' : 'info' },
      ),
    );
    const text = sarifLog(review([subject(many)]), STYLE);
    const run = validLog(text);
    expect(run.results).toHaveLength(5_000);
    expect(run.results.filter(({ level }) => level === 'error')).toHaveLength(2_500);
    expect(run.results.filter(({ level }) => level === 'warning')).toHaveLength(2_500);
    expect(notificationsOf(run)).toContain('5000 less serious problems are left out: GitHub includes 5000 results');
    expect(gzipSync(text).length).toBeLessThan(10_000_000);
  });

  it('a log stays below 10 MB when it is compressed, and says which paths it left out', () => {
    const text = sarifLog(review([subject(Array.from({ length: 1_500 }, (_, index) => longPath(index, 100)))]), STYLE);
    const run = validLog(text);
    const without = run.results.filter(({ codeFlows }) => codeFlows === undefined).length;
    expect(without).toBeGreaterThan(0);
    expect(notificationsOf(run)).toContain(`${without} less serious results are without the path of their packet, for the size of the log`);
    expect(gzipSync(text).length).toBeLessThan(10_000_000);
  });

  it('a path has at most 10,000 locations, and keeps its end', () => {
    const { results } = validLog(sarifLog(review([subject([longPath(1, 12_000)])]), STYLE));
    const locations = results[0]?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
    expect(locations).toHaveLength(10_000);
    expect(locations.at(-1)?.location.message?.text).toMatch(/^dropped by/);
  });
});

/** A witness that meets many rules, no two of them alike. */
function longPath(seed: number, rules: number): Problem {
  const known = problem();
  const steps = Array.from({ length: rules }, (_, at) => {
    const comment = `${(seed * 48_271 + at * 16_807).toString(36)} ${(seed * 69_621 + at * 630_360).toString(36)}`;
    return {
      kind: 'rule',
      hook: 'OUTPUT',
      rule: placedRule({ comment, file: 'net/pod.rules' }, at + 1).rule,
      verdict: 'CONTINUE',
    } as const;
  });
  const by = placedRule({ comment: '', file: 'net/pod.rules' }).rule;
  const leg = { sender: 'app', walk: walk({ steps, fate: { kind: 'dropped', by } }) };
  const { witness } = known;
  return witness === undefined ? known : { ...known, witness: { ...witness, journey: journey([path('dropped', [leg])]) } };
}
