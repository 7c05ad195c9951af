/** `chainwalk render`: Istio's settings to the rules that it writes. */
import { ENV_SETTINGS, FLAGS, type Flag } from '../../istio/flags.ts';
import { MODES } from '../../istio/modes.ts';
import type { Command } from '../command.ts';
import { COLOR, JSON_OUTPUT, output, QUIET, STRICT, VALUES } from '../options.ts';

const DEFINITIONS: readonly (readonly [name: string, says: string])[] = [
  ...FLAGS.map((flag: Flag) => [`${flag.short === undefined ? '   ' : `-${flag.short},`} --${flag.name}`, flagSays(flag)] as const),
  ...ENV_SETTINGS.map(({ name, says, default: value }) => [`    ${name}`, `${says} (${value === '' ? 'empty' : value})`] as const),
];

export const render: Command = {
  name: 'render',
  summary: 'the rules that Istio writes for settings: restore text for IPv4, then for IPv6',
  args: [{ name: '[args...]', says: 'arguments of istio-iptables, after `--`' }],
  options: [
    { flags: '--settings <file>', says: 'settings as a JSON object, `-` for standard input' },
    { flags: '--pod <file>', says: 'Kubernetes manifests: the rules of each pod, `-` for standard input' },
    VALUES,
    { flags: '--mode <mode>', says: 'who writes them; alone: for a pod that asks for nothing', choices: MODES },
    { flags: '--istio <version>', says: 'version of Istio, 1.18 to 1.31 (default: the newest)' },
    { flags: '--env <NAME=value>', says: 'environment variable of istio-iptables', repeatable: true },
    { flags: '--ipv6', says: 'the pod has IPv6' },
    { flags: '--nameserver <address>', says: 'a nameserver of resolv.conf', repeatable: true },
    { flags: '--host <file>', says: 'the host around the rules: its addresses tell whether there is IPv6' },
    { flags: '--with-routing', says: 'also addresses, routes and policy rules that Istio adds, as comments' },
    output(['rules', 'json']),
    JSON_OUTPUT,
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'what istio-init writes for a pod that asks for nothing', line: 'chainwalk render --mode init' },
    { says: 'what these arguments of a pod do', line: `chainwalk render -- -p 15001 -z 15006 -u 1337 -m REDIRECT -i '*' -x "" -b '*'` },
    { says: 'the rules of a pod and its mesh', line: 'chainwalk render --pod deploy.yaml --mode cni --values values.yaml' },
    { says: 'proved before it is deployed', line: 'chainwalk render --settings settings.json | chainwalk verify -' },
    {
      says: 'what an upgrade changes',
      line: 'chainwalk diff <(chainwalk render --istio 1.22 --mode cni) <(chainwalk render --mode cni)',
    },
  ],
  notes: `\nSettings, with their defaults: flags of istio-iptables, and variables that only its environment gives\n${DEFINITIONS.map(
    ([name, says]) => `  ${name.padEnd(44)} ${says}\n`,
  ).join('')}`,
  run: async (io, input) => {
    const { runRender } = await import('../render/runRender.ts');
    return runRender({ io, input });
  },
};

function flagSays({ says, default: value, since, until }: Flag): string {
  const known = since !== undefined ? `; since 1.${since}` : until !== undefined ? `; until 1.${until}` : '';
  return `${says}${typeof value === 'string' && value !== '' ? ` (${value})` : ''}${known}`;
}
