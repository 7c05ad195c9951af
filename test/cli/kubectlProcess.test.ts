/** The plugin as a process, and against a namespace of the kernel. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answers, cluster, GET, noKubectl, OUT, SIDECAR } from './kubectlCluster.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CAN_MAKE_NAMESPACES =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-n', 'sh', '-c', 'ip -json address && iptables-nft-save && iptables-legacy-save']).status === 0;

const HAS_SS = ['ss', 'netstat'].some((program) => spawnSync(program, ['-lntu']).status === 0);
/** With what the pod's `ip` is. */
const IP_HERE = ['ip', ...(spawnSync('busybox', ['ip', 'rule']).status === 0 ? ['busybox ip'] : [])];

describe('the plugin as a process', { timeout: 60_000 }, () => {
  it('as a process, with a real folder', () => {
    const kubectl = cluster(GET, ...answers());
    const { code, out } = kubectl.process(['web-0', '--save', 'kept', 'trace', OUT, '--brief']);
    expect([code, out.slice(0, 12)]).toEqual([0, 'captured-out']);
    expect(readFileSync(join(kubectl.folder, 'kept/web-0.rules'), 'utf8')).toBe(SIDECAR);
  });

  it.skipIf(!CAN_MAKE_NAMESPACES).each(IP_HERE)(
    `what real tools print is understood, with %s${CAN_MAKE_NAMESPACES ? '' : ': skipped, that takes root, unshare, ip and iptables'}`,
    (ip) => {
      const kubectl = cluster(GET);
      const tools = join(kubectl.folder, 'tools');
      mkdirSync(tools);
      if (ip.startsWith('busybox')) writeFileSync(join(tools, 'ip'), `#!/bin/sh\nexec ${ip} "$@"\n`, { mode: 0o755 });
      const inPod = `*) while [ "$1" != -- ]; do shift; done; shift; PATH='${tools}:${process.env.PATH}' exec "$@";;`;
      const program = join(kubectl.folder, 'bin/kubectl');
      writeFileSync(program, readFileSync(program, 'utf8').replace(/^ {2}\*\) echo .*$/m, inPod));
      const setUp = [
        'ip link set lo up; ip link add eth0 type veth peer name peer; ip link set peer up; ip link set eth0 up',
        'ip address add 192.168.7.9/24 dev eth0; ip -6 address add fd00::9/64 dev eth0 nodad',
        'ip route add default via 192.168.7.1; ip -6 route add default via fd00::1; ip route add 10.1.0.0/16 dev eth0 src 192.168.7.9 metric 50',
        'ip route add unreachable 10.2.0.0/16; ip route add 10.3.0.0/16 nexthop via 192.168.7.2 nexthop via 192.168.7.3',
        'for family in -4 -6; do ip $family rule add fwmark 1337 lookup 133; ip $family route add local default dev lo table 133; done',
        'ip rule add from 10.0.0.0/8 fwmark 0x1/0xf iif eth0 pref 77 lookup 7; ip rule add to 1.2.3.4 pref 78 prohibit',
        `iptables-nft-restore < '${ROOT}/fixtures/istio-sidecar.rules'`,
        `cd '${kubectl.folder}'; export PATH='${kubectl.folder}/bin'`,
        `exec '${process.execPath}' --import '${import.meta.resolve('tsx')}' '${ROOT}/src/kubectl-chainwalk.ts' web-0 --save kept trace '${OUT}' --brief`,
      ].join('\n');
      const { stdout, stderr } = spawnSync('unshare', ['-n', 'bash', '-e', '-c', setUp], { encoding: 'utf8', timeout: 60_000 });
      const byBusybox = ip.startsWith('busybox');
      expect(stderr.split('\n').map((line) => line.slice(0, 50))).toEqual([
        'note: queried container istio-proxy: the nft backend holds the rules'.slice(0, 50),
        ...(byBusybox
          ? [
              'note: the `ip` of busybox prints neither `not`, `oif`'.slice(0, 50),
              'note: `[next_hops_that_are_not_printed]` of a route'.slice(0, 50),
            ]
          : []),
        ...(HAS_SS ? ['note: no socket listens: the mesh where it always does'.slice(0, 50)] : []),
        '',
      ]);
      expect(stdout).toMatch(/^captured-out +out tcp 192\.168\.7\.9:40000 ->/);
      const host = JSON.parse(readFileSync(join(kubectl.folder, 'kept/web-0.host.json'), 'utf8'));
      // link-local addresses are tentative for a second after the link is up
      expect(host.interfaces).toContainEqual({
        name: 'eth0',
        addresses: ['192.168.7.9/24', expect.stringMatching(/^fe80::/), 'fd00::9/64'],
        mtu: 1500,
        ...(!byBusybox && { type: 'veth' }),
      });
      expect([...host.routes].sort()).toEqual([
        '10.1.0.0/16 dev eth0 src 192.168.7.9 metric 50',
        byBusybox
          ? '10.3.0.0/16 [next_hops_that_are_not_printed]'
          : '10.3.0.0/16 nexthop via 192.168.7.2 dev eth0 weight 1 nexthop via 192.168.7.3 dev eth0 weight 1',
        'default via 192.168.7.1 dev eth0',
        'default via fd00::1 dev eth0 metric 1024',
        'unreachable 10.2.0.0/16',
      ]);
      expect(host.route_tables).toEqual({ 133: ['local default dev lo', '-6 local default dev lo metric 1024'] });
      expect(host.ip_rules).toEqual([
        'from 10.0.0.0/8 fwmark 0x1/0xf iif eth0 lookup 7 pref 77',
        'from all to 1.2.3.4 prohibit pref 78',
        'from all fwmark 0x539 lookup 133 pref 32765',
        '-6 from all fwmark 0x539 lookup 133 pref 32765',
      ]);
    },
  );

  it('as a process, without kubectl', () => {
    const fake = noKubectl();
    const { code, out, err } = fake.process(['web-0']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(
      'chainwalk: error: kubectl cannot be run: no such file\nhelp: install kubectl, or save the rules where they are and give chainwalk the file: `chainwalk verify pod.rules`\n',
    );
  });
});
