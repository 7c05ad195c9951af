/** The script of `chainwalk capture`: what it prints here is rules and host in one. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { kernelHere } from '../kernel/kernelHere.ts';
import { chainwalk } from './memoryIo.ts';

const SHELLS = ['sh', 'busybox sh', 'bash --posix'].filter((shell) => spawnSync(shell.split(' ')[0] ?? '', ['-c', 'true']).status === 0);

const SETUP = `
ip link set lo up; ip link add eth0 type veth peer name far; ip link set eth0 up; ip link set far up
ip addr add 10.12.3.4/24 dev eth0; ip route add default via 10.12.3.1; ip rule add fwmark 1 lookup 133; ip route add local default dev lo table 133
sysctl -qw net.ipv4.ip_forward=1; iptables -w -A INPUT -p udp -j DROP; ip6tables -w -A INPUT -p udp -j DROP`;

test('it is read by a shell, and names no tool of its own', async () => {
  const { out, code } = await chainwalk(['capture']);
  expect(code).toBe(0);
  for (const shell of SHELLS) {
    const [program = '', ...args] = shell.split(' ');
    expect(spawnSync(program, [...args, '-n'], { input: out, encoding: 'utf8' }).stderr, shell).toBe('');
  }
  expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThan(110);
});

describe.runIf(kernelHere())('in a network namespace', () => {
  test.each(SHELLS)('by %s', async (shell) => {
    const { out: script } = await chainwalk(['capture']);
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--net', '--mount-proc', '--fork', '--pid', 'sh', '-c', `{ ${SETUP}\n} >&2; ${shell}`],
      {
        input: script,
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    const files = { 'pod.txt': stdout };
    const ask = async (packet: string) => (await chainwalk(['trace', 'pod.txt', packet, '--brief'], { files })).out;
    expect(await ask('in udp 10.12.3.9 -> 10.12.3.4:53 iif=eth0')).toContain('dropped');
    expect(await ask('out tcp -> 203.0.113.9:443')).toContain('10.12.3.4');
    const { out, err, code } = await chainwalk(['host', 'pod.txt', '-q'], { files });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('name: eth0, addresses: [ 10.12.3.4/24');
    expect(out).toContain('from all fwmark 0x1 lookup 133 pref 32765');
    expect(out).toContain('default via 10.12.3.1 dev eth0');
    expect(out).toContain('net.ipv4.ip_forward: "1"');
  });

  test('a host without any rule is one', async () => {
    const { out: script } = await chainwalk(['capture']);
    const setUp = SETUP.replace(/iptables -w.*$/m, '');
    const { stdout } = spawnSync('unshare', ['--net', 'sh', '-c', `{ ${setUp}\n} >&2; sh`], { input: script, encoding: 'utf8' });
    const files = { 'pod.txt': stdout };
    const { out, err, code } = await chainwalk(['trace', 'pod.txt', 'out tcp -> 203.0.113.9:443', '--brief'], { files });
    expect([code, err]).toEqual([0, expect.stringContaining('no rule found in this text: iptables-save was called, and printed none')]);
    expect(out).toMatch(/^direct +out tcp 10\.12\.3\.4:40000/);
  });

  test('without any tool each is named as missing', async () => {
    const { out: script } = await chainwalk(['capture']);
    const { stdout } = spawnSync('/bin/sh', [], { input: script, encoding: 'utf8', env: { PATH: '/nowhere' } });
    expect(stdout).toContain('# there is no iptables-save\n# there is no ip6tables-save\n# there is no ipset\n# there is no ip\n');
  });
});

describe('a paste without rules', () => {
  const HOST = '2: eth0: <UP,LOWER_UP> mtu 1500 qdisc noqueue group default\n    inet 10.12.3.4/24 scope global eth0\n';
  const ROUTE = 'default via 10.12.3.1 dev eth0\n10.12.3.0/24 dev eth0 proto kernel scope link src 10.12.3.4\n';

  test.each([
    ['a prompt', `root@gw:~# iptables-save\nroot@gw:~# ip addr\n${HOST}root@gw:~# ip route\n${ROUTE}`],
    ['sudo, behind the host', `$ ip addr\n${HOST}$ ip route\n${ROUTE}$ sudo iptables-legacy-save\n\n$ \n`],
    ['kubectl exec', `$ kubectl -n web exec app-0 -c istio-proxy -- iptables-save\n$ ip addr\n${HOST}$ ip route\n${ROUTE}`],
    ['docker exec', `root@gw:~# docker exec -u 0 web iptables-save\nroot@gw:~# ip addr\n${HOST}root@gw:~# ip route\n${ROUTE}`],
    ['ip netns exec', `$ sudo ip netns exec blue iptables-save\n$ ip addr\n${HOST}$ ip route\n${ROUTE}`],
    ['chainwalk capture', `# iptables-nft-save\n\n# ip addr\n${HOST}\n# ip -4 route show table all\n${ROUTE}\n`],
  ])('is a host without rules where iptables-save was called: %s', async (_, text) => {
    const { out, code } = await chainwalk(['trace', 'x', 'out tcp -> 203.0.113.9:443', '--brief'], { files: { x: text } });
    expect([code, out]).toEqual([0, expect.stringMatching(/^direct +out tcp 10\.12\.3\.4:40000/)]);
  });

  test.each([
    ['that was not called', `root@gw:~# ip addr\n${HOST}root@gw:~# ip route\n${ROUTE}`],
    ['that failed', `# iptables-save\n# this call failed\n\n# ip addr\n${HOST}`],
    ['that is missing', `# there is no iptables-save\n# ip addr\n${HOST}`],
    ['whose answer may be cut off', `# ip addr\n${HOST}root@gw:~# iptables-save\n`],
    ['of one table', `root@gw:~# iptables-save -t nat\nroot@gw:~# ip addr\n${HOST}`],
    [
      'whose other backend has rules',
      `# iptables-nft-save\n# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n# ip addr\n${HOST}`,
    ],
  ])('is none with iptables-save %s', async (_, text) => {
    const { code } = await chainwalk(['trace', 'x', 'out tcp -> 203.0.113.9:443', '--brief'], { files: { x: text } });
    expect(code).toBe(2);
  });
});
