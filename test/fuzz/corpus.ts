/** Texts that are mutated, and the commands that read each kind. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { REVIEW_FORMAT_NAMES } from '../../src/report/formats/names.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');

function texts(folder: string, ending: RegExp): readonly string[] {
  const names = readdirSync(join(FIXTURES, folder)).filter((name) => ending.test(name));
  return names.map((name) => readFileSync(join(FIXTURES, folder, name), 'utf8')).filter((text) => text.length < 20_000);
}

export interface Kind {
  readonly name: string;
  readonly corpus: readonly string[];
  /** one is taken; `x` stands for the mutated file */
  readonly argvs: readonly (readonly string[])[];
  /** the mutated text is an argument, in place of `TEXT` */
  readonly asArgument?: true;
}

const PACKET = 'out tcp -> 203.0.113.9:443 uid=1000';
const REVIEWS = ['human', 'json', ...REVIEW_FORMAT_NAMES];
const reviews = (...argv: readonly string[]) => REVIEWS.map((format) => [...argv, '-o', format]);

/** Beside the mutated one. */
export const FILES: Readonly<Record<string, string>> = {
  'pod.rules': readFileSync(join(FIXTURES, 'istio-sidecar.rules'), 'utf8'),
  'pod.yaml': readFileSync(join(FIXTURES, 'pods/web.yaml'), 'utf8'),
  'pod.json': readFileSync(join(FIXTURES, 'hosts/pod.json'), 'utf8'),
};

export const KINDS: readonly Kind[] = [
  {
    name: 'rules',
    corpus: ['.', 'bad', 'broken', 'real'].flatMap((folder) => texts(folder, /\.(?:rules|sh|md)$/)),
    argvs: [
      ['check', 'x'],
      ['print', 'x'],
      ...['human', 'json', 'xtables', 'mermaid', 'mermaid-sequence', 'svg'].map((format) => ['trace', '-v', 'x', PACKET, '-o', format]),
      ...reviews('verify', 'x'),
      ['diff', 'x', 'pod.rules'],
      ['diff', 'pod.rules', 'x', '--json'],
      ['find', 'x', '--outcome', 'loop'],
      ['find', 'x', '--outcome', 'direct', '--json'],
    ],
  },
  {
    name: 'packets',
    asArgument: true,
    corpus: [
      PACKET,
      'in udp 10.0.0.9:53 -> 10.244.0.5:53 iif=eth0 mark=0x1',
      '-p tcp -s 10.0.0.9 -d 10.244.0.5 --dport 80 --tcp-flags SYN,ACK SYN',
    ],
    argvs: [
      ['trace', 'pod.rules', '--brief', '--', 'TEXT'],
      ['trace', 'pod.rules', '-o', 'json', '--', 'TEXT'],
    ],
  },
  {
    name: 'packet sets',
    asArgument: true,
    corpus: [
      'out tcp -> 10.0.0.0/8:80-90 uid={1,2}',
      'in udp -> 10.244.0.5:53',
      'out -> !10.96.0.0/12:!443',
      'out tcp -> 127.0.0.0/8:{80,443} uid=1337',
    ],
    argvs: [
      ['find', 'pod.rules', '--outcome', 'direct', '--where', 'TEXT'],
      ['verify', 'pod.rules', '--where', 'TEXT'],
    ],
  },
  {
    name: 'lines of packets',
    corpus: ['{"dst":"203.0.113.9"}\n', '{"dst":"203.0.113.9","dport":443}\n{"dst":"10.96.0.1","dport":80,"uid":1337}\n'],
    argvs: [
      ['trace', 'pod.rules', '--packets', 'x'],
      ['trace', 'pod.rules', '--packets', 'x', '--brief'],
    ],
  },
  {
    name: 'hosts',
    corpus: texts('hosts', /json$/),
    argvs: [
      ['trace', 'pod.rules', PACKET, '--host', 'x'],
      ['verify', 'pod.rules', '--host', 'x'],
      ['find', 'pod.rules', '--outcome', 'lost', '--host', 'x'],
    ],
  },
  {
    name: 'manifests',
    corpus: texts('pods', /yaml$/),
    argvs: [
      ['enrol', 'x'],
      ['enrol', 'x', '--mode', 'ambient', '--json'],
      ['approaches', 'x'],
      ['render', '--pod', 'x', '--mode', 'cni'],
      ...reviews('verify', 'x', '--mode', 'cni'),
      ['diff', 'pod.yaml', 'x'],
    ],
  },
  {
    name: 'values',
    corpus: [
      'global: {proxy: {includeIPRanges: "10.0.0.0/8", excludeInboundPorts: "9000"}}\npilot: {cni: {enabled: true}}\n',
      'meshConfig:\n  defaultConfig:\n    interceptionMode: TPROXY\n    proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}\n',
      'sidecarInjectorWebhook:\n  neverInjectSelector:\n  - matchExpressions: [{key: job, operator: In, values: [a, b]}]\n',
    ],
    argvs: [
      ['enrol', 'pod.yaml', '--values', 'x'],
      ['verify', 'pod.yaml', '--values', 'x'],
    ],
  },
  {
    name: 'settings',
    corpus: ['{"mode": "init", "istio": "1.25"}', 'ISTIO_INBOUND_PORTS="80,90"\nISTIO_SERVICE_CIDR=10.0.0.0/8\n'],
    argvs: [
      ['render', '--settings', 'x'],
      ['render', '--settings', 'x', '--json'],
    ],
  },
  {
    name: 'configurations',
    corpus: [
      "groups:\n  - files: '*.rules'\n    profile: istio-sidecar\n    host: pod.json\nclaims: {except: [invalid-not-to-app]}\n",
      '{"groups": [{"files": ["pod.rules"], "families": [4]}, {"files": ["pod.yaml"], "mode": "cni"}]}',
    ],
    argvs: reviews('ci', '--config', 'x'),
  },
  {
    name: 'expectations',
    corpus: [
      ...texts('expectations', /yaml$/).map((text) => text.replace('../istio-sidecar.rules', 'pod.rules')),
      'rules: pod.rules\nhost: pod.json\npackets:\n  - {packet: "out tcp -> 203.0.113.9:443", outcome: captured-out}\n  - {packet: "in tcp -> 10.244.0.5:80", outcome: captured-in}\n',
    ],
    argvs: reviews('expect', 'x'),
  },
];
