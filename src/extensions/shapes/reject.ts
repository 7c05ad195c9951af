/** Answers of REJECT, by name or by its alias; the start of a name will do. man iptables-extensions(8), REJECT */
import { malformed, type Shape } from './shape.ts';

type Answers = readonly (readonly [name: string, alias: string])[];

const IPV4: Answers = [
  ['icmp-net-unreachable', 'net-unreach'],
  ['icmp-host-unreachable', 'host-unreach'],
  ['icmp-proto-unreachable', 'proto-unreach'],
  ['icmp-port-unreachable', 'port-unreach'],
  ['icmp-net-prohibited', 'net-prohib'],
  ['icmp-host-prohibited', 'host-prohib'],
  ['tcp-reset', 'tcp-rst'],
  ['icmp-admin-prohibited', 'admin-prohib'],
];

const IPV6: Answers = [
  ['icmp6-no-route', 'no-route'],
  ['icmp6-adm-prohibited', 'adm-prohibited'],
  ['icmp6-addr-unreachable', 'addr-unreach'],
  ['icmp6-port-unreachable', 'port-unreach'],
  ['tcp-reset', 'tcp-reset'],
  ['icmp6-policy-fail', 'policy-fail'],
  ['icmp6-reject-route', 'reject-route'],
];

export const rejectType: Shape<string> = {
  decode: ({ text }, { family }) => {
    const answers = family === 4 ? IPV4 : IPV6;
    // the first entry that starts like this wins, as in libipt_REJECT.c
    const found = answers.find((names) => names.some((name) => name.startsWith(text.toLowerCase())));
    if (found === undefined)
      return malformed(`\`${text}\` is not a valid answer of REJECT`, `one of ${answers.map(([name]) => name).join(', ')}`);
    return { value: found[0] };
  },
  print: (value) => value,
};
