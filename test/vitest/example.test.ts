/** The suite of fixtures/examples/own-rules on the article's rules, in a run of its own: what a user reads. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packets } from '../../src/api/arbitraries/index.ts';
import { parse } from '../../src/api/library/index.ts';
import '../../src/api/vitest/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = `${ROOT}/fixtures/examples/own-rules`;
const PLAINEST = '{"dir":"out","proto":"tcp","dst":"203.0.113.9","dport":80,"uid":1337,"gid":1337}';

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly failureMessages: readonly string[] }[];
  }[];
}

/** A failed run exits with 1 and has its report on standard output all the same. */
async function runSuite(rules: string): Promise<Report> {
  const args = [`${ROOT}/node_modules/vitest/vitest.mjs`, 'run', 'fixtures/examples/own-rules/rules.test.ts', '--reporter=json'];
  const env = { ...process.env, RULES: rules };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env, maxBuffer: 1 << 24 }).catch(
    (error: { readonly stdout: string }) => error,
  );
  return JSON.parse(stdout.slice(stdout.indexOf('{'))) as Report;
}

it("finds the loop in the article's rules, by the plainest packet of the proxy", { timeout: 60_000 }, async () => {
  const { numPassedTests, testResults } = await runSuite('article.sh');
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ failureMessages }) => failureMessages.length > 0);
  expect(failed.map(({ title }) => title)).toEqual(['lead nothing that the proxy sends back to it']);
  expect(failed[0]?.failureMessages.join()).toContain(`Counterexample: [${PLAINEST}]`);
  expect(numPassedTests).toBe(2);
});

it('finds the same packet whatever the seed', () => {
  const rules = parse(readFileSync(`${EXAMPLE}/rules/article.sh`, 'utf8'));
  const property = fc.property(packets(rules, { sentBy: 'proxy' }), (packet) => void expect(rules).not.toReach(packet, 'loop'));
  const found = Array.from({ length: 20 }, (_, seed) => JSON.stringify(fc.check(property, { seed }).counterexample));
  expect(new Set(found)).toEqual(new Set([`[${PLAINEST}]`]));
});

it('is short, and its README names the packet', () => {
  expect(readFileSync(`${EXAMPLE}/rules.test.ts`, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(30);
  expect(readFileSync(`${EXAMPLE}/README.md`, 'utf8')).toContain(PLAINEST);
});

it('is what docs/testing.md shows', () => {
  const page = readFileSync(`${ROOT}/docs/testing.md`, 'utf8');
  const shown = /^## Matchers$[\s\S]*?^```ts\n([\s\S]*?)^```$/m.exec(page)?.[1];
  expect(shown).toBe(readFileSync(`${EXAMPLE}/sample.test.ts`, 'utf8'));
});
