/** The variables that istio-iptables writes into its log are its settings under other names: the same rules follow from them. */
import { describe, expect, it, test } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';

const USUAL: Readonly<Record<string, string>> = {
  IPTABLES_VERSION: '',
  PROXY_PORT: '15001',
  PROXY_INBOUND_CAPTURE_PORT: '15006',
  PROXY_TUNNEL_PORT: '15008',
  PROXY_UID: '1337',
  PROXY_GID: '1337',
  INBOUND_INTERCEPTION_MODE: 'REDIRECT',
  INBOUND_TPROXY_MARK: '1337',
  INBOUND_TPROXY_ROUTE_TABLE: '133',
  INBOUND_PORTS_INCLUDE: '*',
  INBOUND_PORTS_EXCLUDE: '15090,15021,15020',
  OUTBOUND_OWNER_GROUPS_INCLUDE: '*',
  OUTBOUND_OWNER_GROUPS_EXCLUDE: '',
  OUTBOUND_IP_RANGES_INCLUDE: '*',
  OUTBOUND_IP_RANGES_EXCLUDE: '',
  OUTBOUND_PORTS_INCLUDE: '',
  OUTBOUND_PORTS_EXCLUDE: '',
  KUBE_VIRT_INTERFACES: '',
  ENABLE_INBOUND_IPV6: 'false',
  DUAL_STACK: 'false',
  DNS_CAPTURE: 'false',
  DROP_INVALID: 'false',
  CAPTURE_ALL_DNS: 'false',
  DNS_SERVERS: '[],[]',
  NETWORK_NAMESPACE: '',
  CNI_MODE: 'false',
  EXCLUDE_INTERFACES: '',
};

const ARGS = ['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '*', '-d', '15090,15021,15020'];

const block = (changed: Readonly<Record<string, string>>): string =>
  Object.entries({ ...USUAL, ...changed })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const log = (changed: Readonly<Record<string, string>>): string =>
  `2024-01-29T09:09:56.603820Z\tinfo\tIstio iptables environment:\nENVOY_PORT=\nISTIO_META_DNS_CAPTURE=true\n\n2024-01-29T09:09:56.603868Z\tinfo\tIstio iptables variables:\n${block(changed)}\n2024-01-29T09:09:56.7Z\tinfo\tdone\n`;

const render = async (...argv: readonly string[]) =>
  (await chainwalk(['render', ...argv.slice(0, -1)], { files: { x: argv.at(-1) ?? '' } })).out;
const fromArgs = (options: readonly string[], more: readonly string[]) => render(...options, '--', ...ARGS, ...more, '');

const CASES: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[], readonly string[]])[] = [
  ['nothing else', {}, [], []],
  ['excluded ports', { OUTBOUND_PORTS_EXCLUDE: '5671,5672' }, [], ['-o', '5671,5672']],
  [
    'ranges',
    { OUTBOUND_IP_RANGES_INCLUDE: '10.0.0.0/8', OUTBOUND_IP_RANGES_EXCLUDE: '10.1.0.0/16' },
    [],
    ['-i', '10.0.0.0/8', '-x', '10.1.0.0/16'],
  ],
  ['TPROXY', { INBOUND_INTERCEPTION_MODE: 'TPROXY' }, [], ['-m', 'TPROXY']],
  [
    'DNS',
    { DNS_CAPTURE: 'true', DNS_SERVERS: '[10.96.0.10 10.96.0.11],[]' },
    ['--nameserver', '10.96.0.10', '--nameserver', '10.96.0.11'],
    ['--redirect-dns'],
  ],
  ['IPv6', { ENABLE_INBOUND_IPV6: 'true' }, ['--ipv6'], []],
  ['owner groups', { OUTBOUND_OWNER_GROUPS_EXCLUDE: '202,java' }, ['--env', 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE=202,java'], []],
  ['interfaces', { EXCLUDE_INTERFACES: 'net1', KUBE_VIRT_INTERFACES: 'k6t-eth0' }, [], ['-c', 'net1', '-k', 'k6t-eth0']],
];

describe('the same rules', () => {
  it.each(CASES)('%s', async (_, changed, options, more) => {
    const wanted = await fromArgs(options, more);
    expect(wanted).toContain('ISTIO_OUTPUT');
    expect(await render('--settings', 'x', block(changed))).toBe(wanted);
    expect(await render('--settings', 'x', log(changed))).toBe(wanted);
    const prefixed = log(changed).replaceAll(/^/gm, '[pod/web-0/istio-init] ').replaceAll('\n', '\r\n');
    expect(await render('--settings', 'x', prefixed)).toBe(wanted);
    expect(await render('--settings', 'x', log({ PROXY_PORT: '15011' }) + log(changed))).toBe(wanted);
  });
});

test('an unknown variable is named at its place', async () => {
  const { err, code } = await chainwalk(['render', '--settings', 'x'], { files: { x: `${block({})}PROXY_COLOUR=red\n` } });
  expect(err).toContain('x:28:1: warning: `PROXY_COLOUR` is not a known variable of istio-iptables');
  expect(code).toBe(0);
});

test('a wrong value is named at its place', async () => {
  const { err, code } = await chainwalk(['render', '--settings', 'x'], {
    files: { x: block({ OUTBOUND_IP_RANGES_INCLUDE: '10.0.0.0/99' }) },
  });
  expect(err).toContain('x:14:1:');
  expect(code).toBe(2);
});

test('where there is only the environment, it counts', async () => {
  const text =
    '2024-01-29T09:09:56.603820Z\tinfo\tIstio iptables environment:\nENVOY_PORT=\nISTIO_OUTBOUND_PORTS=\nISTIO_INBOUND_PORTS=*\nISTIO_SERVICE_CIDR=*\n';
  expect(await render('--settings', 'x', text)).toContain('-A PREROUTING -p tcp -j ISTIO_INBOUND');
});

test('rules are not expected in them', async () => {
  const { err } = await chainwalk(['trace', 'x', 'out tcp -> 203.0.113.9:80'], { files: { x: block({}) } });
  expect(err.replaceAll(/\s+/g, ' ')).toContain('`chainwalk render --settings FILE` prints the rules');
});
