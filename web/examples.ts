/** The examples of the page, out of the fixtures. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PageExample } from './state/example.ts';

interface FromFixture extends Pick<PageExample, 'title'> {
  /** below fixtures/ */
  readonly fixture: string;
  readonly packet: string;
  readonly more?: Partial<PageExample['state']>;
}

const FROM_FIXTURES: readonly FromFixture[] = [
  { title: 'Istio sidecar, as it comes', fixture: 'istio-sidecar.rules', packet: 'out tcp -> 203.0.113.9:443 uid=1000' },
  { title: 'an article’s rules: a redirect loop', fixture: 'article.rules', packet: 'out tcp -> 203.0.113.9:443 uid=1337 gid=1337' },
  { title: 'Istio ambient', fixture: 'istio-ambient.rules', packet: 'in tcp -> 10.244.0.5:8080' },
  { title: 'Istio CNI', fixture: 'istio-cni.rules', packet: 'out tcp -> 203.0.113.9:443 uid=1000' },
  { title: 'a pod’s manifest', fixture: 'pods/web.yaml', packet: 'out tcp -> 203.0.113.9:443 uid=1000' },
  { title: 'kube-proxy: a Service with three endpoints', fixture: 'kube-proxy.rules', packet: 'out tcp -> 10.96.0.20:80 uid=1000' },
  { title: 'Docker with published ports', fixture: 'docker.rules', packet: 'in tcp 203.0.113.9 -> 10.244.0.5:8080' },
  { title: 'Istio sidecar, by nft', fixture: 'nft/istio-sidecar.nft', packet: 'out tcp -> 203.0.113.9:443 uid=1000' },
];

const OF_FIXTURES = FROM_FIXTURES.map(
  ({ title, fixture, packet, more }): PageExample => ({
    title,
    state: { file: fixture.replace(/.*\//, ''), rules: fixtureText(fixture), packet, ...more },
  }),
);

/** As people paste them: with what `ip`, `ss` and `sysctl` print there. */
const PASTED: readonly PageExample[] = [
  {
    title: 'Istio CNI: what init containers meet',
    state: {
      file: 'init.txt',
      rules: `${staticText('istio-cni-init.head.txt')}${fixtureText('istio-cni.rules')}`,
      packet: 'out tcp -> 203.0.113.9:443 uid=1000',
    },
  },
  {
    title: 'a router with redsocks',
    state: { file: 'router.txt', rules: staticText('router-redsocks.txt'), packet: 'in tcp 192.168.1.50 -> 203.0.113.9:443 iif=lan' },
  },
];

export const PAGE_EXAMPLES: readonly PageExample[] = [...OF_FIXTURES, ...PASTED];

function staticText(name: string): string {
  return readFileSync(fileURLToPath(new URL(`static/${name}`, import.meta.url)), 'utf8');
}

/** Without what the fixture says of itself. */
function fixtureText(name: string): string {
  const text = readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)), 'utf8');
  return text.replace(/^(?:#(?! Generated).*\n)*/, '');
}
