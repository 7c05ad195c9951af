/** Later packets are judged as such: of their direction, of the connection that the first packet has made, NAT included. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';

vi.setConfig({ testTimeout: 60_000 });

const sidecar = readFileSync(new URL('../../fixtures/istio-sidecar.rules', import.meta.url), 'utf8');
const tproxy = readFileSync(new URL('../../fixtures/istio-tproxy.rules', import.meta.url), 'utf8');
const withRule = (text: string, rule: string): string => `*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n${rule}\nCOMMIT\n${text}`;

async function verify(text: string, claim = 'connections-complete'): Promise<number> {
  return (await chainwalk(['verify', 'pod.rules', '--only', claim, '-q', '--family', '4'], { files: { 'pod.rules': text } })).code;
}

describe('connections-complete', () => {
  it.each([
    '-A OUTPUT -m conntrack --ctdir REPLY -j DROP',
    '-A OUTPUT -m conntrack --ctorigdst 10.244.0.5 -j DROP',
    '-A OUTPUT -m conntrack --ctorigdst 10.244.0.0/16 --ctdir REPLY -p tcp -j REJECT',
    '-A OUTPUT -m conntrack --ctstate ESTABLISHED -j DROP',
    '-A OUTPUT -m conntrack ! --ctstate NEW -j DROP',
    '-A OUTPUT -m state --state ESTABLISHED,RELATED -j DROP',
    // the question went to port 8080, and was redirected
    '-A OUTPUT -m conntrack --ctorigdstport 8080 -j DROP',
    '-A OUTPUT -m conntrack --ctstate DNAT -j DROP',
    '-A OUTPUT -m conntrack --ctreplsrcport 15006 -j DROP',
    '-A OUTPUT -m conntrack --ctrepldst 203.0.113.0/24 -j DROP',
    '-A OUTPUT -m conntrack --ctstatus SEEN_REPLY -j DROP',
    '-A OUTPUT ! -o lo -m conntrack --ctstatus CONFIRMED -j DROP',
    // from the proxy to the application
    '-A OUTPUT -o lo -m conntrack --ctdir REPLY -j DROP',
    '-A INPUT -i lo -p tcp -m conntrack --ctdir REPLY --ctorigdst 203.0.113.9 -j DROP',
    // after OUTPUT it comes from where the application has sent its question
    '-A INPUT -i lo -s 203.0.113.9 -j DROP',
    // third packets, of which one assures the connection
    '-A OUTPUT -m conntrack --ctdir ORIGINAL --ctstate ESTABLISHED -j DROP',
    '-A OUTPUT -m conntrack --ctstatus ASSURED -j DROP',
    // what the pod has asked
    '-A INPUT -s 203.0.113.9 ! -i lo -m conntrack --ctdir REPLY -j DROP',
    // a policy, and what is tracked elsewhere or not at all
    ':OUTPUT DROP [0:0]\n-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT',
    '-A INPUT -i eth0 -p tcp --tcp-flags SYN,ACK ACK -j DROP',
    'COMMIT\n*raw\n-A OUTPUT -p tcp --sport 15001 -j CT --notrack',
    'COMMIT\n*mangle\n-A POSTROUTING -o eth0 -m conntrack --ctstate ESTABLISHED -j DROP',
  ])('is broken by %s', async (rule) => {
    expect(await verify(withRule(sidecar, rule))).toBe(1);
  });

  it.each([
    '-A OUTPUT -m conntrack --ctdir ORIGINAL -p udp -j DROP',
    '-A OUTPUT -m conntrack --ctorigsrc 10.244.0.5 ! -o lo -j DROP',
    '-A OUTPUT -m conntrack --ctreplsrc 203.0.113.9 -j DROP',
    '-A OUTPUT -m conntrack --ctstate SNAT -j DROP',
    '-A OUTPUT -m conntrack --ctstate INVALID -j DROP',
  ])('is not broken by %s', async (rule) => {
    expect(await verify(withRule(sidecar, rule))).toBe(0);
  });

  it('without NAT too', async () => {
    expect(await verify(tproxy)).toBe(0);
    expect(await verify(withRule(tproxy, '-A OUTPUT -m conntrack --ctdir REPLY -j DROP'))).toBe(1);
    expect(await verify(withRule(tproxy, '-A OUTPUT -m conntrack --ctstate DNAT -j DROP'))).toBe(0);
  });
});

describe('trace of a packet with a state', () => {
  const rules = withRule(sidecar, '-A OUTPUT -m conntrack --ctdir REPLY -j DROP');
  const trace = async (packet: string, text = rules) => {
    const { code, out } = await chainwalk(['trace', 'pod.rules', packet, '--json'], { files: { 'pod.rules': text } });
    return code === 0 ? (JSON.parse(out) as { outcome: string; defaults: string[]; connection?: unknown }) : { outcome: `exit ${code}` };
  };

  it.each([
    ['a SYN-ACK is an answer', 'out tcp 10.244.0.5:8080 -> 10.0.0.9:1024 flags=SA ctstate=ESTABLISHED', 'dropped'],
    ['of which more can be said', 'out tcp 10.244.0.5:8080 -> 10.0.0.9:1024 flags=A dir=reply ctstate=ESTABLISHED', 'dropped'],
    ['an echo reply is an answer', 'out icmp 10.244.0.5 -> 10.0.0.9 icmp=0 ctstate=ESTABLISHED', 'dropped'],
    ['data from a server', 'out udp 10.244.0.5:53 -> 10.0.0.9:40000 ctstate=ESTABLISHED', 'dropped'],
    [
      'a later packet goes where NAT sent the first one',
      'out tcp 10.244.0.5:40000 -> 10.0.0.9:80 flags=A ctstate=ESTABLISHED',
      'captured-out',
    ],
    ['so does data of the proxy, which is spared', 'out tcp -> 10.0.0.9:80 flags=PA ctstate=ESTABLISHED uid=1337', 'direct'],
    ['no state, no connection', 'out tcp -> 10.0.0.9:80 dir=reply', 'exit 2'],
    ['nothing answers with NEW', 'out tcp -> 10.0.0.9:80 ctstate=NEW dir=reply', 'exit 2'],
    ['INVALID is of no connection', 'out tcp -> 10.0.0.9:80 ctstate=INVALID ctorigdst=10.0.0.9:80', 'exit 2'],
    ['no such way', 'out tcp -> 10.0.0.9:80 ctstate=ESTABLISHED dir=back', 'exit 2'],
  ])('%s', async (_, packet, outcome) => {
    expect((await trace(packet)).outcome).toBe(outcome);
  });

  it('says which connection was taken, and that it was assumed', async () => {
    const answer = 'out tcp 10.244.0.5:15006 -> 10.0.0.9:40000 flags=SA ctstate=ESTABLISHED uid=1337';
    expect(await trace(answer)).toMatchObject({
      defaults: ['gid', 'ctdir'],
      connection: {
        direction: 'reply',
        original: { src: '10.0.0.9', sport: 40000, dst: '10.244.0.5', dport: 15006 },
        unknown: ['dst'],
      },
    });
    const { out } = await chainwalk(['trace', 'pod.rules', answer], { files: { 'pod.rules': rules } });
    expect(out).toContain('dir=reply');
    expect(out.replaceAll(/\s+/g, ' ')).toContain('assumed to be an answer of the connection tcp 10.0.0.9:40000 -> 10.244.0.5:15006');
  });

  it('what NAT may have rewritten goes both ways until it is said', async () => {
    const text = withRule(sidecar, '-A OUTPUT -m conntrack --ctorigdstport 8080 -j DROP');
    const answer = 'out tcp 10.244.0.5:15006 -> 10.0.0.9:40000 flags=SA ctstate=ESTABLISHED uid=1337';
    expect((await trace(answer, text)).outcome).toBe('undecided');
    expect((await trace(`${answer} ctorigdst=10.244.0.5:8080`, text)).outcome).toBe('dropped');
    expect((await trace(`${answer} ctorigdst=10.244.0.5:80`, text)).outcome).toBe('direct');
    // nothing redirects to 8080
    expect((await trace(answer.replace('15006', '8080'), text)).outcome).toBe('dropped');
  });
});
