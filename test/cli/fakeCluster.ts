/** A cluster in memory: objects, and pods that answer `kubectl exec`; for the plugin in this process. */
import type { Executed, Io } from '../../src/cli/io/io.ts';
import { runPlugin } from '../../src/cli/kubectl/runPlugin.ts';
import type { Invocation } from '../../src/cli/program/run.ts';
import { type MemorySink, memoryIo, memorySink } from './memoryIo.ts';

type Json = Readonly<Record<string, unknown>>;

export interface FakePod {
  /** `shop/web-0` */
  readonly at: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Json;
  readonly status?: Json;
  readonly ips?: readonly string[];
  /** of the prefix of its IPv4 addresses; absent: 32 */
  readonly length?: number;
  /** what iptables-save prints; absent: it is not there */
  readonly rules?: string;
  readonly rules6?: string;
  /** `kubectl exec` fails so */
  readonly exec?: Executed;
}

export interface FakeObjects {
  readonly pods?: readonly FakePod[];
  /** whole objects, with kind and metadata */
  readonly objects?: readonly Json[];
  /** labels of namespaces; those of pods are there anyway */
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** calls that are refused, by their words */
  readonly forbidden?: RegExp;
  /** on standard error of every call */
  readonly warns?: string;
  /** instead of what the objects say, by the words of the call */
  readonly answers?: readonly (readonly [RegExp, string])[];
  /** of the context */
  readonly namespace?: string;
}

export interface FakeCluster {
  readonly plugin: (
    ...argv: readonly string[]
  ) => Promise<{ readonly code: number; readonly out: string; readonly err: string; readonly written: Readonly<Record<string, string>> }>;
  readonly complete: (run: (invocation: Invocation, io: Io) => Promise<number>, ...argv: readonly string[]) => Promise<string>;
  /** joined words, without the connection */
  readonly calls: readonly string[];
}

export function fakeCluster(given: FakeObjects): FakeCluster {
  const calls: string[] = [];
  const execute = (_: string, args: readonly string[]): Executed => {
    const words = args.filter((word) => !/^--(?:context|kubeconfig)=/.test(word));
    calls.push(words.join(' '));
    const answer = answerOf(given, words);
    return 'code' in answer && given.warns !== undefined ? { ...answer, err: given.warns + answer.err } : answer;
  };
  const io = (out: MemorySink, err: MemorySink, written: Record<string, string>) =>
    memoryIo({ setting: { execute, files: FILES }, out, err, written });
  return {
    calls,
    plugin: async (...argv) => {
      const [out, err] = [memorySink(false), memorySink(false)];
      const written: Record<string, string> = {};
      const code = await runPlugin({ argv, version: '1.2.3' }, io(out, err, written));
      return { code, out: out.text(), err: err.text(), written };
    },
    complete: async (run, ...argv) => {
      const [out, err] = [memorySink(false), memorySink(false)];
      await run({ argv, version: '1.2.3' }, io(out, err, {}));
      return out.text();
    },
  };
}

const FILES: Record<string, string> = {};

function answerOf(given: FakeObjects, args: readonly string[]): Executed {
  const option = (name: string) => args.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  const words = args.filter((word) => !word.startsWith('--') || word === '--');
  const namespace = option('namespace') ?? given.namespace ?? 'default';
  if (given.forbidden?.test(args.join(' ')))
    return no(`Error from server (Forbidden): "${words.slice(0, 2).join(' ')}" is forbidden: User "me" cannot do it`);
  const told = given.answers?.find(([when]) => when.test(args.join(' ')));
  if (told !== undefined) return { code: 0, out: told[1], err: '' };
  const [verb, kind = '', name] = words;
  if (verb === 'exec') return execIn(given, `${namespace}/${kind}`, args.slice(args.indexOf('--') + 1));
  if (verb !== 'get') return no(`error: not expected: ${args.join(' ')}`);
  const everywhere = args.includes('--all-namespaces');
  const kinds = KINDS[kind] ?? kind;
  const all = objectsOf(given).filter(({ object }) => String(object.kind).toLowerCase() === kinds);
  if (name !== undefined) {
    const found = all.find((one) => one.name === name && (kinds === 'namespace' || one.namespace === namespace));
    return found === undefined ? no(`Error from server (NotFound): ${kind} "${name}" not found`) : yes(found.object);
  }
  const there = all.filter((one) => kinds === 'namespace' || everywhere || one.namespace === namespace);
  const wanted = (option('selector') ?? '').split(',').filter((part) => part !== '');
  const labelled = there.filter(({ labels }) => wanted.every((part) => labels[part.split('=')[0] ?? ''] === part.split('=')[1]));
  if (option('output') === 'json') return yes({ kind: 'List', items: labelled.map(({ object }) => object) });
  return { code: 0, out: labelled.map((one) => `${kinds}/${one.name}\n`).join(''), err: '' };
}

