/** What Istio refuses, and what it takes without doing what it says.
 *  source: istio/istio tools/common/config/validation.go, tools/istio-iptables/pkg/capture/run.go */
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { parseGoPrefix } from './goValues.ts';
import { nftProblems } from './nftProblems.ts';
import { remark, type SettingRemark, type SourceLocation } from './settingSource.ts';
import type { HostFacts, Settings } from './settings.ts';
import { splitList } from './settings.ts';
import { has, type Version } from './version.ts';

export interface CheckInput {
  readonly settings: Settings;
  readonly places: ReadonlyMap<string, SourceLocation>;
  readonly version: Version;
  readonly host: HostFacts;
  /** the place of settings that are not given */
  readonly otherwise: SourceLocation;
}

/** They become one rule. */
const MOST_OWNER_GROUPS = 64;

export function checkSettings(input: CheckInput): readonly Diagnostic[] {
  const { settings, places, otherwise } = input;
  const found: Diagnostic[] = [];
  const say = (name: keyof Settings, what: SettingRemark) => found.push(remark(places.get(name) ?? otherwise, what));
  const binary = settings['force-iptables-binary'];
  if (!['', 'legacy', 'nft'].includes(binary)) {
    say('force-iptables-binary', { message: `\`${binary}\` is not \`legacy\` or \`nft\`` });
  }
  const groups = settings.ISTIO_OUTBOUND_OWNER_GROUPS;
  if (groups !== '*' && splitList(groups).length > MOST_OWNER_GROUPS) {
    say('ISTIO_OUTBOUND_OWNER_GROUPS', { message: `${splitList(groups).length} groups are more than ${MOST_OWNER_GROUPS}` });
  }
  const loopback = loopbackProblem(settings.ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR);
  if (loopback !== undefined) say('ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR', { message: loopback });
  if (settings['istio-service-exclude-cidr'] === '*') {
    say('istio-service-exclude-cidr', { message: 'Istio refuses `*` as the ranges to leave alone' });
  }
  return [...found, ...rangeProblems(input), ...routeProblems(input), ...nftProblems(input), ...noted(input)];
}

function loopbackProblem(text: string): string | undefined {
  const prefix = parseGoPrefix(text);
  if (prefix === undefined) return `\`${text}\` is not a range such as \`127.0.0.1/32\``;
  if (prefix.family !== 4 || !prefix.loopback) return `\`${text}\` is not a range of IPv4 loopback addresses`;
  return prefix.bits < 8 ? `\`${text}\` is wider than /8` : undefined;
}

const RANGES = ['istio-service-cidr', 'istio-service-exclude-cidr'] as const;

function rangeProblems({ settings, places, otherwise, version }: CheckInput): readonly Diagnostic[] {
  return RANGES.filter((name) => settings[name] !== '*').flatMap((name) =>
    splitList(settings[name])
      .filter((range) => parseGoPrefix(range) === undefined)
      .map((range) => {
        const place = places.get(name) ?? otherwise;
        const message = `\`${range}\` in \`${name}\` is not a range such as \`10.0.0.0/8\``;
        if (has(version, 'strictRanges')) return remark(place, { message });
        return remark(place, { kind: 'warning', message: `${message}; this version of Istio skips it` });
      }),
  );
}

/** `native-nftables` does not heed it. */
export function isDry(settings: Settings): boolean {
  return settings['dry-run'] && !settings['native-nftables'];
}

const ROUTED = ['istio-inbound-tproxy-mark', 'istio-inbound-tproxy-route-table'] as const;
/** strconv.Atoi */
const DECIMAL = /^[-+]?\d+$/;

/** The rules take any mark that iptables takes; the policy rule and its route are made from decimal numbers alone. */
function routeProblems({ settings, places, otherwise }: CheckInput): readonly Diagnostic[] {
  const routed = settings['istio-inbound-interception-mode'] === 'TPROXY' && settings['istio-inbound-ports'] !== '' && !isDry(settings);
  return ROUTED.filter((name) => routed && !DECIMAL.test(settings[name])).map((name) => {
    const message = `\`${settings[name]}\` is not a decimal number: Istio makes no policy route for \`${name}\`, and fails`;
    return remark(places.get(name) ?? otherwise, { message });
  });
}

function noted({ settings, places, otherwise, version, host }: CheckInput): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const note = (name: keyof Settings, message: string) => found.push(remark(places.get(name) ?? otherwise, { kind: 'warning', message }));
  const mode = settings['istio-inbound-interception-mode'];
  if (!['', 'REDIRECT', 'TPROXY'].includes(mode)) {
    note('istio-inbound-interception-mode', `istio-iptables treats the mode \`${mode}\` as REDIRECT`);
  }
  if (settings['native-nftables'] && settings['force-iptables-binary'] !== '') {
    note('force-iptables-binary', '`force-iptables-binary` has no effect: `native-nftables` goes before it');
  }
  for (const name of ['skip-rule-apply', 'cleanup-only'] as const) {
    if (settings[name]) note(name, `\`${name}\` is set: istio-iptables writes no rules`);
  }
  if (isDry(settings)) note('dry-run', '`dry-run` is set: istio-iptables runs no command; these are the rules that it prints');
  else if (settings['dry-run']) note('dry-run', '`dry-run` is set, which `native-nftables` does not heed: the rules are loaded');
  const needsServers = settings['redirect-dns'] && !settings['capture-all-dns'] && has(version, 'dnsNeedsServers');
  if (needsServers && host.nameservers.length === 0) {
    note(
      'redirect-dns',
      '`redirect-dns` captures no DNS without a nameserver: none of resolv.conf is known here, and `capture-all-dns` is off',
    );
  }
  return found;
}
