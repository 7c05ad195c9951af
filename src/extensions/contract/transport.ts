/** What -m tcp and -m udp share: what a port option asks, how it is saved, and the `-p` that both need. */
import type { PortRange } from '../../netfilter/effect.ts';
import { ALWAYS, inSet, type MatchExpr, not, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { U16 } from '../shapes/number.ts';
import { portRange } from '../shapes/port.ts';
import type { ShapeContext } from '../shapes/shape.ts';
import type { Conjunct, GivenOption, RuleComplaint, RuleContext } from './extension.ts';

type PortOption = GivenOption<readonly [PortRange]> | undefined;

export interface PortOptions {
  readonly '--sport'?: PortOption;
  readonly '--dport'?: PortOption;
}

/** The header must be there, and the ports right. */
export function transportConjuncts(given: PortOptions, { proto }: RuleContext): readonly Conjunct[] {
  const header: Conjunct = { expr: proto?.inverted === true ? unmodelled('ports without the protocol that has them') : present('sport') };
  const ports = (['sport', 'dport'] as const).flatMap((field): readonly Conjunct[] => {
    const option = given[`--${field}`];
    return option === undefined ? [] : [{ option: option.name, expr: portExpr(field, option) }];
  });
  return [header, ...ports];
}

function portExpr(field: 'sport' | 'dport', option: NonNullable<PortOption>): MatchExpr {
  const expr = namesAllPorts(option) ? ALWAYS : inSet(field, [option.values[0]]);
  if (!option.inverted) return expr;
  return expr === ALWAYS ? unmodelled('`!` with all ports, which the backends of iptables read differently') : not(expr);
}

function namesAllPorts(option: NonNullable<PortOption>): boolean {
  return option.values[0].lo === 0 && option.values[0].hi === U16;
}

/** iptables-save leaves out a range of all ports; with `!` it does too, and loses the meaning. */
export function savePorts(given: PortOptions, context: ShapeContext): readonly string[] {
  return [given['--sport'], given['--dport']].flatMap((option) => {
    if (option === undefined || (namesAllPorts(option) && !option.inverted)) return [];
    return [...(option.inverted ? ['!'] : []), option.name, portRange.print(option.values[0], context)];
  });
}

/** Whether a port option leaves something to ask. */
export function asksPorts(given: PortOptions): boolean {
  return [given['--sport'], given['--dport']].some((option) => option !== undefined && (option.inverted || !namesAllPorts(option)));
}

/** kernel net/netfilter/x_tables.c xt_check_match(): the rule's own `-p` must be this protocol, and not inverted.
 *  `translated`: iptables-nft turns the match into its own expressions, which do not match on the protocol. iptables nft.c add_nft_tcp(), add_nft_udp() */
export function checkTransport(
  match: { readonly name: string; readonly proto: number; readonly translated: boolean },
  given: PortOptions,
  context: RuleContext,
): readonly RuleComplaint[] {
  const complaints: RuleComplaint[] = [];
  if (context.proto?.value !== match.proto) {
    const message = `\`-m ${match.name}\` needs \`-p ${match.name}\` in the same rule`;
    complaints.push({ kind: 'not-loadable', message, help: `add \`-p ${match.name}\`` });
  } else if (context.proto.inverted && !match.translated) {
    complaints.push({
      kind: 'not-loadable',
      code: 'bad-negation',
      message: `\`-m ${match.name}\` cannot stand beside \`! -p ${match.name}\``,
    });
  } else if (context.proto.inverted) {
    complaints.push({
      kind: 'warning',
      code: 'backend-difference',
      message: `iptables-legacy refuses \`-m ${match.name}\` with \`! -p ${match.name}\`, iptables-nft loads it`,
      refusedBy: 'legacy',
    });
  }
  if (match.translated) for (const option of [given['--sport'], given['--dport']]) complaints.push(...rewritten(option));
  return complaints;
}

/** What iptables-nft makes of all but the first ports. */
function rewritten(option: PortOption): readonly RuleComplaint[] {
  if (option === undefined || !option.inverted || option.values[0].lo !== 0 || option.values[0].hi === 0) return [];
  const { name, values } = option;
  const message = namesAllPorts(option)
    ? 'no port is outside of 0:65535: iptables-legacy never matches, iptables-nft leaves the option out'
    : `iptables-nft saves this as \`${name} ${values[0].hi + 1}:${U16}\``;
  return [{ kind: 'warning', message, printedAs: 'legacy', option: name }];
}
