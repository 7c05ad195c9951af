/** What nft itself takes and prints, beside what is read here. */
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/syntax/document/parse.ts';
import { printNft } from '../../../src/syntax/nft/printNft.ts';
import { kernelHere } from '../../kernel/kernelHere.ts';
import { inTable, readNft, STATEMENTS } from './texts.ts';

interface Answer {
  readonly taken: boolean;
  /** of the parser alone: what is not in the language */
  readonly isSyntax: boolean;
  readonly printed: string;
  /** of `nft -j`, where that was asked for */
  readonly json: string;
}

const SCRIPT = `
import json, subprocess, sys
withJson = len(sys.argv) > 1
for text in json.load(sys.stdin):
    subprocess.run(['nft', 'flush', 'ruleset'])
    done = subprocess.run(['nft', '-f', '-'], input=text, text=True, capture_output=True)
    listed = subprocess.run(['nft', 'list', 'ruleset'], text=True, capture_output=True).stdout if done.returncode == 0 else ''
    inJson = subprocess.run(['nft', '-j', 'list', 'ruleset'], text=True, capture_output=True).stdout if listed and withJson else ''
    print(json.dumps({'taken': done.returncode == 0, 'isSyntax': 'syntax error' in done.stderr, 'printed': listed, 'json': inJson}))
`;

/** Each text is loaded alone in a network namespace of its own. */
function asked(texts: readonly string[], ...json: readonly 'json'[]): readonly Answer[] {
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'bash', '-c', 'ip link set lo up; exec python3 -c "$0" "$@"', SCRIPT, ...json], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const answers = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answer);
  if (answers.length !== texts.length) throw new Error(stderr);
  return answers;
}

const WORDS = STATEMENTS.flatMap(({ printed }) => printed.split(/\s+/)).filter((word) => word !== '');

/** Words of statements put elsewhere, left out or doubled. */
function broken(seed: number, count: number): readonly string[] {
  const row = fc.constantFrom(...STATEMENTS.filter(({ printed }) => !printed.includes('\n')));
  const change = fc.record({
    at: fc.nat({ max: 30 }),
    cut: fc.nat({ max: 2 }),
    put: fc.array(fc.constantFrom(...WORDS), { maxLength: 1 }),
  });
  const text = fc.tuple(row, change).map(([statement, { at, cut, put }]) => {
    const words = statement.printed.split(' ');
    words.splice(at % (words.length + 1), cut, ...put);
    return inTable(statement, words.join(' '));
  });
  return fc.sample(text, { seed, numRuns: count });
}

function isRead(text: string): boolean {
  return readNft(text).findings.length === 0;
}

/** What nft prints and does not take again, and words that it keeps for the expression before them; with them we are the more lenient. */
const NAMED: readonly RegExp[] = [
  /tcp option fastopen unknown/,
  /(?:^|[^,]) \/ [\w-]+(?: |$)/,
  /\d+\/(?:second|minute|hour|day|week)/,
  /\b(?:ct|fib|socket|ipsec|limit|quota|numgen|jhash|symhash|rt|osf)\b.* (?:saddr|daddr|id|dport|sport|state|status|zone|label|count|helper|event|direction|bytes|packets|protocol|l3proto|expiration|original|reply)\b/,
  /name \S+, /,
];

/** Masks of flags, times, numbers without a type, devices and defaults have other words, which mean the same. */
const SPELLED: readonly RegExp[] = [
  /^(?:tcp flags|ct state) .* \/ /,
  /^tcp option 253/,
  /^(?:comp flags|ct expiration|@\w+,|meta day|meta rtclassid)/,
  /^(?:meta nfproto ipv[46] )?reject(?: with icmpx port-unreachable)?$/,
  /^log flags tcp sequence,options/,
  /^ct original ip saddr/,
  /^dup to /,
  />> 4$/,
];

function rulesOf(text: string): string {
  return (text.split('chain c {')[1] ?? '').split('\n').slice(2, -3).join('\n').trim();
}

function isNamed(text: string): boolean {
  const [, , , line = ''] = text.split('\n');
  return NAMED.some((pattern) => pattern.test(line.trim()));
}

describe.skipIf(!kernelHere())('nft', () => {
  let listings: readonly Answer[] = [];
  beforeAll(() => {
    const texts = STATEMENTS.map((row) => inTable(row, row.printed));
    listings = asked(texts, 'json').filter(({ taken }) => taken);
  });

  it('prints what was read here as it is printed here', () => {
    expect(listings.length).toBeGreaterThan(500);
    for (const { printed } of listings) expect(printNft(readNft(printed).tree)).toBe(printed);
  });

  it('says in its JSON what it says in its listing, but for spelling', () => {
    const different = listings.filter(({ printed, json }) => {
      const { nft, diagnostics } = parseRules({ file: 'test', text: json });
      expect(diagnostics.filter(({ kind }) => kind !== 'warning')).toEqual([]);
      return nft === undefined || rulesOf(printNft(nft)) !== rulesOf(printed);
    });
    expect(different.map(({ printed }) => rulesOf(printed)).filter((rule) => !SPELLED.some((pattern) => pattern.test(rule)))).toEqual([]);
  });

  it('refuses as not of its language what is not read here, and nothing else', () => {
    const texts = broken(16, 1500);
    const answers = asked(texts);
    const different = texts.filter((text, at) => {
      const answer = answers[at];
      if (answer === undefined) return true;
      return answer.taken ? !isRead(text) : answer.isSyntax && isRead(text) && !isNamed(text);
    });
    expect(answers.filter(({ isSyntax }) => isSyntax).length).toBeGreaterThan(300);
    expect(different).toEqual([]);
  });
});
