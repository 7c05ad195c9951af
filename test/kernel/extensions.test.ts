/** Every line of every .cases file through both backends of the real iptables: the table is theirs, not ours. */
import { describe, expect, test } from 'vitest';
import type { Family } from '../../src/packet/address.ts';
import { type Case, type CaseFile, type CaseVerdict, readCaseFiles, restoreText } from '../extensions/cases.ts';
import { BACKENDS, type Backend, type Loaded, loadAll } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';

const LOADED_BY: Readonly<Record<CaseVerdict, readonly Backend[]>> = {
  OK: BACKENDS,
  LOADS: BACKENDS,
  FAIL: [],
  NFT: ['nft'],
  LEGACY: ['legacy'],
};

interface Question {
  readonly one: Case;
  readonly family: Family;
  readonly chain: string;
  readonly backend: Backend;
}

/** A chain is asked about a refused line once, unless all lines of its section are refused: then it is the chain that matters. */
function questions({ cases }: CaseFile): readonly Question[] {
  return cases.flatMap((one) => {
    const section = cases.filter(
      ({ table, chains, families }) => table === one.table && chains === one.chains && families === one.families,
    );
    const chains = one.verdict === 'FAIL' && section.some(({ verdict }) => verdict !== 'FAIL') ? one.chains.slice(0, 1) : one.chains;
    return one.families.flatMap((family) => chains.flatMap((chain) => BACKENDS.map((backend) => ({ one, family, chain, backend }))));
  });
}

function savedRule({ saved }: Loaded, chain: string): string {
  return saved
    .split('\n')
    .filter((line) => line.startsWith(`-A ${chain}`))
    .map((line) => line.slice(`-A ${chain}`.length).trim())
    .join('\n');
}

describe.runIf(kernelHere()).each(readCaseFiles().map((file) => [`${file.name}.cases`, file] as const))('%s', (_, file) => {
  test('says what both backends do', { timeout: 60_000 }, () => {
    const all = questions(file);
    const setup = [...file.sets].map(([name, type]) => `ipset create ${name} ${type} || exit 1`);
    const loaded = loadAll(
      all.map(({ one, chain, ...rest }) => ({ ...rest, text: restoreText(one, chain) })),
      setup,
    );
    const wrong = all.flatMap(({ one, family, chain, backend }, at) => {
      const answer = loaded[at] as Loaded;
      const where = `${file.name}.cases:${one.line} IPv${family} ${chain} ${backend}: ${one.input}`;
      if (answer.loads !== LOADED_BY[one.verdict].includes(backend)) return [`${where} ${answer.loads ? 'loads' : 'is refused'}`];
      const text = savedRule(answer, chain);
      return answer.loads && one.verdict !== 'LOADS' && text !== one.canonical ? [`${where} is saved as ${text}`] : [];
    });
    expect(wrong).toEqual([]);
  });
});
