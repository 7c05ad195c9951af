/** Scripts and texts of several parts by exit code and answer: nothing is passed over, nothing is answered from half of the text. */
import { describe, expect, it, test } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const lines = (...of: readonly string[]): string => `${of.join('\n')}\n`;

const START_STOP = lines(
  '#!/bin/sh',
  'IPT="/sbin/iptables -w"',
  'start() {',
  '  for port in 22 443; do $IPT -A INPUT -p tcp --dport $port -j ACCEPT; done',
  '  $IPT -P INPUT DROP',
  '}',
  'stop() {',
  '  $IPT -F',
  '  $IPT -P INPUT ACCEPT',
  '}',
  'case "$1" in',
  '  start) start ;;',
  '  stop) stop ;;',
  '  *) echo "usage: $0 start|stop"; exit 1 ;;',
  'esac',
);
const RESTORED = lines('iptables-restore <<EOF', '*filter', ':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', 'COMMIT', 'EOF');
const OPENED = lines('iptables -A INPUT -p tcp --dport 22 -j ACCEPT');

const run = (text: string, ...argv: readonly string[]) => chainwalk([argv[0] ?? 'check', 'x', ...argv.slice(1)], { files: { x: text } });

describe('start and stop', () => {
  test('which one runs must be said', async () => {
    const { code, err } = await run(START_STOP, 'verify');
    expect(code).toBe(2);
    expect(err).toContain('variable `$1` has no value here');
    expect(err).toContain('give it with `--set 1=start`; there are start, stop');
  });
  test('then that one runs', async () => {
    const { code, out } = await run(START_STOP, 'print', '--set', '1=start');
    expect(code).toBe(0);
    expect(out.match(/^-A INPUT/gm)).toHaveLength(2);
    expect((await run(START_STOP, 'check', '--set', '1=start')).err).toContain('function `stop` is never called');
  });
  test('an argument that the script refuses reaches no call', async () => {
    const { code, err } = await run(START_STOP, 'verify', '--set', '1=status');
    expect(code).toBe(2);
    expect(err).toContain('error: ');
  });
});

describe('one text, one ruleset', () => {
  const SSH = 'in tcp 203.0.113.9 -> 10.244.0.5:22';
  it.each<[string, string, string]>([
    ['a restore, then a command', RESTORED + OPENED, 'to-app'],
    ['a command, then a restore, which flushes', OPENED + RESTORED, 'dropped'],
    ['--noflush keeps what is there', OPENED + RESTORED.replace('iptables-restore', 'iptables-restore --noflush'), 'to-app'],
    ['another table is left alone', RESTORED.replaceAll('filter', 'mangle') + OPENED, 'dropped'],
    ['a dump, then a command', RESTORED.split('\n').slice(1, 5).join('\n').concat('\nCOMMIT\n') + OPENED, 'to-app'],
    [
      'a file that is written before',
      RESTORED.replace('iptables-restore', 'cat > /etc/rules.v4').concat('iptables-restore < /etc/rules.v4\n', OPENED),
      'to-app',
    ],
    ['through a pipe', `echo "${RESTORED.split('\n').slice(1, 5).join('\n')}" | sudo iptables-restore\n${OPENED}`, 'to-app'],
  ])('%s', async (_, text, outcome) => {
    const right = await run(text.replace('COMMIT\nCOMMIT', 'COMMIT'), 'trace', '--expect', outcome, SSH);
    expect(right.code).toBe(0);
    expect(
      (await run(text.replace('COMMIT\nCOMMIT', 'COMMIT'), 'trace', '--expect', outcome === 'dropped' ? 'to-app' : 'dropped', SSH)).code,
    ).toBe(1);
  });
  test('the order of both is a difference', async () => {
    const { code, out } = await chainwalk(['diff', 'a', 'b'], { files: { a: RESTORED + OPENED, b: OPENED + RESTORED } });
    expect(code).toBe(1);
    expect(out).not.toContain('no change');
  });
});

