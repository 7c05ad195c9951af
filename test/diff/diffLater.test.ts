/** Edits of rules that first packets do not meet: connections that they break are changes, errors about
 *  connections and their closing are compared, and rules that only other packets meet leave the answer undecided. */
import { describe, expect, it } from 'vitest';
import { diff } from '../../src/api/library/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

const SIDECAR = readFixture('istio-sidecar').text;
const with4 = (table: string, ...rules: readonly string[]) => `${SIDECAR}\n*${table}\n${rules.map((rule) => `${rule}\n`).join('')}COMMIT\n`;
const table = (name: string, ...rules: readonly string[]) => `*${name}\n${rules.map((rule) => `${rule}\n`).join('')}COMMIT\n`;
const NOTHING = table('filter', '-A INPUT -i lo -j ACCEPT', '-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT');
const more = (rule: string) => NOTHING.replace('COMMIT', `${rule}\nCOMMIT`);

describe('a rule that answers and third packets meet', () => {
  it.each([
    '-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP',
    '-A INPUT -m state --state RELATED,ESTABLISHED -j REJECT',
    '-A OUTPUT -m conntrack --ctstate ESTABLISHED -j DROP',
    '-A OUTPUT -m conntrack --ctdir REPLY -j DROP',
    '-A OUTPUT -o eth0 -p tcp -m conntrack --ctstate ESTABLISHED --ctorigdstport 8080 -j DROP',
    '-A INPUT -m conntrack --ctstatus SEEN_REPLY -j DROP',
    '-A INPUT -p tcp -m conntrack --ctstatus ASSURED -j DROP',
    '-A INPUT -p tcp -m tcp --tcp-flags PSH PSH -m conntrack --ctstate ESTABLISHED -j DROP',
  ])('new: %s', (rule) => {
    const [broken, mended] = [diff(NOTHING, more(rule)), diff(more(rule), NOTHING)];
    const stalls = broken.changes.filter(({ base, head }) => head.outcome === 'stalled' && base.outcome !== 'stalled');
    expect(stalls.length).toBeGreaterThan(0);
    expect(new Set(stalls.map(({ level }) => level))).toEqual(new Set(['error']));
    const parts = rule.split(' ');
    expect(new Set(stalls.map(({ head }) => head.rule?.chain))).toEqual(new Set([parts[1]]));
    expect(
      stalls.every(({ head }) => head.connection?.reason?.includes('pped by filter') || head.connection?.reason?.includes('rejected')),
    ).toBe(true);
    expect([broken.undecided, mended.undecided]).toEqual([[], []]);
    expect(mended.changes.some(({ level }) => level === 'error')).toBe(false);
  });
});

describe('a rule that only ICMP errors about connections, FIN and RST meet', () => {
  it.each([
    ['-A INPUT -p tcp -m tcp --tcp-flags FIN FIN -m conntrack --ctstate ESTABLISHED -j DROP', 'FIN of the client'],
    ['-A OUTPUT -p tcp -m tcp --tcp-flags FIN FIN -m conntrack --ctdir REPLY -j REJECT --reject-with tcp-reset', 'FIN of the server'],
    ['-A OUTPUT -p tcp -m tcp --tcp-flags RST RST -m conntrack --ctdir REPLY -j DROP', 'reset of the server'],
    ['-A INPUT -p tcp -m tcp --tcp-flags RST RST -m conntrack --ctstatus ASSURED -j DROP', 'reset of the client'],
    ['-A INPUT -p icmp -m conntrack --ctstate RELATED -j DROP', 'ICMP error "too big"'],
    ['-A INPUT -p icmp -m icmp --icmp-type fragmentation-needed -j DROP', 'ICMP error "too big"'],
    ['-A INPUT -p icmp -m icmp --icmp-type ttl-exceeded -j DROP', 'ICMP error "TTL exceeded"'],
    [
      '-A INPUT -p icmp -m icmp --icmp-type port-unreachable -m conntrack --ctdir REPLY -j DROP',
      'ICMP error "port unreachable" to the client',
    ],
    ['-A INPUT -p icmp -m conntrack --ctstate RELATED --ctproto 6 -j DROP', 'ICMP error "too big"'],
  ])('new: %s', (rule, packet) => {
    const [broken, mended] = [diff(NOTHING, more(rule)), diff(more(rule), NOTHING)];
    const lost = broken.changes.filter(({ severity }) => severity === 'hampered');
    expect(lost.length).toBeGreaterThan(0);
    expect(new Set(lost.map(({ level }) => level))).toEqual(new Set(['warning']));
    expect(new Set(lost.map(({ head }) => head.rule?.text))).toEqual(new Set([lost[0]?.head.rule?.text]));
    expect([lost[0]?.head.rule?.chain, lost[0]?.head.rule?.rule]).toEqual([rule.split(' ')[1], 2]);
    for (const { base, head } of lost) {
      expect([base.outcome === head.outcome, base.connection?.completes, head.connection?.completes]).toEqual([true, true, true]);
      expect([base.connection?.reason, head.connection?.reason]).toEqual([undefined, expect.stringContaining('but not')]);
    }
    expect(lost.some(({ head }) => head.connection?.reason?.includes(packet))).toBe(true);
    expect([broken.undecided, mended.undecided]).toEqual([[], []]);
    expect(mended.changes.map(({ severity }) => severity)).not.toContain('hampered');
    expect(mended.changes.length).toBeGreaterThan(0);
  });
});

