/** What a new match or target needs beside its file: a line in the registry, a .cases file, and no place among what is not known. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MATCHES, TARGETS } from '../../src/extensions/rule/registry.ts';
import { isKnownMatch, isKnownTarget } from '../../src/extensions/rule/unmodelled.ts';
import { readCaseFiles } from './cases.ts';

const EXTENSIONS = new URL('../../src/extensions/', import.meta.url);

test('the registry has every file of matches and targets', () => {
  const registry = readFileSync(new URL('rule/registry.ts', EXTENSIONS), 'utf8');
  const files = ['matches', 'targets'].flatMap((folder) => readdirSync(new URL(folder, EXTENSIONS)).map((name) => `../${folder}/${name}`));
  expect(files.filter((file) => !registry.includes(`from '${file}'`))).toEqual([]);
});

test('every extension has a file of cases, which iptables checks', () => {
  const tried = readCaseFiles().map(({ name }) => name);
  // chains are told from them in every other file
  const plain = ['ACCEPT', 'DROP', 'RETURN'];
  const names = [...MATCHES, ...TARGETS].map(({ name }) => name).filter((name) => !plain.includes(name));
  expect(names.filter((name) => !tried.includes(name))).toEqual([]);
});

test('what the registry knows is not listed as unknown', () => {
  expect(MATCHES.filter(({ name }) => isKnownMatch(name))).toEqual([]);
  expect(TARGETS.filter(({ name }) => isKnownTarget(name))).toEqual([]);
});
