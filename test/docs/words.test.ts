/** Words that readers stumbled over stay out of the documentation. docs/glossary.md and docs/CONTRIBUTING.md quote some of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const QUOTED = ['glossary.md', 'CONTRIBUTING.md'];
const HARD =
  /\bfares?\b|\bfor ever\b|\bmends?\b|\bmended\b(?!\.rules)|\b(?:is|are) asked for\b|\bstands? (?:before|behind)\b|\bhangs? on\b|\bis none of\b|\binsists?\b|\bfor information\b|\bnothing new\b|\b(?<!\/)judge[sd]?\b(?!\/)|\bwhoever\b|\bsomebody\b|\bnobody\b(?!-)/i;

const pages = ['README.md', ...readdirSync(new URL('docs', ROOT)).map((name) => `docs/${name}`)].filter(
  (file) => file.endsWith('.md') && !QUOTED.some((name) => file.endsWith(name)),
);

it.each(pages)('%s', (file) => {
  const lines = readFileSync(new URL(file, ROOT), 'utf8').split('\n');
  expect(lines.flatMap((line, index) => (HARD.test(line) ? [`${index + 1}: ${HARD.exec(line)?.[0]}`] : []))).toEqual([]);
});
