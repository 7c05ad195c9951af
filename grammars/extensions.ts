/** Writes grammars/EXTENSIONS.md from the registry: what is claimed of every match and target. Run by `npm run extensions`. */
import { writeFileSync } from 'node:fs';
import type { Extension } from '../src/extensions/extension.ts';
import { MATCHES, TARGETS } from '../src/extensions/registry.ts';

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
\`ipvs\` and \`rateest\` are kept as written: their options are not checked.

| extension | kind | families | meaning |
|---|---|---|---|
${[...MATCHES, ...TARGETS].map(row).join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('EXTENSIONS.md', import.meta.url), extensionsPage());
