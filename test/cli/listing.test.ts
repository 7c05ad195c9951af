/** What is answered of rules that `iptables -L` printed: as of a dump where it shows all, undecided where it does not. */
import { describe, expect, it, test } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const COLUMNS = 'target     prot opt source               destination';
const chain = (name: string, policy: string, ...rows: readonly string[]): string =>
  [`Chain ${name} (policy ${policy})`, COLUMNS, ...rows, ''].join('\n');
const short = (row: string): string => [chain('INPUT', 'DROP', row), chain('FORWARD', 'ACCEPT'), chain('OUTPUT', 'ACCEPT')].join('\n');
const SSH = 'ACCEPT     tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:22';
const wide = (text: string): string =>
  text
    .replace(/\)$/gm, ' 0 packets, 0 bytes)')
    .replaceAll(COLUMNS, ` pkts bytes ${COLUMNS.replace('opt', 'opt in out')}`)
    .replace(/^([A-Z]+ +\w+ +--) /gm, '0 0 $1 * * ');

const DUMP = '*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n';
const files = { 'short.txt': short(SSH), 'again.txt': `\n${short(SSH)}`, 'wide.txt': wide(short(SSH)), 'pod.rules': DUMP };

describe('a listing with -v', () => {
  test('is the same rules as the dump, which is proved', async () => {
    const { code, out } = await chainwalk(['diff', 'wide.txt', 'pod.rules'], { files });
    expect(out).toMatch(/^EQUAL: no change in behaviour \(proved/);
    expect(code).toBe(0);
  });

  test('has its lines in the answer', async () => {
    const { out } = await chainwalk(['trace', 'wide.txt', 'in tcp -> 10.244.0.5:22'], { files });
    expect(out).toMatch(/^TO APP/);
    expect(out).toContain('wide.txt:3');
  });
});

describe('a listing without -v', () => {
  it.each([
    [
      'trace',
      ['trace', 'short.txt', 'in tcp -> 10.244.0.5:22'],
      /^UNDECIDED between to-app, stalled and dropped\n {2}depends on filter INPUT#1 at short\.txt:3/,
    ],
    [
      'find',
      ['find', 'short.txt', '--where', 'in tcp -> 10.244.0.5:22', '--outcome', 'to-app'],
      /undecided: it is not proved that no packet/,
    ],
    ['diff with the dump', ['diff', 'short.txt', 'pod.rules'], /^UNDECIDED: no change was found/],
    ['diff with another listing that reads the same', ['diff', 'short.txt', 'again.txt'], /^UNDECIDED: no change was found/],
  ])('%s is undecided about a rule that may match', async (_, argv, answer) => {
    expect((await chainwalk(argv, { files })).out).toMatch(answer);
  });

  test('what no rule can match is decided', async () => {
    expect((await chainwalk(['trace', 'short.txt', 'in tcp -> 10.244.0.5:23'], { files })).out).toMatch(
      /^DROPPED by the policy of filter INPUT/,
    );
  });

  test('one text is the same as itself', async () => {
    expect((await chainwalk(['diff', 'short.txt', 'short.txt'], { files })).out).toMatch(/^EQUAL/);
  });

  test('check says what is hidden', async () => {
    const { code, err } = await chainwalk(['check', 'short.txt'], { files });
    expect(err).toContain('`iptables -L` without `-v` hides the interfaces');
    expect(code).toBe(0);
  });
});