describe('what cannot be evaluated is an error that names it, exit 2', () => {
  it.each<[string, string, string]>([
    [
      'an address of the machine',
      'IP=$(hostname -I)\niptables -A INPUT -d $IP -j ACCEPT',
      'variable `$IP` has no value here: `$(hostname -I)` is not known',
    ],
    ['a file that is there or not', 'if [ -f /etc/x ]; then iptables -A INPUT -j DROP; fi', '`[ -f /etc/x ]` is not known'],
    ['a program that answers', 'grep -q x /etc/y && iptables -A INPUT -j DROP', '`grep -q x /etc/y` is not known'],
    ['words of a file', 'for ip in $(cat list); do iptables -A INPUT -s $ip -j DROP; done', '`$(cat list)`'],
    ['lines of a file', 'while read ip; do iptables -A INPUT -s $ip -j DROP; done < list', 'is not written in this text'],
    ['a program that runs its arguments', 'xargs iptables -A INPUT -j DROP', '`xargs` is not evaluated'],
    ['a shell in the shell', 'sh -c "iptables -A INPUT -j DROP"', '`sh` is not evaluated'],
    ['text that is run', 'eval "iptables -A INPUT -j DROP"', '`eval` is not evaluated'],
    ['another name', 'alias ipt=iptables\nipt -A INPUT -j DROP', '`alias` is not evaluated'],
    ['what runs at the end', "trap 'iptables -F' EXIT\niptables -A INPUT -j DROP", '`trap` is not evaluated'],
    ['text that another shell reads', 'ssh gw <<END\niptables -A INPUT -j DROP\nEND', '`ssh` is not evaluated'],
    ['text that a shell is told', 'echo "iptables -F" | sh', '`sh` is not evaluated'],
    [
      'two containers',
      'docker exec web iptables -A INPUT -j DROP\ndocker exec db iptables -A INPUT -j DROP',
      '`iptables` runs in `docker db`, and the calls before in `docker web`',
    ],
    [
      'a function that may be another',
      'if [ -f /etc/x ]; then f() { iptables -F; }; fi\nf\niptables -A INPUT -j DROP',
      'cannot tell what `f` does',
    ],
    ['rules through a filter', 'iptables-save | grep -v KUBE | iptables-restore', '`grep -v KUBE`'],
    ['a loop without end', 'while true; do iptables -A INPUT -j DROP; done', 'too many steps'],
    ['a function without end', 'f() { f; iptables -F; }\nf', 'calls itself too often'],
    ['functions that are not called', 'start() {\n  iptables -A INPUT -j DROP\n}', 'calls none of the functions'],
    ['a branch that is not reached', 'if [ 1 -eq 2 ]; then iptables -A INPUT -j DROP; fi', 'reaches no call of iptables'],
    ['an `if` without its `fi`', 'if true; then\niptables -A INPUT -j DROP', 'expected'],
    ['a here-document without its end', 'iptables-restore <<EOF\n*filter\nCOMMIT', 'never ended by `EOF`'],
  ])('%s', async (_, text, message) => {
    const { code, err } = await run(text);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('all of them at once, each at its place', async () => {
    const text = lines(
      'iptables -A INPUT -s $A -j DROP',
      'if [ -f /x ]; then iptables -F; fi',
      'iptables -A INPUT -s $(b) -j DROP',
      'iptables -Q',
    );
    const { err } = await run(text);
    expect([...err.matchAll(/^x:(\d+:\d+): error/gm)].map(([, place]) => place)).toEqual(['1:22', '2:4', '3:22', '4:10']);
  });
});

describe('what no rule depends on is no error', () => {
  it.each([
    ['who runs it', '[ "$(id -u)" -eq 0 ] || exit 1\n[[ $EUID -ne 0 ]] && { echo no; exit 1; }'],
    ['an address that is only printed', 'IP=$(hostname -I)\necho "on $IP"'],
    ['a program that must be there', 'command -v iptables >/dev/null || exit 1\nwhich iptables > /dev/null || exit 1'],
    ['a default', `PORT="$\{1:-80}"\n: "$\{WAN:=eth0}"`],
    ['a condition around something else', 'if [ -f /etc/x ]; then echo yes; fi\nmodprobe nf_conntrack || true'],
  ])('%s', async (_, before) => {
    const { code, out } = await run(`${before}\niptables -A INPUT -j DROP\n`, 'print');
    expect(code).toBe(0);
    expect(out).toContain('-A INPUT -j DROP');
  });
});
