/** Settings that iptables takes and nft does not, or that Istio does not survive, where `native-nftables` is set. Names of interfaces are judged
 *  in the rules. */
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { CheckInput } from './checkSettings.ts';
import { remark } from './settingSource.ts';
import { splitList } from './settings.ts';
import { has, versionName } from './version.ts';

const PORTS = [
  'envoy-port',
  'inbound-capture-port',
  'inbound-tunnel-port',
  'istio-inbound-ports',
  'istio-local-exclude-ports',
  'istio-outbound-ports',
  'istio-local-outbound-ports-exclude',
] as const;

export function nftProblems({ settings, places, otherwise, version }: CheckInput): readonly Diagnostic[] {
  if (!settings['native-nftables'] || settings['skip-rule-apply'] || settings['cleanup-only']) return [];
  const ranges = PORTS.flatMap((name) =>
    splitList(settings[name])
      .filter((port) => port.includes(':'))
      .map((port) => {
        const message = `\`${port}\` in \`${name}\` is not a port of nft: the rules do not load`;
        const help = `nft writes a range \`${port.replace(':', '-')}\``;
        return remark(places.get(name) ?? otherwise, { message, help });
      }),
  );
  const emptyTproxy = settings['istio-inbound-interception-mode'] === 'TPROXY' && settings['istio-inbound-ports'] === '';
  if (!emptyTproxy || has(version, 'nftEmptyTproxy')) return ranges;
  const message = `Istio ${versionName(version)} crashes in TPROXY mode with \`native-nftables\` and without inbound ports`;
  const help = 'its later patch versions write these rules';
  return [...ranges, remark(places.get('istio-inbound-ports') ?? otherwise, { kind: 'warning', message, help })];
}
