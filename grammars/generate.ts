/** Writes src/syntax/generated/*.ts from the grammars beside this file. Run by `npm run grammar`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as ohm from 'ohm-js';
import { compile } from './compile.ts';

const OUTPUT = { 'iptables-save': 'iptablesSave', values: 'values', packet: 'packet', ip: 'ip', listing: 'listing', nft: 'nft' } as const;

mkdirSync(new URL('../src/syntax/generated/', import.meta.url), { recursive: true });
for (const [file, module] of Object.entries(OUTPUT)) {
  const text = readFileSync(new URL(`${file}.ohm`, import.meta.url), 'utf8');
  const names = [...text.matchAll(/^\/\/captures (.*)$/gm)].flatMap((line) => (line[1] ?? '').split(' '));
  const options = names.length === 0 ? {} : { captures: new Set(names) };
  const source = compile(ohm.grammar(text), { ...options, runtime: '../grammar/recogniser.ts' });
  writeFileSync(new URL(`../src/syntax/generated/${module}.ts`, import.meta.url), source);
}
