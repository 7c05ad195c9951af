/** Random rule lines from the registry's own option tables, a third of them broken, through chainwalk and through the real iptables:
 *  both must agree on whether the rule loads and on every character that is saved.
 *  `npm run test:lines -- --lines N --seed S`. The last line counts. */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { MATCHES, TARGETS } from '../../src/extensions/registry.ts';
import { resolve } from '../../src/ruleset/resolve.ts';
import { parseRules } from '../../src/syntax/parse.ts';
import { type ClauseText, clauseText, ruleText } from '../extensions/clauseText.ts';
import { type Backend, loadAll } from './iptables.ts';
import { whyNoKernel } from './oracle.ts';

export interface Line {
  readonly extension: string;
  readonly family: 4 | 6;
  readonly table: string;
  readonly text: string;
}

export interface Difference extends Line {
  readonly backend: Backend;
  readonly ours: string;
  readonly theirs: string;
  /** why it is allowed; absent: it is a mistake */
  readonly known?: string;
}

const REFUSED = 'refused';
const CHAIN = 'USR';

/** Known differences, each by what it is about. */
const KNOWN: readonly (readonly [reason: string, holds: (line: Line, ours: string, theirs: string) => boolean])[] = [
  ['values that only the loading machine knows are kept as written', (_, ours) => ours === OPAQUE],
  [
    'names of helpers, accounts, estimators and files that must be there',
    ({ extension, text }, ours, theirs) =>
      theirs === REFUSED &&
      ours !== REFUSED &&
      (/^(?:nfacct|CT|set|SET|SECMARK|CONNSECMARK|CLUSTERIP|ULOG|IDLETIMER|LED|TEE|NFQUEUE)$/.test(extension) ||
        /--(?:path|object-pinned|label [a-z])/.test(text)),
  ],
  ['`!` behind an option, as old files have it', ({ text }) => /(?:^| )-\S+ ! /.test(text)],
  ['negative numbers in lists, which iptables takes for large ones', ({ text }) => text.includes('"-1"')],
  ['policies of several elements are kept as written', ({ text }) => / --next/.test(text)],
];
const OPAQUE = 'kept as written';

/** What chainwalk makes of a line: the saved rule, that it is refused by this backend, or that it is kept as written. */
function ourAnswer({ family, table, text }: Line, backend: Backend): string {
  const source = { file: 'line', text: `*${table}\n:${CHAIN} - [0:0]\n-A ${CHAIN} ${text}\nCOMMIT\n` };
  const { rulesets, diagnostics } = parseRules(source, { family });
  const [node] = rulesets;
  if (node === undefined) return REFUSED;
  const resolved = resolve({ ...node, family });
  const found = [...diagnostics, ...resolved.diagnostics];
  if (found.some(({ kind }) => kind === 'malformed' || kind === 'not-loadable')) return REFUSED;
  const other = backend === 'nft' ? 'iptables-legacy loads|iptables-nft refuses' : 'iptables-legacy refuses|iptables-nft loads';
  if (found.some(({ kind, message }) => kind === 'warning' && new RegExp(other).test(message))) return OPAQUE;
  if (found.some(({ message }) => /looked up when the rules are loaded|does not keep/.test(message))) return OPAQUE;
  const rules = [...(resolved.ruleset?.tables.values() ?? [])].flatMap((one) => one.chains.get(CHAIN)?.rules ?? []);
  return rules.map((rule) => rule.text).join('\n');
}

/** Small damage: a word left out, doubled, or made into another. */
function broken(text: string, choice: { readonly at: number; readonly how: number }): string {
  const words = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const at = choice.at % Math.max(1, words.length);
  const word = words[at] ?? '';
  const made = [
    [],
    [word, word],
    ['!', word],
    [`${word.replace(/"$/, '')}x${word.endsWith('"') ? '"' : ''}`],
    ['"999999999999"'],
    ['""'],
    ['"-1"'],
  ];
  return [...words.slice(0, at), ...(made[choice.how % made.length] ?? []), ...words.slice(at + 1)].join(' ');
}

const EXTENSIONS = [...MATCHES, ...TARGETS];

function lineOf(clause: ClauseText, extension: string, damage: { readonly at: number; readonly how: number } | null): Line {
  const text = ruleText(clause);
  return { extension, family: clause.family, table: clause.table, text: damage === null ? text : broken(text, damage) };
}

export function randomLines(count: number, seed: number): readonly Line[] {
  const line = fc
    .constantFrom(...EXTENSIONS)
    .chain((extension) =>
      fc
        .tuple(clauseText(extension), fc.option(fc.record({ at: fc.nat(40), how: fc.nat(6) }), { freq: 2 }))
        .map(([clause, damage]) => lineOf(clause, extension.name, damage)),
    );
  return fc.sample(line, { numRuns: count, seed });
}

/** Lines that are given to the kernel in one namespace. */
const BATCH = 500;

export function compareLines(lines: readonly Line[]): readonly Difference[] {
  const differences: Difference[] = [];
  for (let from = 0; from < lines.length; from += BATCH) {
    const asked = lines
      .slice(from, from + BATCH)
      .map((line, at) => ({ line, backend: (['nft', 'legacy'] as const)[(from + at) % 2] ?? 'nft' }));
    const answers = loadAll(
      asked.map(({ line, backend }) => ({
        family: line.family,
        backend,
        text: `*${line.table}\n-N ${CHAIN}\n-A ${CHAIN} ${line.text}\nCOMMIT\n`,
      })),
    );
    for (const [at, { line, backend }] of asked.entries()) {
      const answer = answers[at];
      const saved = answer?.saved.split('\n').filter((rule) => rule === `-A ${CHAIN}` || rule.startsWith(`-A ${CHAIN} `));
      const theirs = answer?.loads ? (saved ?? []).join('\n') : REFUSED;
      const ours = ourAnswer(line, backend);
      if (ours.trimEnd() === theirs.trimEnd()) continue;
      const known = KNOWN.find(([, holds]) => holds(line, ours, theirs))?.[0];
      differences.push({ ...line, backend, ours, theirs, ...(known === undefined ? {} : { known }) });
    }
  }
  return differences;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { lines: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } } });
  const why = whyNoKernel();
  if (why !== undefined) {
    console.log(why);
    process.exit(process.env.CI === 'true' ? 1 : 0);
  }
  const lines = randomLines(Number(values.lines), Number(values.seed));
  const differences = compareLines(lines);
  for (const { known, family, table, backend, text, ours, theirs } of differences) {
    if (known === undefined) console.log(`IPv${family} ${table} ${backend}: ${text}\n  chainwalk ${ours}\n  iptables  ${theirs}`);
  }
  const reasons = new Map<string, number>();
  for (const { known = 'not known' } of differences) reasons.set(known, (reasons.get(known) ?? 0) + 1);
  for (const [reason, count] of reasons) console.log(`${count} differ: ${reason}`);
  const unknown = differences.filter(({ known }) => known === undefined).length;
  console.log(
    `${lines.length} lines, ${lines.length - differences.length} agree, ${differences.length - unknown} differ as known, ${unknown} differ`,
  );
  process.exitCode = unknown === 0 ? 0 : 1;
}