const KINDS: Readonly<Record<string, string>> = {
  pods: 'pod',
  po: 'pod',
  svc: 'service',
  services: 'service',
  namespaces: 'namespace',
  ns: 'namespace',
  deploy: 'deployment',
};

function objectsOf({ pods = [], objects = [], namespaces = {} }: FakeObjects) {
  const spaces = { ...Object.fromEntries(pods.map(({ at }) => [at.split('/')[0] ?? '', {}])), ...namespaces };
  const all: readonly Json[] = [
    ...pods.map(podObject),
    ...objects,
    ...Object.entries(spaces).map(([name, labels]) => ({ kind: 'Namespace', metadata: { name, labels } })),
  ];
  return all.map((object) => {
    const {
      name,
      namespace = 'default',
      labels = {},
    } = object.metadata as { name: string; namespace?: string; labels?: Record<string, string> };
    return { object, name, namespace, labels };
  });
}

function podObject({ at, labels = {}, annotations = {}, spec, status, ips = ['10.244.1.7'] }: FakePod): Json {
  const [namespace, name] = at.split('/');
  return {
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations },
    spec: spec ?? { containers: [{ name: 'app' }, { name: 'istio-proxy' }] },
    status: { phase: 'Running', podIPs: ips.map((ip) => ({ ip })), conditions: [{ type: 'Ready', status: 'True' }], ...status },
  };
}

function execIn({ pods = [] }: FakeObjects, at: string, question: readonly string[]): Executed {
  const pod = pods.find((one) => one.at === at);
  if (pod === undefined) return no(`Error from server (NotFound): pods "${at}" not found`);
  if (pod.exec !== undefined) return pod.exec;
  const text = /^ip6tables(?:-nft)?-save$/.test(question[0] ?? '') ? (pod.rules6 ?? '') : pod.rules;
  if (/^ip6?tables(?:-nft)?-save$/.test(question[0] ?? '') && text !== undefined) return { code: 0, out: text, err: '' };
  if (question.join(' ') === 'ip -json address') {
    const addresses = (pod.ips ?? ['10.244.1.7']).map((ip) => ({ local: ip, prefixlen: ip.includes(':') ? 128 : (pod.length ?? 32) }));
    return yes([
      { ifname: 'lo', addr_info: [{ local: '127.0.0.1', prefixlen: 8 }] },
      { ifname: 'eth0', addr_info: addresses },
    ]);
  }
  if (question.join(' ') === 'ip -4 -json route show table all') return yes([{ dst: 'default', gateway: '169.254.1.1', dev: 'eth0' }]);
  if (question.join(' ') === 'ip -6 -json route show table all' && (pod.ips ?? []).some((ip) => ip.includes(':')))
    return yes([{ dst: 'default', gateway: 'fe80::1', dev: 'eth0' }]);
  return { code: 126, out: '', err: `exec: "${question[0]}": executable file not found in $PATH: unknown` };
}

export const NO_SHELL: Executed = { code: 126, out: '', err: 'exec: "iptables-save": executable file not found in $PATH: unknown' };

function yes(value: unknown): Executed {
  return { code: 0, out: JSON.stringify(value), err: '' };
}

function no(err: string): Executed {
  return { code: 1, out: '', err: `${err}\n` };
}
