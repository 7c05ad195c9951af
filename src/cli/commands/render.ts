/** `chainwalk render`: Istio's settings to the rules that it writes. */
import { ENV_SETTINGS, FLAGS, type Flag } from '../../istio/settings/flags.ts';
import { MODES } from '../../istio/settings/modes.ts';
import { NEWEST, OLDEST } from '../../istio/settings/version.ts';
import type { Command } from '../argv/command.ts';
import { COLOR, JSON_OUTPUT, KUBERNETES, output, POD_IP, PROXY_UID, QUIET, STRICT, VALUES } from '../argv/options.ts';

export const renderCommand: Command = {
  name: 'render',
  summary: 'the rules that Istio writes for settings or for pods',
  about: 'Text for iptables-restore, for IPv4, then for IPv6, or for nft -f where the settings request it; every other command reads it.',
  args: [{ name: '[args...]', says: 'arguments of istio-iptables, after `--`' }],
  options: [
    {
      flags: '--settings <file>',
      says: 'settings as a JSON object, cluster.env of a virtual machine, or the log of istio-init, which names them; `-` for standard input',
    },
    { flags: '--pod <file>', says: 'Kubernetes manifests: the rules of each pod, `-` for standard input' },
    VALUES,
    { flags: '--mode <mode>', says: 'who writes them; alone: for a pod without settings of its own', choices: MODES },
    { common: 'pods', flags: '--istio <version>', says: `version of Istio, 1.${OLDEST} to 1.${NEWEST} (default: the newest)` },
    { flags: '--native-nftables', says: 'rules of nftables, whatever the settings say' },
    KUBERNETES,
    POD_IP,
    { flags: '--env <NAME=value>', says: 'environment variable of istio-iptables', repeatable: true },
    PROXY_UID,
    { flags: '--ipv6', says: 'the pod has IPv6' },
    { common: 'pods', flags: '--nameserver <address>', says: 'a nameserver of resolv.conf', repeatable: true },
    { common: 'host', flags: '--host <file>', says: 'the host around the rules: its addresses tell whether there is IPv6' },
    { flags: '--with-routing', says: 'also addresses, routes and policy rules that Istio adds, as comments' },
    output(['rules', 'json']),
    JSON_OUTPUT,
    STRICT,
    QUIET,
    COLOR,
  ],
  foreignOptions: 'arguments of istio-iptables come after `--`',
  examples: [
    { says: 'what istio-init writes for a pod without settings of its own', line: 'chainwalk render --mode init' },
    { says: 'what these arguments of a pod do', line: `chainwalk render -- -p 15001 -z 15006 -u 1337 -m REDIRECT -i '*' -x "" -b '*'` },
    { says: 'the rules of a pod and its mesh', line: 'chainwalk render --pod deploy.yaml --mode cni --values values.yaml' },
    { says: 'proved before it is deployed', line: 'chainwalk render --settings settings.json | chainwalk verify -' },
    {
      says: 'what an upgrade changes',
      line: 'chainwalk diff <(chainwalk render --istio 1.22 --mode cni) \\\n  <(chainwalk render --mode cni)',
    },
  ],
  lists: [
    { title: 'Settings: flags of istio-iptables, with their defaults', entries: FLAGS.map(flagEntry) },
    { title: 'Settings that only its environment gives', entries: ENV_SETTINGS.map(variableEntry) },
  ],
  run: async (io, input) => {
    const { runRender } = await import('../render/runRender.ts');
    return runRender({ io, input });
  },
};

function flagEntry({ name, short, says, default: value, since, until }: Flag): readonly [string, string] {
  const known = since !== undefined ? `; since 1.${since}` : until !== undefined ? `; until 1.${until}` : '';
  const otherwise = typeof value === 'string' && value !== '' ? ` (${value})` : '';
  return [`${short === undefined ? '' : `-${short}, `}--${name}`, `${says}${otherwise}${known}`];
}

function variableEntry({ name, says, default: value }: (typeof ENV_SETTINGS)[number]): readonly [string, string] {
  return [name, `${says} (${value === '' ? 'empty' : value})`];
}
