/** The rulesets of nftables in fixtures/nft: nft loads each and lists it as it is stored. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kernelHere } from '../kernelHere.ts';
import { type TheirText, theirTexts } from './lines/theirTexts.ts';

const ROOT = new URL('../../../fixtures/nft/', import.meta.url);
const NAMES = [...readdirSync(ROOT).filter((name) => name.endsWith('.nft')), '../kube-proxy/nftables.nft', '../kube-proxy/nftables-v6.nft'];
const listed = (name: string): string => readFileSync(new URL(name, ROOT), 'utf8').replaceAll(/^#.*\n/gm, '');
/** What the helper of a connection needs is not in every kernel; elements have no lasting order where the kernel keeps them in a hash. */
const inOrder = (text: string): string =>
  text
    .split(/[\n,]/)
    .map((part) => part.replaceAll(/^\s*(?:elements = \{)?\s*|\s*\}?$/g, ''))
    .toSorted()
    .join('\n');

describe.runIf(kernelHere())('fixtures of nftables', () => {
  test.each(NAMES)('%s loads, and is listed as it is', (name) => {
    const [answer] = theirTexts([listed(name)]) as readonly [TheirText];
    expect('error' in answer ? answer.error : inOrder(answer.listing)).toBe(inOrder(listed(name)));
  });
});
