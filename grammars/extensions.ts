/** Writes grammars/EXTENSIONS.md from the registry: what is claimed of every match and target. Run by `npm run extensions`. */
import { writeFileSync } from 'node:fs';
import type { Extension } from '../src/extensions/contract/extension.ts';
import { MATCHES, TARGETS } from '../src/extensions/rule/registry.ts';

/** What the comparison with iptables allows; test/kernel/lines/limits.ts has the condition of each, by its id. */
export const LINE_LIMITS: readonly { readonly id: string; readonly why: string }[] = [
  {
    id: 'the backends save this in different words, and it is printed in those of the other one',
    why: 'A warning says so: `--nflog-range`, `! -i +`, `! --dport 0:N`, flags out of `NONE`',
  },
  {
    id: 'two options in one rule that the backends save in different words, each printed in those of another backend',
    why: '`! -i +` beside ports or flags of that kind',
  },
  {
    id: 'a name that only the loading machine knows: it is kept as written',
    why: 'Hosts, most services, users, groups, realms, labels',
  },
  {
    id: 'a quote that is never closed: iptables takes the rest of the file line into the word, chainwalk refuses it',
    why: 'The comment would end in a line feed and could not be read again',
  },
  {
    id: 'a day of the week for which iptables looks at memory that it has not set: it is kept as written',
    why: '`--weekdays -1` and numbers from 2^32 on: what iptables does varies from run to run',
  },
  { id: 'a control group that is not there', why: "Paths of `-m cgroup` are the machine's: they are assumed to exist" },
  { id: 'a pinned BPF program that is not there', why: 'So are objects of `-m bpf --object-pinned`' },
  { id: 'a conntrack helper that is not there', why: 'So are helpers of `-j CT --helper`' },
  { id: 'a timeout policy that is not there', why: 'So are policies of `-j CT --timeout`' },
  { id: 'an estimator that is not there', why: 'So are the estimators of `-m rateest`' },
  { id: 'an ipset that is not there', why: 'So are the sets of `-m set` and `-j SET`, and their families' },
  {
    id: 'the kernel has no such module: it is read, the saved text is not compared',
    why: '`nfacct`, `CLUSTERIP`, `LED`, `SECMARK` and `ULOG`, where the kernel that is asked lacks them',
  },
];

function claimText({ claim, unclear = [] }: Extension): string {
  if (claim === undefined)
    return unclear.length === 0 ? 'modelled' : `modelled, but for some of ${unclear.map((name) => `\`${name}\``).join(', ')}`;
  if (claim === 'chance') return 'chance: either way, each time anew';
  return claim.modelled === 'partly' ? `partly: ${claim.why}` : `not modelled: ${claim.why}`;
}

function row(extension: Extension): string {
  const { name, kind, families } = extension;
  return `| \`${name}\` | ${kind} | ${families.map((family) => `IPv${family}`).join(', ')} | ${claimText(extension)} |`;
}

export function extensionsPage(): string {
  return `# Extensions

What chainwalk reads, checks and prints of iptables 1.8.9, and what it claims of the meaning. Written from the registry; do not edit.
\`ipvs\` is kept as written: its options are not checked, since no kernel at hand has the module.

| extension | kind | families | meaning |
|---|---|---|---|
${[...MATCHES, ...TARGETS].map(row).join('\n')}

## Limits of reading and printing

Both backends of iptables 1.8.9 and chainwalk are asked about random rules (\`npm run test:lines -- --lines 100000 --seed 1\`): who loads it, and every
character of what is saved. They differ in nothing but this:

${LINE_LIMITS.map(({ id, why }) => `* ${id}. ${why}`).join('\n')}

Not asked, and refused by chainwalk: numbers with a blank or a plus sign before them, short addresses in \`-m iprange\`, IPv6 addresses with a zone.
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('EXTENSIONS.md', import.meta.url), extensionsPage());