describe('a rule that only packets meet which are not walked', () => {
  it.each([
    '-A INPUT -p icmp -m icmp --icmp-type host-unreachable -m conntrack --ctstate RELATED -j DROP',
    '-A INPUT -p tcp -m length --length 1000:1500 -m conntrack --ctstate ESTABLISHED -j DROP',
    '-A INPUT -p tcp -m tcp --tcp-flags URG URG -m conntrack --ctstate ESTABLISHED -j DROP',
    '-A INPUT -p gre -m conntrack --ctstate ESTABLISHED -j DROP',
  ])('new: %s', (rule) => {
    for (const [base, head] of [
      [NOTHING, more(rule)],
      [more(rule), NOTHING],
    ] as const) {
      const { equivalent, changes, undecided } = diff(base, head);
      expect([equivalent, changes.filter(({ usual }) => usual === 'ordinary'), undecided.length > 0]).toEqual([false, [], true]);
      expect(undecided.flatMap(({ rules }) => [...rules.base, ...rules.head]).map(({ text }) => text)).toHaveLength(1);
    }
  });

  it('to which a rule that did not change sends those of a length', () => {
    const rules = (more: string) =>
      `table inet f {\n chain x {\n ${more}\n }\n chain i { type filter hook input priority 0\n ct state established meta length 100 meta l4proto tcp jump x\n }\n}\n`;
    const { equivalent, changes, undecided } = diff(rules(''), rules('tcp flags == ack drop'), { host: POD });
    expect([equivalent, changes, undecided.map(({ rules }) => rules.head.map(({ text }) => text))]).toEqual([
      false,
      [],
      [['tcp flags == ack drop'], ['tcp flags == ack drop']],
    ]);
  });

  it('unless a change that is shown depends on it: whose mark another reads, or that leads to such rules alone', () => {
    const drop = table('filter', '-A OUTPUT -m connmark --mark 1 -j DROP');
    const jump = table('mangle', ':MARKED - [0:0]', '-A PREROUTING -p tcp -j MARKED', '-A MARKED -j CONNMARK --set-mark 1');
    const { changes, undecided } = diff(table('filter'), `${drop}${jump}`, { host: POD });
    expect([changes.length > 0, undecided]).toEqual([true, []]);
    const unread = `${jump.replace('COMMIT', '-A PREROUTING -p gre -j CONNMARK --set-mark 2\nCOMMIT')}`;
    const open = diff(table('filter'), `${drop}${unread}`, { host: POD }).undecided;
    expect(open.flatMap(({ rules }) => rules.head.map(({ text }) => text))).toEqual([
      '-A PREROUTING -p gre -j CONNMARK --set-xmark 0x2/0xffffffff',
    ]);
  });

  it('edited, and moved before another', () => {
    const accept = '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT';
    const drop = '-A INPUT -p tcp -m conntrack --ctstate ESTABLISHED,RELATED -j DROP';
    expect(diff(more(accept), more(accept.replace('ACCEPT', 'DROP'))).equivalent).toBe(false);
    expect(diff(more(`${accept}\n${drop}`), more(`${drop}\n${accept}`)).equivalent).toBe(false);
  });

  it('although it does not ask for a state: NAT leaves first packets none that look so', () => {
    const base = table('nat', '-A PREROUTING -i eth0 -p tcp -j REDIRECT --to-ports 15006');
    const rule = table('filter', '-A INPUT -i eth0 -p tcp --dport 32768:60999 -j DROP');
    const { equivalent, changes, undecided } = diff(base, `${base}${rule}`, { host: POD });
    expect([equivalent, changes.length + undecided.length > 0]).toEqual([false, true]);
  });

  it('zones, by which answers find their connection', () => {
    const back = '-A PREROUTING -p udp --sport 53 -j CT --zone 2';
    const filter = table('filter', '-A INPUT -i eth0 -m conntrack --ctstate NEW -j DROP');
    const zone = (id: number) => `${table('raw', `-A OUTPUT -p udp --dport 53 -j CT --zone ${id}`, back)}${filter}`;
    expect(diff(zone(2), zone(3)).equivalent).toBe(false);
  });

  it.each([
    '-A POSTROUTING -j TTL --ttl-set 1',
    '-A POSTROUTING -j DSCP --set-dscp 8',
    '-A POSTROUTING -j MARK --set-mark 7',
    '-A POSTROUTING -j TEE --gateway 192.0.2.9',
  ])('what is done to packets on their way out: %s', (rule) =>
    expect(
      diff(table('mangle', '-A POSTROUTING -o lo -j ACCEPT'), table('mangle', '-A POSTROUTING -o lo -j ACCEPT', rule)).equivalent,
    ).toBe(false),
  );
});

