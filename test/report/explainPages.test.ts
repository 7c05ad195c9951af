/** What the pages of `explain` promise: commands that run, links that lead somewhere, plain words, a document that is up to date. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ANALYSIS_PAGES } from '../../bundle/analysisPages.ts';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { PROFILES } from '../../src/mesh/allProfiles.ts';
import { JUDGED_CLAIMS } from '../../src/pods/claimIds.ts';
import { PAGES } from '../../src/report/generated/pages.ts';
import { claimsDocument } from '../../src/report/markdown/claimsDocument.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { wordsOf } from '../docs/pages.ts';

const root = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const FILES = {
  'pod.rules': root('fixtures/istio-sidecar.rules'),
  'deploy.yaml': root('fixtures/pods/web.yaml'),
  'values.yaml': 'global: { proxy: { excludeOutboundPorts: "5432" } }\n',
  'host.yaml': PAGES.find(({ id }) => id === 'host')?.example?.join('\n') ?? '',
};

const commandsOf = (groups: readonly string[]) =>
  PAGES.filter(({ group }) => groups.includes(group)).flatMap(({ id, see }) =>
    see.flatMap(({ run }) => (/^chainwalk [^|<>]*$/.test(run.replaceAll(/"[^"]*"/g, '')) ? [[id, run] as const] : [])),
  );

describe('a command of a page', () => {
  it.each(commandsOf(['symptom', 'port', 'analysis', 'setting']))('%s: %s', { timeout: 20_000 }, async (_, line) => {
    const { code, err } = await chainwalk(wordsOf(line).slice(1), { files: FILES });
    expect([0, 1], err).toContain(code);
    expect(err).not.toMatch(/^chainwalk: error/m);
  });

  it('of a symptom are four at most, and each answers a question', () => {
    for (const { id, see } of PAGES.filter(({ group }) => group === 'symptom')) {
      expect(see.length, id).toBeLessThanOrEqual(4);
      for (const { asks } of see) expect(asks, id).toMatch(/\?$/);
    }
  });
});

describe('ports', () => {
  it('have a page each, for all that proxies listen on', () => {
    const ports = PROFILES.flatMap(({ listeners }) => listeners.map(({ port }) => String(port)));
    expect(ports.filter((port) => !PAGES.some(({ id, group }) => id === port && group === 'port'))).toEqual([]);
  });

  it.each([
    ['15001', 'captured-out'],
    ['15006', 'captured-in'],
    ['15021', 'to-proxy'],
    ['15000', 'to-proxy'],
  ])('the packet of %s ends %s', async (id, outcome) => {
    const run = PAGES.find((page) => page.id === id)?.see[0]?.run ?? '';
    expect((await chainwalk([...wordsOf(run).slice(1), '--expect', outcome], { files: FILES })).code).toBe(0);
  });
});

it('codes of istioctl are codes, once each', () => {
  const codes = ANALYSIS_PAGES.map(({ id }) => id);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^IST0\d{3}$/);
});

it('commands of pages are commands, with options that they have', () => {
  const wrong = PAGES.flatMap(({ see }) => see).flatMap(({ run }) =>
    [...run.replaceAll(/"[^"]*"/g, '""').matchAll(/(?<!kubectl )chainwalk ([a-z]+)((?: (?!\|)\S+)*)/g)].flatMap(
      ([text, name, rest = '']) => {
        const command = COMMANDS.find((one) => one.name === name);
        if (command === undefined) return [text];
        const options = [...rest.replace(/ -- .*/, '').matchAll(/ (--[a-z][\w-]*)/g)].map(([, flag = '']) => flag);
        return options
          .filter((flag) => !command.options.some(({ flags }) => flags.split(/[ ,]+/).includes(flag)))
          .map((flag) => `${text}: ${flag}`);
      },
    ),
  );
  expect(wrong).toEqual([]);
});

describe('docs/claims.md', () => {
  const text = claimsDocument();
  it('is up to date: `npm run docs`', () => expect(root('docs/claims.md') === text).toBe(true));
  it('has one heading for every claim', () => {
    const headings = [...text.matchAll(/^### (\S+)$/gm)].map(([, id]) => id);
    expect(new Set(headings).size).toBe(headings.length);
    expect(JUDGED_CLAIMS.filter((id) => !headings.includes(id))).toEqual([]);
    for (const id of ['behaviour-changed', 'configuration-changed', 'subject-gone', 'malformed']) expect(headings).toContain(id);
  });
});

// the words that readers stumbled over, and what is said in their place
const HARD: readonly RegExp[] = [
  /\bfares?\b/,
  /\bfor ever\b/,
  /\bmend/i,
  /\bis asked for\b|\bare asked for\b/,
  /\bstands? (before|behind)\b/,
  /\bhangs? on\b/,
  /\btaken (to be|as)\b/,
  /\bis none of\b/,
  /\bthere is no `/,
  /\binsists?\b/,
  /\bfor information\b/,
  /\bnothing new\b/,
  /\bjudge[sd]?\b/,
  /\bsubjects?\b(?!-)/,
  /\bwhoever\b|\bsomebody\b|\bnobody\b(?!-)/i,
  /\bstay apart\b/,
  /\bcaptures nothing\b(?! of)/,
  /\b(sent|leaves) by eth0\b/,
  /\bhandshake completed by\b/,
];

it('the words are plain', () => {
  const texts = PAGES.map(({ id, title, means, why = '', todo = '', see, keys = [] }) => [
    id,
    [title, means, why, todo, ...see.map(({ look, asks = '' }) => `${asks} ${look}`), ...keys.map(({ says }) => says)].join('\n'),
  ]);
  expect(
    texts.flatMap(([id = '', text = '']) => HARD.flatMap((word) => (word.test(text) ? [`${id}: ${word.exec(text)?.[0]}`] : []))),
  ).toEqual([]);
});
