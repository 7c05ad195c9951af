/** reject - drops the packet and answers it. man nft(8), REJECT STATEMENT
 *  kernel net/netfilter/nft_reject.c nft_reject_icmp_code(), nft_reject_icmpv6_code(): what icmpx is in each family */
import { closest } from '../../lib/nearest.ts';
import { equals } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import { nftNumber } from '../../syntax/nft/selectors.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { ARP } from '../contract/frameTypes.ts';
import { statement } from '../contract/statement.ts';
import { ICMP_CODE, ICMPV6_CODE } from '../datatypes/constants.ts';
import { icmpCodeOf } from '../datatypes/icmpCode.ts';

/** The names that iptables has for the answers. */
const ANSWERS: Readonly<Record<Family, ReadonlyMap<string, string>>> = {
  4: new Map([
    ['net-unreachable', 'icmp-net-unreachable'],
    ['host-unreachable', 'icmp-host-unreachable'],
    ['prot-unreachable', 'icmp-proto-unreachable'],
    ['port-unreachable', 'icmp-port-unreachable'],
    ['net-prohibited', 'icmp-net-prohibited'],
    ['host-prohibited', 'icmp-host-prohibited'],
    ['admin-prohibited', 'icmp-admin-prohibited'],
  ]),
  6: new Map([
    ['no-route', 'icmp6-no-route'],
    ['admin-prohibited', 'icmp6-adm-prohibited'],
    ['addr-unreachable', 'icmp6-addr-unreachable'],
    ['port-unreachable', 'icmp6-port-unreachable'],
    ['policy-fail', 'icmp6-policy-fail'],
    ['reject-route', 'icmp6-reject-route'],
  ]),
};

/** By number too. */
const ICMPX = [
  { name: 'no-route', 4: 'icmp-net-unreachable', 6: 'icmp6-no-route' },
  { name: 'port-unreachable', 4: 'icmp-port-unreachable', 6: 'icmp6-port-unreachable' },
  { name: 'host-unreachable', 4: 'icmp-host-unreachable', 6: 'icmp6-addr-unreachable' },
  { name: 'admin-prohibited', 4: 'icmp-admin-prohibited', 6: 'icmp6-adm-prohibited' },
] as const;

const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT'] as const;

export const reject = statement({
  kind: 'reject',
  says: [{ name: 'reject' }],
  apply: (given, { context, ask, act, need, onlyAt, protocols }) => {
    onlyAt({ what: 'reject', hooks: HOOKS, span: given });
    const { family } = context;
    const [kind, said = ''] = given.with?.flatMap((word) => word.split(' ')).filter((word) => word !== 'type') ?? [];
    // of a number that has nine bits nft takes the last eight; of longer ones it crashes
    const code = nftNumber(said) < 512 ? icmpCodeOf(said) : said;
    const known = protocols();
    const refuse = (message: string, code: 'needs-protocol' | 'wrong-family'): void =>
      context.report({ kind: 'not-loadable', code, message, span: given });
    if (kind === 'tcp' && known.proto !== undefined && known.proto !== PROTO.tcp)
      refuse('only TCP can be answered by a reset', 'needs-protocol');
    if (known.etherType === ARP && kind === 'tcp') refuse('ARP cannot be answered by a reset', 'needs-protocol');
    const { table } = context;
    const isOfOne = table === 'ip' || table === 'ip6';
    if (known.etherType === ARP && !isOfOne && kind !== 'tcp' && kind !== 'icmpx')
      refuse('`reject` has no answer for ARP: only `icmpx` loads here', 'wrong-family');
    if (known.otherLink === true && known.family === undefined && kind?.startsWith('icmp') === true && kind !== 'icmpx')
      refuse(`\`reject with ${kind}\` needs \`meta nfproto\` behind devices of this kind`, 'wrong-family');
    // in a table of one family nft looks at no match
    const answered = isOfOne ? (table === 'ip' ? 4 : 6) : known.family;
    if ((kind === 'icmp' && answered === 6) || (kind === 'icmpv6' && answered === 4))
      refuse(`\`reject with ${kind}\` answers packets of the other family`, 'wrong-family');
    if (kind === 'icmpx' && isOfOne) refuse('`reject with icmpx` is for tables of inet', 'wrong-family');
    checkAnswer(given, kind === undefined ? [] : [kind, code], context);
    if (kind === 'tcp') {
      ask(equals('proto', PROTO.tcp), given);
      return act({ kind: 'reject', with: 'tcp-reset' });
    }
    if (kind !== undefined && kind !== 'icmpx' && (kind === 'icmp' ? 4 : 6) !== family) return ask({ kind: 'or', of: [] }, given);
    const answer = kind === undefined || kind === 'icmpx' ? icmpx(code, family) : ANSWERS[family].get(named(code, family));
    if (answer !== undefined) return act({ kind: 'reject', with: answer });
    need('opaque');
    act({ kind: 'unmodelled', reason: `\`reject\` with the code ${code}` });
  },
});

/** nftables src/evaluate.c stmt_evaluate_reject_icmp() */
function checkAnswer({ start, end }: Span, [kind, code = '']: readonly string[], { report }: NftRuleContext): void {
  const codes = kind === undefined || kind === 'tcp' ? undefined : codesOf(kind);
  if (codes === undefined || codes.some(([name, number]) => name === code || String(number) === code)) return;
  if (kind !== 'icmpx' && Number(code) < 255) return;
  const help = closest(
    code,
    codes.map(([name]) => name),
  )?.word;
  const message = `there is no answer \`${kind} ${code}\``;
  report({
    kind: 'not-loadable',
    code: 'bad-value',
    message,
    span: { start, end },
    ...(help !== undefined && { help: `did you mean \`${help}\`?` }),
  });
}

function codesOf(kind: string): readonly (readonly [string, number])[] {
  if (kind === 'icmpx') return ICMPX.map(({ name }, number) => [name, number] as const);
  return [...(kind === 'icmp' ? ICMP_CODE : ICMPV6_CODE)];
}

function icmpx(code: string, family: Family): string | undefined {
  return (code === '' ? ICMPX[1] : (ICMPX.find(({ name }) => name === code) ?? ICMPX[Number(code)]))?.[family];
}

function named(code: string, family: Family): string {
  const known = icmpCodeOf(code);
  const [name = known] = [...(family === 4 ? ICMP_CODE : ICMPV6_CODE)].find(([, number]) => String(number) === known) ?? [];
  return name;
}
