/** What -m tcp and -m udp share: how ports are saved, and the `-p` that they need. */
import type { PortRange } from '../netfilter/effect.ts';
import type { Complaint, GivenOption, RuleContext } from './extension.ts';
import { U16 } from './shapes/number.ts';
import { portRange } from './shapes/port.ts';
import type { ShapeContext } from './shapes/shape.ts';

type PortOption = GivenOption<readonly [PortRange]> | undefined;

function namesAllPorts(option: NonNullable<PortOption>): boolean {
  return option.values[0].lo === 0 && option.values[0].hi === U16;
}

/** iptables-save leaves out a range of all ports; with `!` it does too, and loses the meaning. */
export function savePorts(options: readonly PortOption[], context: ShapeContext): readonly string[] {
  return options.flatMap((option) => {
    if (option === undefined || (namesAllPorts(option) && !option.inverted)) return [];
    return [...(option.inverted ? ['!'] : []), option.name, portRange.print(option.values[0], context)];
  });
}

interface Transport {
  readonly match: string;
  readonly proto: number;
  readonly ports: readonly PortOption[];
}

/** kernel net/netfilter/x_tables.c xt_check_match(): the rule's own `-p` must be this protocol, and not inverted.
 *  iptables-nft turns the match into its own port expression, which asks for no protocol. */
export function checkTransport({ match, proto, ports }: Transport, context: RuleContext): readonly Complaint[] {
  const complaints: Complaint[] = [];
  if (context.proto?.value !== proto) {
    complaints.push({
      kind: 'not-loadable',
      message: `\`-m ${match}\` needs \`-p ${match}\` in the same rule`,
      help: `add \`-p ${match}\``,
    });
  } else if (context.proto.inverted) {
    complaints.push({ kind: 'warning', message: `iptables-legacy refuses \`-m ${match}\` with \`! -p ${match}\`, iptables-nft loads it` });
  }
  for (const option of ports) {
    if (option?.inverted && namesAllPorts(option)) {
      complaints.push({
        kind: 'warning',
        message: `no port is outside of 0:65535: iptables-legacy never matches, iptables-nft leaves the option out`,
        option: option.name,
      });
    }
  }
  return complaints;
}