const POD = {
  interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }],
  routes: ['default via 10.244.0.1 dev eth0'],
  listeners: [{ proto: 'tcp', port: 15006, process: 'p', forwards: 'nothing' }],
};

describe('later packets are treated as before', () => {
  it.each([
    [
      'a rule behind one that decides',
      '-A INPUT -p tcp -j DROP',
      '-A INPUT -p tcp -j DROP\n-A INPUT -p tcp -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    ],
    [
      'a rule that does what the policy does',
      '-A INPUT -i lo -j ACCEPT',
      '-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    ],
    ['two rules in one', '-A INPUT -p tcp --dport 80 -j DROP\n-A INPUT -p tcp --dport 81 -j DROP', '-A INPUT -p tcp --dport 80:81 -j DROP'],
    [
      'rules of which it does not matter which is first',
      '-A INPUT -p tcp -j DROP\n-A INPUT -p udp -j ACCEPT',
      '-A INPUT -p udp -j ACCEPT\n-A INPUT -p tcp -j DROP',
    ],
    ['a note in the log', '-A INPUT -p tcp -j DROP', '-A INPUT -m conntrack --ctstate ESTABLISHED -j LOG\n-A INPUT -p tcp -j DROP'],
    [
      'a rule for first packets that says the same',
      '-A INPUT -m conntrack --ctstate NEW -j ACCEPT',
      '-A INPUT -m conntrack --ctstate NEW,UNTRACKED -j ACCEPT',
    ],
    [
      'a chain that nothing calls',
      '-A INPUT -i lo -j ACCEPT',
      '-N OLD\n-A OLD -m conntrack --ctstate ESTABLISHED -j DROP\n-A INPUT -i lo -j ACCEPT',
    ],
  ])('%s', (_, base, head) => {
    const track = '-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT';
    expect(diff(table('filter', ...base.split('\n'), track), table('filter', ...head.split('\n'), track))).toMatchObject({
      equivalent: true,
      undecided: [],
    });
  });

  it('rules whose change first packets show are no doubt', () => {
    const { changes, undecided } = diff(NOTHING, more('-A INPUT -p tcp --dport 80 -j DROP'));
    expect([changes.length > 0, undecided]).toEqual([true, []]);
  });
});

describe('the command', () => {
  const run = (rule: string, ...args: readonly string[]) =>
    chainwalk(['diff', 'b.rules', 'h.rules', ...args], { files: { 'b.rules': SIDECAR, 'h.rules': with4('filter', rule) } });

  it('names the packet that does not come, and the rule', async () => {
    const { code, out } = await run('-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP');
    const said = out.replaceAll(/\s+/g, ' ');
    expect([code, said]).toEqual([1, expect.stringContaining('stalled: the answer is dropped by filter INPUT#1 at h.rules:')]);
    expect(said).toMatch(/completes .*-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP/);
    const json = JSON.parse((await run('-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP', '--json')).out);
    expect(json.changes[0]).toMatchObject({ level: 'error', base: { connection: { completes: true } }, head: { outcome: 'stalled' } });
  });

  it('exits 1, and names the packet by the side of the connection that is lost', async () => {
    const rule = '-A INPUT -p tcp -m tcp --tcp-flags FIN FIN -m conntrack --ctstate ESTABLISHED -j DROP';
    const { code, out } = await run(rule);
    const said = out.replaceAll(/\s+/g, ' ');
    expect([code, said]).toEqual([1, expect.stringContaining('and less of the connection arrives')]);
    expect(said).toMatch(/base .* completes .*head .* completes, but not FIN of the client: dropped by filter INPUT#1/);
    expect(said).toContain(rule);
  });

  it('calls nothing equal or proved that only packets meet which are not walked', async () => {
    const rule = '-A INPUT -p tcp -m tcp --tcp-flags URG URG -m conntrack --ctstate ESTABLISHED -j DROP';
    const { code, out } = await run(rule);
    expect([code, out]).toEqual([1, expect.not.stringMatching(/no change in|proved/)]);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(rule);
    const json = JSON.parse((await run(rule, '--json')).out);
    expect(json).toMatchObject({ equivalent: false, changes: [], undecided: [expect.anything()] });
  });

  it('names its bounds where it says proved', async () => {
    const { code, out } = await run('-A OUTPUT -o lo -j ACCEPT');
    expect([code, out.replaceAll(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringMatching(/^EQUAL: no change in behaviour \(proved for whole connections/),
    ]);
  });
});
