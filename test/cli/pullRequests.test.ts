/** Pull requests of every kind, played in a temporary repository: a base, a head, one command, and what a reviewer reads. */
import { afterAll, describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

type Files = Readonly<Record<string, string | undefined>>;

const made: Repository[] = [];
afterAll(() => {
  for (const repository of made) repository.remove();
});

/** main has the base, HEAD the head. */
function pullRequest(base: Files, head: Files): Repository {
  const repository = temporaryGit();
  made.push(repository);
  repository.commit(base);
  repository.git('checkout', '-q', '-b', 'topic');
  repository.commit(head);
  return repository;
}

const deploy = (annotations: string, more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    metadata:
      annotations:
        team: shop
${annotations}    spec:
      containers:
        - name: web
          image: web:1
${more}`;
const EXCLUDE_22 = '        traffic.sidecar.istio.io/excludeInboundPorts: "22"\n';

const injected = (args: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  annotations:
    sidecar.istio.io/status: '{}'
spec:
  initContainers:
    - name: istio-init
      image: proxyv2
      args:
        - istio-iptables
${args
  .split(' ')
  .map((word) => `        - "${word}"\n`)
  .join('')}  containers:
    - name: istio-proxy
      image: proxyv2
      securityContext: {runAsUser: 1337, runAsGroup: 1337}
    - name: web
      image: web:1
`;
const ARGS = '-p 15001 -z 15006 -u 1337 -m REDIRECT -i * -x  -b * -d 15090,15021,15020';

const SCRIPT = (rules: string): string => `#!/bin/sh
# traffic of this host
iptables -t nat -N PROXY
iptables -t nat -A PROXY -p tcp -j REDIRECT --to-ports 3128
${rules}
`;

const CNI = (...plugins: readonly string[]): string =>
  `${JSON.stringify({ cniVersion: '0.4.0', name: 'k8s', plugins: plugins.map((type) => ({ type })) }, null, 2)}\n`;

const NAD = (address: string): string => `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: net1, namespace: shop}
spec:
  config: '{"type":"macvlan","ipam":{"type":"static","addresses":[{"address":"${address}"}]}}'
`;

const NFT = `table inet istio-ambient-nat {
  chain prerouting { type nat hook prerouting priority dstnat; policy accept; }
}
`;

const GOLDEN = readFixture('istio-sidecar').text;
const VALUES = (ranges: string): string => `global:\n  proxy:\n    excludeIPRanges: "${ranges}"\n`;

interface Played {
  readonly name: string;
  readonly base: Files;
  readonly head: Files;
  readonly argv?: readonly string[];
  readonly code: number;
}

const PLAYED: readonly Played[] = [
  {
    name: 'an annotation is removed',
    base: { 'deploy.yaml': deploy(EXCLUDE_22) },
    head: { 'deploy.yaml': deploy('') },
    code: 1,
  },
  {
    name: 'an annotation lets traffic go round the proxy',
    base: { 'deploy.yaml': deploy('') },
    head: { 'deploy.yaml': deploy('        traffic.sidecar.istio.io/excludeOutboundIPRanges: "10.0.0.0/8"\n') },
    code: 1,
  },
  {
    name: 'injection is switched off',
    base: { 'deploy.yaml': deploy('') },
    head: { 'deploy.yaml': deploy('        sidecar.istio.io/inject: "false"\n') },
    code: 1,
  },
  {
    name: 'the application runs as the user of the proxy',
    base: { 'deploy.yaml': deploy('', '          securityContext:\n            runAsUser: 1000\n') },
    head: { 'deploy.yaml': deploy('', '          securityContext:\n            runAsUser: 1337\n') },
    code: 1,
  },
  {
    name: 'another image',
    base: { 'deploy.yaml': deploy(EXCLUDE_22) },
    head: { 'deploy.yaml': deploy(EXCLUDE_22).replace('web:1', 'web:2') },
    code: 0,
  },
  {
    name: 'arguments of istio-init in an injected pod',
    base: { 'pod.yaml': injected(ARGS) },
    head: { 'pod.yaml': injected(`${ARGS} -o 5432`) },
    code: 1,
  },
  {
    name: 'a value of the mesh',
    base: { 'mesh/values.yaml': VALUES(''), 'apps/deploy.yaml': deploy('') },
    head: { 'mesh/values.yaml': VALUES('192.168.0.0/16') },
    argv: ['--git', 'main..HEAD', '--values', 'mesh/values.yaml'],
    code: 1,
  },
  {
    name: 'a value of the mesh that is not said to be one',
    base: { 'mesh/values.yaml': VALUES(''), 'apps/deploy.yaml': deploy('') },
    head: { 'mesh/values.yaml': VALUES('192.168.0.0/16') },
    code: 1,
  },
  {
    name: 'rendered output of a chart',
    base: {
      'rendered.yaml': `---\n# Source: web/templates/service.yaml\nkind: Service\nmetadata: {name: web}\n---\n${deploy(EXCLUDE_22)}`,
    },
    head: {
      'rendered.yaml': `---\n# Source: web/templates/service.yaml\nkind: Service\nmetadata: {name: web}\n---\n${deploy(EXCLUDE_22.replace('22', '22,9090'))}`,
    },
    code: 1,
  },
  {
    name: 'a dump as golden file, two rules changed places',
    base: { 'net/pod.rules': GOLDEN },
    head: { 'net/pod.rules': GOLDEN.replace(/(-A ISTIO_INBOUND [^\n]*15090[^\n]*\n)(-A ISTIO_INBOUND [^\n]*15021[^\n]*\n)/, '$2$1') },
    code: 0,
  },
  {
    name: 'a dump as golden file, the rule of the proxy is lost',
    base: { 'net/pod.rules': GOLDEN },
    head: { 'net/pod.rules': GOLDEN.replace(/-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\n/, '') },
    code: 1,
  },
  {
    name: 'a shell script of a host',
    base: { 'setup.sh': SCRIPT('iptables -t nat -A OUTPUT -m owner ! --uid-owner 13 -j PROXY') },
    head: { 'setup.sh': SCRIPT('iptables -t nat -A OUTPUT -m owner ! --uid-owner 14 -j PROXY') },
    code: 1,
  },
  {
    name: 'a chain of CNI plugins',
    base: { 'net.d/10-k8s.conflist': CNI('calico', 'istio-cni') },
    head: { 'net.d/10-k8s.conflist': CNI('calico') },
    code: 1,
  },
  {
    name: 'a NetworkAttachmentDefinition',
    base: { 'nad.yaml': NAD('192.168.50.5/24'), 'deploy.yaml': deploy('        k8s.v1.cni.cncf.io/networks: net1\n') },
    head: { 'nad.yaml': NAD('192.168.60.5/24') },
    code: 1,
  },
  {
    name: 'a NetworkAttachmentDefinition for no pod here',
    base: { 'nad.yaml': NAD('192.168.50.5/24') },
    head: { 'nad.yaml': NAD('192.168.60.5/24') },
    code: 0,
  },
  {
    name: 'cluster.env of a virtual machine',
    base: { 'vm/cluster.env': 'ISTIO_INBOUND_PORTS=80\nISTIO_SERVICE_CIDR=*\n' },
    head: { 'vm/cluster.env': 'ISTIO_INBOUND_PORTS=*\nISTIO_SERVICE_CIDR=*\n' },
    code: 1,
  },
  { name: 'a ruleset of nftables', base: { 'host.nft': NFT }, head: { 'host.nft': `${NFT}\n` }, code: 0 },
  {
    name: 'files that are renamed, new and gone',
    base: { 'a.rules': GOLDEN, 'gone.yaml': deploy('').replace('web', 'gone'), 'README.md': 'a' },
    head: {
      'a.rules': undefined,
      'b.rules': GOLDEN,
      'gone.yaml': undefined,
      'new.yaml': deploy('').replace('web', 'new'),
      'README.md': 'b',
      'logo.svg': '<svg/>',
    },
    code: 0,
  },
];

describe('pull requests', { timeout: 60_000 }, () => {
  it.each(PLAYED)('$name', async ({ name, base, head, argv = ['--git', 'main...HEAD'], code }) => {
    const repository = pullRequest(base, head);
    const answer = await repository.chainwalk(['diff', ...argv]);
    const revision = repository.git('rev-parse', 'main').slice(0, 12);
    const told = `$ chainwalk diff ${argv.join(' ')}\n${answer.out.replaceAll(revision, 'main')}`;
    await expect(told).toMatchFileSnapshot(`snapshots/pullRequests/${name.replaceAll(/[^\w]+/g, '-')}.txt`);
    expect([answer.code, answer.err]).toEqual([code, '']);
  });
});

describe('rules on one side only', { timeout: 60_000 }, () => {
  it.each<[string, Files, Files, number]>([
    ['gone', { 'net/pod.rules': GOLDEN, 'a.txt': '1' }, { 'net/pod.rules': undefined, 'a.txt': '2' }, 1],
    ['new', { 'a.txt': '1' }, { 'net/pod.rules': GOLDEN, 'a.txt': '2' }, 0],
  ])('%s: not equivalent', async (_, base, head, code) => {
    const repository = pullRequest(base, head);
    expect((await repository.chainwalk(['diff', '--git', 'main...HEAD'])).code).toBe(code);
    const { out } = await repository.chainwalk(['diff', '--git', 'main...HEAD', '--json']);
    expect(JSON.parse(out)).toMatchObject({ equivalent: false, changes: [] });
  });
});

describe('files of revisions', { timeout: 60_000 }, () => {
  const repository = pullRequest(
    { 'net/pod.rules': GOLDEN, 'deploy.yaml': deploy(EXCLUDE_22) },
    { 'net/pod.rules': `${GOLDEN}\n`, 'deploy.yaml': deploy('') },
  );

  it('stand for files everywhere', async () => {
    expect(await repository.chainwalk(['diff', 'main:net/pod.rules', 'net/pod.rules'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^EQUAL: no change in behaviour \(proved for whole\s+connections\s+over\s+IPv4/) as unknown,
    });
    expect(await repository.chainwalk(['diff', 'main:./pod.rules', 'pod.rules'], { below: 'net' })).toMatchObject({ code: 0 });
    expect((await repository.chainwalk(['diff', 'main:deploy.yaml', '-'], { stdin: deploy('') })).out).toContain(
      'annotation traffic.sidecar.istio.io/excludeInboundPorts removed',
    );
  });

  it.each([
    ['nowhere:net/pod.rules', 'git knows no revision `nowhere` here'],
    ['main:net/absent.rules', '`net/absent.rules` is not in revision `main`'],
    ['main:net', '`net` is a directory in revision `main`'],
    ['absent.rules', 'no such file'],
  ])('%s: what is wrong is told', async (file, problem) => {
    const { code, err } = await repository.chainwalk(['diff', file, 'net/pod.rules']);
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });

  it('outside a repository that is told', async () => {
    const outside = temporaryGit({ initialised: false });
    made.push(outside);
    expect(await outside.chainwalk(['diff', '--git', 'main'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no git repository'),
    });
  });

  it('a range that is none, and the working tree', async () => {
    expect(await repository.chainwalk(['diff', '--git', 'main..nowhere'])).toMatchObject({ code: 2 });
    repository.write({ 'deploy.yaml': deploy('        traffic.sidecar.istio.io/excludeInboundPorts: "80"\n') });
    expect(await repository.chainwalk(['diff', '--git', 'HEAD'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('CAPTURED inbound -> TO APP'),
    });
  });
});
