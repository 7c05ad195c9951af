/** A REJECT whose answer the host's own rules stop has dropped the packet, whichever command is asked. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const filter = (...rules: readonly string[]) =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`;
const REFUSING = '-A INPUT -p tcp --dport 22 -j REJECT';
const STATEFUL = filter(REFUSING, '-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT').replace('OUTPUT ACCEPT', 'OUTPUT DROP');
const FILES = {
  'open.rules': filter(REFUSING),
  'mute.rules': filter(REFUSING, '-A OUTPUT -p icmp -j DROP'),
  'stateful.rules': STATEFUL,
  'stateless.rules': filter(REFUSING, '-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT').replace('OUTPUT ACCEPT', 'OUTPUT DROP'),
  'again.rules': filter(REFUSING, '-A OUTPUT -p icmp -m ttl --ttl-eq 64 -j DROP'),
  'chance.rules': filter(REFUSING, '-A OUTPUT -p icmp -m string --string x --algo bm -j DROP'),
  'udp.rules': filter(REFUSING, '-A OUTPUT -p udp -j DROP'),
  'own.rules': filter('-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset'),
  'ownPort.rules': filter('-A OUTPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset'),
};
const PACKET = 'in tcp -> 10.244.0.5:22';
const ask = (...argv: readonly string[]) => chainwalk(argv, { files: FILES });

describe('trace', () => {
  it.each([
    ['open', PACKET, 'rejected'],
    ['mute', PACKET, 'dropped'],
    ['stateful', PACKET, 'rejected'],
    ['stateless', PACKET, 'dropped'],
    ['again', PACKET, 'dropped'],
    ['chance', PACKET, 'undecided'],
    ['udp', PACKET, 'rejected'],
    // the reset meets the rule that made it
    ['own', 'out tcp -> 10.0.0.9:80', 'dropped'],
    ['ownPort', 'out tcp -> 10.0.0.9:80', 'rejected'],
  ])('%s.rules: %s is %s', async (name, packet, outcome) => {
    expect((await ask('trace', `${name}.rules`, packet, '--expect', outcome)).code).toBe(0);
    const other = outcome === 'dropped' ? 'rejected' : 'dropped';
    expect((await ask('trace', `${name}.rules`, packet, '--expect', other)).code).toBe(1);
  });

  it('says where the answer dies', async () => {
    expect((await ask('trace', 'mute.rules', PACKET)).out.replaceAll(/\s+/g, ' ')).toContain(
      'its answer is dropped in OUTPUT by filter OUTPUT#1',
    );
    expect((await ask('trace', 'stateless.rules', PACKET)).out.replaceAll(/\s+/g, ' ')).toContain('by the policy of filter OUTPUT');
    const { legs } = JSON.parse((await ask('trace', 'mute.rules', PACKET, '--json')).out);
    expect(legs[0].fate).toMatchObject({
      kind: 'dropped',
      by: { chain: 'INPUT' },
      unanswered: { hook: 'OUTPUT', rule: { chain: 'OUTPUT' } },
    });
  });
});

describe('find', () => {
  it.each([
    ['open', 'rejected', 1],
    ['open', 'dropped', 0],
    ['mute', 'rejected', 0],
    ['mute', 'dropped', 1],
    ['stateful', 'rejected', 1],
    ['stateless', 'rejected', 0],
  ])('%s.rules: a packet to port 22 that is %s: exit code %i', async (name, outcome, code) => {
    const where = 'in tcp 10.244.0.9 -> 10.244.0.5:22 flags=S';
    expect((await ask('find', `${name}.rules`, '--where', where, '--outcome', outcome)).code).toBe(code);
  });
});

describe('verify', () => {
  it.each([
    ['open', 0],
    ['mute', 0],
    ['stateful', 0],
  ])('%s.rules: every claim that holds is proved, and ends with %i', async (name, code) => {
    const { code: ended, out } = await ask('verify', `${name}.rules`, '--strict');
    expect(ended, out).toBe(code);
    expect(out).not.toContain('UNDECIDED');
  });
});

describe('diff', () => {
  it.each([
    ['open', 'mute', 1],
    ['mute', 'open', 1],
    ['stateful', 'stateless', 1],
    ['mute', 'mute', 0],
  ])('%s.rules to %s.rules', async (base, head, code) => {
    const { code: ended, out } = await ask('diff', `${base}.rules`, `${head}.rules`, '--where', 'in tcp -> 10.244.0.5:22');
    expect(ended, out).toBe(code);
  });

  it('is not proved where the answer meets what is not modelled', async () => {
    const { code, out } = await ask('diff', 'open.rules', 'chance.rules', '--where', 'in tcp -> 10.244.0.5:22', '--strict');
    expect(code, out).toBe(1);
  });
});
