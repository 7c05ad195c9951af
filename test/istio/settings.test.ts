/** Where a setting comes from, what Istio makes of it, and what it refuses. */
import { describe, expect, it } from 'vitest';
import { InputError, type RenderOptions, render } from '../../src/api/library/index.ts';
import { renderRequest } from '../../src/istio/render/request.ts';
import type { Mode } from '../../src/istio/settings/modes.ts';

type Input = Readonly<Record<string, unknown>>;

/** Lines of the IPv4 rules in a chain, without `-A CHAIN`. */
function chain(name: string, settings: Input, options: RenderOptions = {}): readonly string[] {
  const lines = render(settings, options).v4.split('\n');
  return lines.filter((line) => line.startsWith(`-A ${name} `)).map((line) => line.slice(name.length + 4));
}

function problems(settings: Input, options: RenderOptions = {}): readonly string[] {
  try {
    render(settings, options);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}

const warnings = (settings: Input, options: RenderOptions = {}): readonly string[] => render(settings, options).warnings;

const PORT = (settings: Input, options: RenderOptions = {}) => chain('ISTIO_IN_REDIRECT', settings, options)[0]?.replace(/.* /, '');
const JUMPS_IN = (settings: Input, options: RenderOptions = {}) => chain('PREROUTING', settings, options);
const NAMES_DNS = (settings: Input, options: RenderOptions = {}) => render(settings, options).v4.includes('ISTIO_OUTPUT_DNS');
const ALL_DNS = { 'capture-all-dns': true } as const;

describe('precedence', () => {
  it('a variable goes over the default, a flag over the variable', () => {
    const env = { INBOUND_CAPTURE_PORT: '2' };
    expect([PORT({}), PORT({}, { env }), PORT({}, { env, args: ['-z', '3'] })]).toEqual(['15006', '2', '3']);
  });
  it('an empty variable counts', () => expect(PORT({}, { env: { INBOUND_CAPTURE_PORT: '' } })).toBe(''));
  it('the last of a repeated flag holds', () => expect(PORT({}, { args: ['-z', '3', '-z', '4'] })).toBe('4'));
  it('no variable sets the outbound port', () => {
    expect(chain('ISTIO_REDIRECT', {}, { env: { ENVOY_PORT: '9' } })).toEqual(['-p tcp -j REDIRECT --to-ports 15001']);
    expect(problems({ ENVOY_PORT: '9' })).toEqual(['istio-iptables has no setting `ENVOY_PORT`']);
  });
  it('the other name of a variable goes over its first name', () => {
    expect(NAMES_DNS({ ...ALL_DNS }, { env: { REDIRECT_DNS: 'true', ISTIO_META_DNS_CAPTURE: 'false' } })).toBe(false);
    expect(NAMES_DNS({ ...ALL_DNS }, { env: { REDIRECT_DNS: 'false', ISTIO_META_DNS_CAPTURE: 'true' } })).toBe(true);
  });
  it('a variable that cannot be read is passed over', () => {
    const env = { REDIRECT_DNS: 'yes' };
    expect(NAMES_DNS({ ...ALL_DNS }, { env })).toBe(false);
    expect(warnings({ ...ALL_DNS }, { env })).toEqual(['Istio ignores `REDIRECT_DNS=yes`: not a value for it']);
  });
});

describe('identity', () => {
  const owned = (settings: Input) =>
    chain('ISTIO_OUTPUT', settings)
      .filter((line) => /^-m owner --/.test(line))
      .map((line) => line.split(' ').slice(2, 4).join(' '));
  it('without a user it is that of ENVOY_USER', () => {
    expect(owned({})).toEqual(['--uid-owner 1337', '--gid-owner 1337']);
    expect(owned({ host: { users: { 'istio-proxy': '7' } } })).toEqual(['--uid-owner 7', '--gid-owner 7']);
    expect(owned({ ENVOY_USER: 'me', host: { users: { me: '8' } } })).toEqual(['--uid-owner 8', '--gid-owner 8']);
  });
  it('without a group it is the text of the users', () => {
    expect(owned({ 'proxy-uid': '3,4' })).toEqual(['--uid-owner 3', '--uid-owner 4', '--gid-owner 3', '--gid-owner 4']);
  });
  it('a list of empty items is a list without users', () =>
    expect(owned({ 'proxy-uid': ',', 'proxy-gid': '5' })).toEqual(['--gid-owner 5']));
});

describe('IPv6', () => {
  const v6 = (addresses: readonly string[], dual = false) => render({ 'dual-stack': dual, host: { addresses } }).v6 !== '';
  it('the first routable address decides', () => {
    expect(v6(['127.0.0.1/8', '::1/128', 'fe80::1/64', '169.254.1.1/16', '10.0.0.5/24', 'fd00::5/64'])).toBe(false);
    expect(v6(['fd00::5/64', '10.0.0.5/24'])).toBe(true);
  });
  it('with dual-stack any routable address does', () => {
    expect(v6(['10.0.0.5/24', 'fd00::5/64'], true)).toBe(true);
    expect(v6(['10.0.0.5/24', 'fe80::1/64'], true)).toBe(false);
  });
  it('an IPv4 address that is mapped into IPv6 is an IPv4 address', () => {
    expect(v6(['::ffff:127.0.0.1/104', '::ffff:10.0.0.5/120', 'fd00::5/64'])).toBe(false);
  });
  it('without a routable address Istio gives up', () => {
    expect(problems({ host: { addresses: ['127.0.0.1/8'] } })).toEqual(['the host has no address but loopback and link-local ones']);
  });
});

describe('lists', () => {
  it('are split at commas, empty items dropped, items not trimmed', () => {
    expect(chain('ISTIO_INBOUND', { 'istio-inbound-ports': ',80,, 90' })).toEqual([
      '-p tcp --dport 15008 -j RETURN',
      '-p tcp --dport 80 -j ISTIO_IN_REDIRECT',
      '-p tcp --dport  90 -j ISTIO_IN_REDIRECT',
    ]);
  });
  it('of nothing still jump', () => expect(JUMPS_IN({ 'istio-inbound-ports': ',' })).toEqual(['-p tcp -j ISTIO_INBOUND']));
  it('of ranges are not masked, but spelled as Go spells addresses', () => {
    const settings = { 'istio-service-cidr': '10.96.0.2/24,2001:DB8:0::/32,::127.0.0.53/128', host: { ipv6: true } };
    expect(chain('ISTIO_OUTPUT', settings).at(-1)).toBe('-d 10.96.0.2/24 -j ISTIO_REDIRECT');
    expect(render(settings).v6.match(/-d \S+ -j ISTIO_REDIRECT/g)).toEqual([
      '-d 2001:db8::/32 -j ISTIO_REDIRECT',
      '-d ::7f00:35/128 -j ISTIO_REDIRECT',
    ]);
  });
});

/** settings, what Istio says to them in our words */
const REFUSED: readonly (readonly [settings: Input, problem: string])[] = [
  [{ 'istio-service-exclude-cidr': '*' }, 'Istio refuses `*` as the ranges to leave alone'],
  [{ 'istio-service-cidr': '*,10.0.0.0/8' }, '`*` in `istio-service-cidr` is not a range such as `10.0.0.0/8`'],
  [{ 'istio-service-cidr': '10.0.0.1' }, '`10.0.0.1` in `istio-service-cidr` is not a range such as `10.0.0.0/8`'],
  [{ 'istio-service-cidr': '10.0.0.0/08' }, '`10.0.0.0/08` in `istio-service-cidr` is not a range such as `10.0.0.0/8`'],
  [{ 'istio-service-cidr': ' 10.0.0.0/8' }, '` 10.0.0.0/8` in `istio-service-cidr` is not a range such as `10.0.0.0/8`'],
  [{ 'istio-service-exclude-cidr': '-b' }, '`-b` in `istio-service-exclude-cidr` is not a range such as `10.0.0.0/8`'],
  [{ ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '127.0.0.1' }, '`127.0.0.1` is not a range such as `127.0.0.1/32`'],
  [{ ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '::1/128' }, '`::1/128` is not a range of IPv4 loopback addresses'],
  [{ ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '10.0.0.0/8' }, '`10.0.0.0/8` is not a range of IPv4 loopback addresses'],
  [{ ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '127.0.0.0/7' }, '`127.0.0.0/7` is wider than /8'],
  [{ 'force-iptables-binary': 'ebtables' }, '`ebtables` is not `legacy` or `nft`'],
  [
    { 'native-nftables': true, 'istio-outbound-ports': '80,8000:8080' },
    '`8000:8080` in `istio-outbound-ports` is not a port of nft: the rules do not load',
  ],
  [{ ISTIO_OUTBOUND_OWNER_GROUPS: Array.from({ length: 65 }, (_, at) => at).join(',') }, '65 groups are more than 64'],
  [
    { 'istio-inbound-interception-mode': 'TPROXY', 'istio-inbound-ports': '*', 'istio-inbound-tproxy-mark': '0x539' },
    '`0x539` is not a decimal number: Istio makes no policy route for `istio-inbound-tproxy-mark`, and fails',
  ],
  [
    { 'istio-inbound-interception-mode': 'TPROXY', 'istio-inbound-ports': '80', 'istio-inbound-tproxy-route-table': 'main' },
    '`main` is not a decimal number: Istio makes no policy route for `istio-inbound-tproxy-route-table`, and fails',
  ],
  [{ nonsense: '1' }, 'istio-iptables has no setting `nonsense`'],
  [{ 'redirect-dns': 'perhaps' }, '`"perhaps"` is not a valid value for `redirect-dns`'],
  [{ 'envoy-port': ['1'] }, '`["1"]` is not a valid value for `envoy-port`'],
  [{ istio: '1.17' }, '`1.17` is not a version from 1.18 to 1.31'],
  [{ istio: '1.26', 'native-nftables': true }, 'Istio 1.26 has no flag `--native-nftables`'],
  [{ mode: 'sidecar' }, '`sidecar` is not a mode'],
  [{ host: { ipv6: 'yes' } }, '`"yes"` is not a valid value for `ipv6` of the host'],
  [{ host: { dns: [] } }, 'unknown key `dns` in `host`'],
  [{ host: { nameservers: ['dns.example'] } }, '`["dns.example"]` is not a valid value for `nameservers` of the host'],
];

describe('what Istio refuses', () => {
  it.each(REFUSED)('%j', (settings, problem) => expect(problems(settings)).toEqual([problem]));
  it('64 groups are taken, and any number of groups to leave alone', () => {
    const many = (length: number) => Array.from({ length }, (_, at) => at).join(',');
    expect(problems({ ISTIO_OUTBOUND_OWNER_GROUPS: many(64) })).toEqual([]);
    expect(problems({ ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: many(200) })).toEqual([]);
  });
  it('up to 1.27 a range that cannot be read is skipped', () => {
    const settings = { istio: '1.27', 'istio-service-cidr': '10.0.0.1,10.1.0.0/16' };
    expect(chain('ISTIO_OUTPUT', settings).at(-1)).toBe('-d 10.1.0.0/16 -j ISTIO_REDIRECT');
    expect(warnings(settings)).toHaveLength(1);
  });
});

describe('modes', () => {
  it('Multus calls the same plugin', () => expect(render({ mode: 'multus' })).toEqual(render({ mode: 'cni' })));
  it('without settings: what Istio passes for a pod without settings of its own', () => {
    const rules = (mode: Mode) => renderRequest({ mode }).rendered;
    expect(rules('multus')).toEqual(rules('cni'));
    expect(rules('cni')).not.toEqual(rules('init'));
  });
});

describe('what Istio takes without doing it', () => {
  it('every mode but TPROXY is REDIRECT', () => {
    const settings = { 'istio-inbound-interception-mode': 'NONE', 'istio-inbound-ports': '*' };
    expect(render(settings).v4).toBe(render({ ...settings, 'istio-inbound-interception-mode': 'REDIRECT' }).v4);
    expect(warnings(settings)).toEqual(['istio-iptables treats the mode `NONE` as REDIRECT']);
  });
  it('a mark for which no route is made is any text', () => {
    expect(problems({ 'istio-inbound-tproxy-mark': '0x539', 'istio-inbound-ports': '*' })).toEqual([]);
    expect(problems({ 'istio-inbound-interception-mode': 'TPROXY', 'istio-inbound-tproxy-mark': '0x539' })).toEqual([]);
  });
  it('ports are not looked at: any text becomes a rule', () => {
    const settings = { 'istio-inbound-ports': 'http', 'istio-outbound-ports': '*', 'istio-local-outbound-ports-exclude': '99999' };
    const { v4 } = render(settings);
    for (const port of ['http', '*', '99999']) expect(v4).toContain(`--dport ${port} -j`);
  });
  it('a dry run prints rules and runs nothing', () => {
    expect(warnings({ 'dry-run': true })).toEqual(['`dry-run` is set: istio-iptables runs no command; these are the rules that it prints']);
  });
  it.each(['skip-rule-apply', 'cleanup-only'])('%s writes nothing', (name) => {
    const { v4, v6, routing, warnings } = render({ [name]: true, host: { ipv6: true } });
    expect([v4, v6, routing]).toEqual(['', '', []]);
    expect(warnings).toEqual([`\`${name}\` is set: istio-iptables writes no rules`]);
  });
  it('DNS capture without a nameserver is no DNS capture', () => {
    expect(render({ 'redirect-dns': true }).v4).toBe(render({}).v4);
    expect(warnings({ 'redirect-dns': true })).toHaveLength(1);
  });
});
