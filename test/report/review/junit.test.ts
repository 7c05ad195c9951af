import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { junitXml } from '../../../src/report/formats/junit.ts';
import type { Review, Subject } from '../../../src/report/review/review.ts';
import { hostileReview, hostileTexts, problem, review, subject } from './handmadeReview.ts';

type Node = { readonly [name: string]: unknown };

const parser = new XMLParser({
  ignoreAttributes: false,
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: false,
  // references as XML 1.0 has them
  processEntities: true,
  htmlEntities: true,
  isArray: (name) => ['testsuite', 'testcase', 'failure', 'skipped', 'system-out'].includes(name),
});

function suitesOf(of: Review, strict = false): readonly Node[] {
  const text = junitXml(of, { strict });
  expect(XMLValidator.validate(text)).toBe(true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0, 2.2
  expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u);
  const { testsuites } = parser.parse(text) as { readonly testsuites: Node };
  const suites = (testsuites.testsuite ?? []) as readonly Node[];
  for (const name of ['tests', 'failures', 'errors', 'skipped']) {
    const total = suites.reduce((sum, suite) => sum + Number(suite[`@_${name}`]), 0);
    expect(Number(testsuites[`@_${name}`])).toBe(total);
  }
  return suites;
}

const casesOf = (of: Review, strict = false) => suitesOf(of, strict).flatMap((suite) => suite.testcase as readonly Node[]);

function childrenOf(node: Node | undefined, name: string): readonly Node[] {
  return (node?.[name] ?? []) as readonly Node[];
}

/** What XML cannot hold is spelled. */
function spelled(text: string): string {
  return text.replaceAll(/\p{Surrogate}|\p{Cc}|[\ufffe\uffff]/gu, (char) =>
    ['\t', '\n', '\r'].includes(char) || /[\u007f-\u009f]/.test(char) ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

describe('junit', () => {
  it('a suite for each subject, a test for each check, and no invented times', () => {
    const text = junitXml(review([subject([problem()])]), { strict: false });
    expect(text).not.toContain('time');
    expect(text.split('\n').slice(0, 4)).toMatchInlineSnapshot(`
      [
        "<?xml version="1.0" encoding="UTF-8"?>",
        "<testsuites name="chainwalk" tests="1" failures="1" errors="0" skipped="0">",
        "<testsuite name="net/pod.rules" tests="1" failures="1" errors="0" skipped="0">",
        "  <testcase classname="net/pod.rules" name="no-redirect-loop"><failure message="it is so" type="no-redirect-loop">error: no-redirect-loop (IPv4): it is so",
      ]
    `);
  });

  it('is well-formed whatever the texts are, and parses back to them', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const [suite] = suitesOf(hostileReview(texts));
        expect(suite?.['@_name']).toBe(spelled(texts.file));
        const [first] = childrenOf(suite, 'testcase');
        expect([first?.['@_classname'], first?.['@_name']]).toEqual([spelled(texts.file), spelled(texts.id)]);
        const [failure] = childrenOf(first, 'failure');
        expect(failure?.['@_message']).toBe(spelled(texts.message));
        expect(failure?.['#text']).toContain(spelled(`(IPv4): ${texts.message}\n`));
      }),
    );
  });

  it('fails what makes the run fail, and skips what is open or known', () => {
    const one = subject([
      problem({ id: 'error' }),
      problem({ id: 'warning' }, { level: 'warning' }),
      problem({ id: 'info' }, { level: 'info' }),
      problem({ id: 'undecided' }, { verdict: 'undecided' }),
      problem({ id: 'known' }, { muted: { by: 'baseline', reason: 'since spring' } }),
    ]);
    const kinds = (strict: boolean) =>
      casesOf(review([one]), strict).map((test) => [test['@_name'], test.failure ? 'failure' : test.skipped ? 'skipped' : 'passed']);
    expect(Object.fromEntries(kinds(false))).toEqual({
      error: 'failure',
      warning: 'passed',
      info: 'passed',
      undecided: 'skipped',
      known: 'skipped',
    });
    expect(Object.fromEntries(kinds(true))).toEqual({
      error: 'failure',
      warning: 'failure',
      info: 'passed',
      undecided: 'failure',
      known: 'skipped',
    });
    const [, warning] = casesOf(review([one]));
    expect(JSON.stringify(warning?.['system-out'])).toContain('warning: warning (IPv4): it is so');
  });

  it('an expectation that is undecided fails', () => {
    const expected = subject([problem({}, { verdict: 'undecided' })], { kind: 'expectations' });
    expect(casesOf(review([expected]))[0]?.failure).toBeDefined();
  });

  it('a check that was skipped says why', () => {
    const checks = [{ id: 'dns-captured', statement: 'It is.', verdict: 'skipped', reason: 'DNS is not captured', problems: [] }] as const;
    expect(casesOf(review([subject([], { checks })]))[0]?.skipped).toEqual([{ '@_message': 'DNS is not captured' }]);
  });

  it('a check of several open problems is skipped for the first of them; an open one that fails anyway gives no reason', () => {
    const open = [problem({ message: 'one' }, { verdict: 'undecided' }), problem({ message: 'two' }, { verdict: 'undecided' })] as const;
    const known = problem({}, { muted: { by: 'baseline', reason: 'since spring' } });
    const skips = (problems: Subject['checks'][number]['problems']) => {
      const checks = [{ id: 'a', statement: 'It is.', verdict: 'undecided', problems }] as const;
      return casesOf(review([subject([], { checks })]))[0]?.skipped;
    };
    expect(skips(open)).toEqual([{ '@_message': 'undecided: one' }]);
    expect(skips([known, ...open])).toEqual([{ '@_message': 'suppressed by baseline: since spring' }]);
    expect(skips([...open, known])).toEqual([{ '@_message': 'undecided: one' }]);
    expect(skips([...open, problem()])).toBeUndefined();
  });
});
