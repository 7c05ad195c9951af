/** Configurations of wg-quick, units of systemd, interfaces(5): their commands of coming up, and the kernel that was given the same. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it, test } from 'vitest';
import { kindOf } from '../../src/app/load/recognise.ts';
import { print } from '../../src/ruleset/print.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';
import { plain } from '../kernel/iptables.ts';
import { kernelHere } from '../kernel/kernelHere.ts';

const read = (text: string, file = 'wg0.conf', variables = new Map<string, string>()) => {
  const { rulesets, diagnostics } = readRules({ file, text }, { variables });
  return { rules: rulesets.map((one) => plain(print(one))).join(''), diagnostics };
};
const errors = ({ diagnostics }: ReturnType<typeof read>) => diagnostics.filter(isError).map(({ message }) => message);

const PEER = '\n[Peer]\nPublicKey = abc=\nAllowedIPs = 0.0.0.0/0\nEndpoint = 203.0.113.7:51820\n';
const conf = (...lines: readonly string[]) => `[Interface]\nPrivateKey = xyz=\nAddress = 10.8.0.1/24\n${lines.join('\n')}\n${PEER}`;

/** Each with what wg-quick evaluates, in its order: PreUp, then PostUp, `%i` replaced. */
const TUNNELS: readonly (readonly [name: string, text: string])[] = [
  ['one line', conf('PostUp = iptables -A FORWARD -i %i -j ACCEPT')],
  ['several commands in one line', conf('PostUp = iptables -A FORWARD -i %i -j ACCEPT; iptables -A FORWARD -o %i -j ACCEPT')],
  ['several lines, each its own shell', conf('PostUp = X=1; iptables -P FORWARD DROP', 'PostUp = iptables -A FORWARD -i %i -j ACCEPT')],
  ['with &&', conf('PostUp = iptables -N wg && iptables -A FORWARD -i %i -j wg')],
  ['without blanks, in other letters', conf('postup=iptables -A FORWARD -i %i -j ACCEPT')],
  ['a comment at the end', conf('PostUp = iptables -A FORWARD -i %i -j ACCEPT # let them through')],
  ['a comment is a comment in quotes too', conf('PostUp = iptables -A FORWARD -i %i -j ACCEPT #" "')],
  ['PreUp after PostUp runs before it', conf('PostUp = iptables -A FORWARD -j DROP', 'PreUp = iptables -A FORWARD -i %i -j ACCEPT')],
  ['the lines alone', 'PostUp = iptables -A FORWARD -i %i -j ACCEPT\nPostUp = iptables -A FORWARD -j DROP\n'],
  ['PostDown beside it', conf('PostUp = iptables -A FORWARD -i %i -j ACCEPT', 'PostDown = iptables -D FORWARD -i %i -j ACCEPT')],
  ['%i within a word', conf('PostUp = iptables -N f-%i; iptables -A f-%i -i %i+ -j ACCEPT')],
  ['a kill switch', conf('PostUp = iptables -I OUTPUT ! -o %i -m mark ! --mark 0xca6c -m addrtype ! --dst-type LOCAL -j REJECT')],
  ['a shell', conf(`PostUp = bash -c 'iptables -A FORWARD -i %i -j ACCEPT; iptables -A FORWARD -j DROP'`)],
];

