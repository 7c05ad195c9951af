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
  READS: ['legacy'],
};

/** Rules that are loaded together, all into one chain. */
interface Question {
  readonly cases: readonly Case[];
  readonly family: Family;
  readonly chain: string;
  readonly backend: Backend;
  /** the kernel has no such module: all that can be asked is whether the text is read */
  readonly dry: boolean;
}

/** Cases under one header, by what a backend does with them: the loaded ones are asked about together, the refused ones each alone.
 *  A refused line is put into one chain only, unless all lines of its section are refused: then it is the chain that matters. */
function questions(file: CaseFile): readonly Question[] {
  const sections = [...new Set(file.cases.map(({ section }) => section))];
  return sections.flatMap((number) => {
    const cases = file.cases.filter(({ section }) => section === number);
    const { families, chains } = cases[0] as Case;
    const dry = file.cases.some(({ verdict }) => verdict === 'READS');
    const backends = dry ? (['legacy'] as const) : BACKENDS;
    const places = families.flatMap((family) => chains.flatMap((chain) => backends.map((backend) => ({ family, chain, backend, dry }))));
    return places.flatMap((place) => {
      const loaded = cases.filter(({ verdict }) => LOADED_BY[verdict].includes(place.backend));
      const refused = cases.filter((one) => !loaded.includes(one));
      const alone = loaded.length === 0 || place.chain === chains[0] ? refused.map((one) => ({ ...place, cases: [one] })) : [];
      return loaded.length === 0 ? alone : [{ ...place, cases: loaded }, ...alone];
    });
  });
}

function textOf({ cases, chain }: Question): string {
  const { table } = cases[0] as Case;
  return restoreText({ table, inputs: cases.map(({ input }) => input) }, chain);
}

function savedRules({ saved }: Loaded, chain: string): readonly string[] {
  const rules = saved.split('\n').filter((line) => line === `-A ${chain}` || line.startsWith(`-A ${chain} `));
  return rules.map((line) => line.slice(`-A ${chain}`.length).trim());
}

/** Each line on which the backend and the table differ. */
function differences({ cases, chain, backend }: Question, answer: Loaded): readonly string[] {
  const [first] = cases as readonly [Case];
  if (!LOADED_BY[first.verdict].includes(backend)) return answer.loads ? [`line ${first.line} loads: ${first.input}`] : [];
  if (!answer.loads) return [`one of the lines ${cases.map(({ line }) => line).join(', ')} is refused`];
  const saved = savedRules(answer, chain);
  return cases.flatMap(({ line, verdict, canonical }, at) =>
    verdict === 'LOADS' || verdict === 'READS' || saved[at] === canonical ? [] : [`line ${line} is saved as ${saved[at]}`],
  );
}

describe.runIf(kernelHere()).each(readCaseFiles().map((file) => [`${file.name}.cases`, file] as const))('%s', (_, file) => {
  test('says what both backends do', { timeout: 60_000 }, () => {
    const asked = questions(file);
    const setup = [...file.sets].map(([name, type]) => `ipset create ${name} ${type} || exit 1`);
    const answers = loadAll(
      asked.map((question) => ({ family: question.family, backend: question.backend, text: textOf(question), dry: question.dry })),
      setup,
    );
    const wrong = asked.flatMap((question, at) =>
      differences(question, answers[at] as Loaded).map((what) => `${question.backend}, IPv${question.family} ${question.chain}: ${what}`),
    );
    expect(wrong).toEqual([]);
  });
});
