/** DNAT, SNAT, REDIRECT, MASQUERADE - rewrite one end of a connection.
 *  man    iptables-extensions(8), DNAT, SNAT, REDIRECT and MASQUERADE
 *  kernel net/netfilter/xt_nat.c, xt_REDIRECT.c, xt_MASQUERADE.c: table nat, by hook; ports need a `-p` in the front end
 *  fact   REDIRECT goes to the loopback address in OUTPUT, and to an address of the input interface in PREROUTING */
import type { Effect, NatTarget } from '../../netfilter/effect.ts';
import { type GivenOption, type RuleComplaint, type RuleContext, targetExtension } from '../contract/extension.ts';
import type { NatRange } from '../shapes/address.ts';
import type { NatPorts } from '../shapes/port.ts';

function needsProtocol(option: GivenOption<readonly unknown[]> | undefined, context: RuleContext): readonly RuleComplaint[] {
  if (option === undefined) return [];
  if (context.proto !== undefined && context.proto.span.start < option.span.start) return [];
  return [
    { kind: 'malformed', message: `ports in \`${option.name}\` need a protocol`, help: 'add `-p tcp` or `-p udp`', option: option.name },
  ];
}

/** Only DNAT shifts a range of ports. */
function noBase(option: GivenOption<readonly [NatPorts]> | undefined): readonly RuleComplaint[] {
  if (option?.values[0].base === undefined) return [];
  return [{ kind: 'malformed', message: `\`${option.name}\` takes no base port`, option: option.name }];
}

interface Rewrite {
  readonly manip: 'src' | 'dst';
  readonly range: NatRange;
  readonly random: boolean;
}

function rewrite({ manip, range, random }: Rewrite): Effect {
  const { addresses, ports } = range;
  if (ports?.base !== undefined) {
    return { kind: 'unmodelled', reason: 'DNAT that shifts a range of ports' };
  }
  const to: NatTarget = addresses === undefined ? { kind: 'keep' } : { kind: 'addresses', ...addresses };
  return ports === undefined ? { kind: 'nat', manip, to, random } : { kind: 'nat', manip, to, ports, random };
}

export const DNAT = targetExtension({
  name: 'DNAT',
  families: [4, 6],
  options: {
    '--to-destination': { value: ['natRange'], required: true },
    '--random': { value: [] },
    '--persistent': { value: [] },
  },
  tables: ['nat'],
  hooks: () => ['PREROUTING', 'OUTPUT'],
  needsConntrack: () => true,
  check: (given, context) =>
    given['--to-destination']?.values[0].ports === undefined ? [] : needsProtocol(given['--to-destination'], context),
  unclear: ['--to-destination'],
  listing: { options: { '--to-destination': /to:(\S+)/, '--random': /random/, '--persistent': /persistent/ } },
  lower: (given) => rewrite({ manip: 'dst', range: given['--to-destination']?.values[0] ?? {}, random: given['--random'] !== undefined }),
});

export const SNAT = targetExtension({
  name: 'SNAT',
  families: [4, 6],
  options: {
    '--to-source': { value: ['natRange'], required: true },
    '--random': { value: [] },
    '--random-fully': { value: [] },
    '--persistent': { value: [] },
  },
  tables: ['nat'],
  hooks: () => ['INPUT', 'POSTROUTING'],
  needsConntrack: () => true,
  check: (given, context) => (given['--to-source']?.values[0].ports === undefined ? [] : needsProtocol(given['--to-source'], context)),
  unclear: ['--to-source'],
  listing: {
    options: { '--to-source': /to:(\S+)/, '--random': /random/, '--random-fully': /random-fully/, '--persistent': /persistent/ },
  },
  lower: (given) =>
    rewrite({
      manip: 'src',
      range: given['--to-source']?.values[0] ?? {},
      random: given['--random'] !== undefined || given['--random-fully'] !== undefined,
    }),
});

export const REDIRECT = targetExtension({
  name: 'REDIRECT',
  families: [4, 6],
  options: { '--to-ports': { value: ['natPorts'] }, '--random': { value: [] } },
  tables: ['nat'],
  hooks: () => ['PREROUTING', 'OUTPUT'],
  needsConntrack: () => true,
  check: (given, context) => [...needsProtocol(given['--to-ports'], context), ...noBase(given['--to-ports'])],
  listing: { options: { '--to-ports': /redir ports (\S+)/, '--random': /random/ } },
  lower: (given): Effect => {
    const nat = { kind: 'nat', manip: 'dst', to: { kind: 'this-host' }, random: given['--random'] !== undefined } as const;
    const ports = given['--to-ports']?.values[0];
    return ports === undefined ? nat : { ...nat, ports: { lo: ports.lo, hi: ports.hi } };
  },
});

export const MASQUERADE = targetExtension({
  name: 'MASQUERADE',
  families: [4, 6],
  options: { '--to-ports': { value: ['natPorts'] }, '--random': { value: [] }, '--random-fully': { value: [] } },
  tables: ['nat'],
  hooks: () => ['POSTROUTING'],
  needsConntrack: () => true,
  check: (given, context) => [...needsProtocol(given['--to-ports'], context), ...noBase(given['--to-ports'])],
  listing: { options: { '--to-ports': /masq ports: (\S+)/, '--random': /random/, '--random-fully': /random-fully/ } },
  lower: (given): Effect => {
    const random = given['--random'] !== undefined || given['--random-fully'] !== undefined;
    const nat = { kind: 'nat', manip: 'src', to: { kind: 'out-interface' }, random } as const;
    const ports = given['--to-ports']?.values[0];
    return ports === undefined ? nat : { ...nat, ports };
  },
});