describe('wg-quick', () => {
  it.each(TUNNELS)('%s: is rules', (_, text) => {
    expect(kindOf(text)).toEqual({ kind: 'rules' });
    expect(errors(read(text))).toEqual([]);
  });

  it('has the name of its file, or asks for it', () => {
    const text = 'PostUp = iptables -A FORWARD -i %i -j ACCEPT\n';
    expect(read(text, '/etc/wireguard/home.conf').rules).toContain('-i home');
    expect(errors(read(text, '-'))[0]).toMatch(/\bi\b/);
    expect(read(text, '-', new Map([['i', 'wg7']])).rules).toContain('-i wg7');
  });

  it('names what is not carried out, and tells its place', () => {
    const { diagnostics, rules } = read(conf('PostUp = iptables -A FORWARD -i %i -j ACCEPT', 'PostDown = iptables -F FORWARD'));
    expect(rules).toContain('-A FORWARD -i wg0 -j ACCEPT');
    expect(diagnostics.map(({ message, kind }) => [kind, message])).toEqual([
      ['warning', 'what `PostDown` does is not carried out: these are the rules while the interface is up'],
    ]);
  });

  it('shows a mistake as it is written', () => {
    const text = conf('PostUp = iptables -A FORWARD -i %i -j NOWHERE');
    const [wrong] = read(text).diagnostics.filter(isError);
    expect(wrong?.source.text.slice(wrong.span.start, wrong.span.end)).toBe('NOWHERE');
    expect(wrong?.source.text).toBe(text);
  });

  it('is not rules without a call of iptables', () => {
    expect(kindOf(conf('PostUp = /etc/wireguard/up.sh'))).not.toEqual({ kind: 'rules' });
  });

  test.runIf(kernelHere()).each(TUNNELS)('%s: leaves the rules that the kernel has after the same', (_, text) => {
    const hooks = ['PreUp', 'PostUp'].flatMap((key) =>
      text.split('\n').flatMap((line) => {
        const [name, ...rest] = (line.split('#')[0] ?? '').split('=');
        return name?.trim().toLowerCase() === key.toLowerCase() ? [rest.join('=').trim().replaceAll('%i', 'wg0')] : [];
      }),
    );
    const bin = 'd=$(mktemp -d); ln -s "$(command -v iptables-nft)" $d/iptables; PATH=$d:$PATH\n';
    const input = `${bin}${hooks.map((hook) => `(eval '${hook.replaceAll("'", "'\\''")}') >&2\n`).join('')}iptables-nft-save\n`;
    const { stdout } = spawnSync('unshare', ['-n', 'bash'], { input, encoding: 'utf8' });
    expect(read(text).rules).toBe(plain(stdout));
  });
});

describe('systemd and interfaces(5)', () => {
  it('reads a unit: ExecStartPre, ExecStart, ExecStartPost, with lines that go on', () => {
    const unit =
      "[Service]\nType=oneshot\nExecStart=/sbin/iptables -A web -p tcp --dport 80 \\\n  -j ACCEPT\nExecStart=/bin/sh -c 'iptables -P INPUT DROP; iptables -A INPUT -j web'\nExecStartPre=-/sbin/iptables -N web\nExecStop=/sbin/iptables -F\n";
    const answer = read(unit, 'fw.service');
    expect(errors(answer)).toEqual([]);
    expect(answer.rules).toContain(':INPUT DROP\n');
    expect(answer.rules).toContain('-A web -p tcp -m tcp --dport 80 -j ACCEPT\n');
    expect(answer.diagnostics[0]?.message).toContain('`ExecStop` does is not carried out: these are the rules while the unit runs');
  });

  it('reads interfaces: pre-up before up, $IFACE', () => {
    const text =
      'auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet static\n    address 192.168.1.5/24\n    up iptables -A INPUT -i $IFACE -j DROP\n    pre-up iptables -A INPUT -i $IFACE -p tcp --dport 22 -j ACCEPT\n    down iptables -F INPUT\n';
    const { rules, diagnostics } = read(text, 'interfaces');
    expect(rules).toContain('-A INPUT -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -i eth0 -j DROP\n');
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'what `down` does is not carried out: these are the rules while the interface is up',
    ]);
  });

  it('says that the file of a restore is not there', () => {
    expect(errors(read('iface eth0 inet dhcp\n  pre-up iptables-restore < /etc/iptables.rules\n', 'interfaces'))).toEqual([
      '`/etc/iptables.rules` is not written in this text',
    ]);
  });
});
