/** Writes docs/nftables.md from the registry: what is claimed of every expression and statement of nftables. Run by `npm run extensions`. */
import { writeFileSync } from 'node:fs';
import type { Expression, NftClaim } from '../src/expressions/contract/expression.ts';
import { EXPRESSIONS } from '../src/expressions/selectors/all.ts';
import { STATEMENTS } from '../src/expressions/statements/all.ts';

function claimText(claim: NftClaim | undefined): string {
  if (claim === undefined) return 'modelled';
  if (claim === 'chance') return 'chance: either way, each time anew';
  return claim.modelled === 'partly' ? `partly: ${claim.why}` : `not modelled: ${claim.why}`;
}

function implied({ implies }: Expression): string {
  const of = [
    implies?.family === undefined ? undefined : `IPv${implies.family}`,
    implies?.proto === undefined ? undefined : `protocol ${implies.proto}`,
  ];
  return of.filter((word) => word !== undefined).join(', ');
}

function expressionRow(expression: Expression): string {
  return `| \`${expression.name}\` | ${expression.type} | ${implied(expression)} | ${claimText(expression.claim)} |`;
}

function statementRows(): readonly string[] {
  return Object.values(STATEMENTS).flatMap(({ says }) => says.map(({ name, claim }) => `| \`${name}\` | ${claimText(claim)} |`));
}

export function nftablesPage(): string {
  return `# nftables

What chainwalk reads of nftables 1.0.6, and what it claims of the meaning. Written from the registry; do not edit.

* A table of \`inet\` is in the ruleset of both families, one of \`ip\` or \`ip6\` in that of its own. Tables of \`arp\` and \`bridge\` are
  read and have no part in what is answered. What chains of devices do (\`ingress\`, \`egress\`) is not modelled.
* An expression that a packet does not have makes the match fail, with \`!=\` too: \`ip daddr != 10.0.0.1\` never holds for IPv6,
  \`tcp dport != 80\` never for UDP, \`meta skuid != 0\` never without a socket. In a table that iptables-nft has written,
  \`meta skuid != 0\` is \`! --uid-owner 0\`, which holds without a socket.
* Sets, maps and verdict maps decide by the elements that the text has. Of a set whose elements packets change, or whose elements have
  timeouts, both is possible: that is chance.
* Matches on fields that stand side by side in a header are one comparison for nft before 1.1.0: \`tcp sport != 1 tcp dport != 2\` holds
  there where one of the two differs. A listing does not show which version has loaded it, so such a packet is undecided.
* Expressions and statements that are not in the tables below are read and printed; what they do is not modelled, and answers say so.

## Expressions

| expression | type | packets that have it | meaning |
|---|---|---|---|
${EXPRESSIONS.map(expressionRow).join('\n')}
| \`numgen\` | integer | | chance: \`random\` with its probability |
| \`jhash\`, \`symhash\` | integer | | chance: either way, each time anew |

## Statements

| statement | meaning |
|---|---|
${statementRows().join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(new URL('../docs/nftables.md', import.meta.url), nftablesPage());
