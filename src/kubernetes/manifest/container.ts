/** A container of a pod: what matters for who may send what, and when. */
import type { Span } from '../../syntax/text/source.ts';
import { at, entriesOf, type Located, type Node, stringAt } from '../yaml/node.ts';
import { expectMaps, type FieldReading, readField, readIdField, readItems } from './shape.ts';

/** init: runs to its end before the next one starts; sidecar: an init container that stays (restartPolicy Always). */
export type ContainerRole = 'init' | 'sidecar' | 'app';

export interface Container {
  readonly name: Located<string>;
  readonly role: ContainerRole;
  readonly image?: string;
  readonly runAsUser?: Located<number>;
  readonly runAsGroup?: Located<number>;
  readonly args: readonly Located<string>[];
  /** a variable from elsewhere (`valueFrom`) has no value here */
  readonly env: ReadonlyMap<string, Located<string | undefined> & { readonly nameSpan?: Span }>;
  /** capabilities that are added */
  readonly capabilities: readonly string[];
  readonly probes: readonly Probe[];
  /** numbers of its ports by their names */
  readonly ports: ReadonlyMap<string, number>;
}

export interface Probe {
  readonly kind: 'livenessProbe' | 'readinessProbe' | 'startupProbe';
  readonly how: 'httpGet' | 'tcpSocket' | 'grpc' | 'exec';
  /** a number, or the name of a port */
  readonly port?: Located<string | number>;
}

export function readContainer(reading: FieldReading, node: Node, role: 'init' | 'app'): Container | undefined {
  const name = readField(reading, { node, path: ['name'], type: 'string' });
  if (name === undefined) {
    if (at(node, 'name') === undefined) reading.report({ kind: 'not-loadable', message: 'a container has no `name`', span: node.span });
    return undefined;
  }
  expectMaps(reading, node, ['securityContext', ...PROBE_KINDS]);
  readItems(reading, node, ['command']);
  const image = stringAt(node, 'image');
  const runAsUser = readIdField(reading, node, ['securityContext', 'runAsUser']);
  const runAsGroup = readIdField(reading, node, ['securityContext', 'runAsGroup']);
  return {
    name,
    role: role === 'init' && stringAt(node, 'restartPolicy') === 'Always' ? 'sidecar' : role,
    ...(image === undefined ? {} : { image }),
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
    args: readItems(reading, node, ['args']).flatMap((arg) => readArg(reading, arg)),
    env: readEnv(reading, node),
    capabilities: readItems(reading, node, ['securityContext', 'capabilities', 'add']).flatMap((one) =>
      one.kind === 'scalar' ? [String(one.value)] : [],
    ),
    probes: readProbes(reading, node),
    ports: readPorts(reading, node),
  };
}

function readArg({ source, report }: FieldReading, node: Node): readonly Located<string>[] {
  // as for the API server, null is the empty string
  if (node.kind === 'scalar' && (typeof node.value === 'string' || node.value === null)) {
    return [{ value: node.value ?? '', source, span: node.span }];
  }
  const text = node.kind === 'scalar' ? `\`${String(node.value)}\`` : `a ${node.kind}`;
  report({ kind: 'not-loadable', message: `an argument has to be a string, not ${text}`, span: node.span, help: 'put it in quotes' });
  return [];
}

function readEnv(reading: FieldReading, container: Node): Container['env'] {
  const { source, report } = reading;
  const env = new Map<string, Located<string | undefined> & { readonly nameSpan?: Span }>();
  for (const item of readItems(reading, container, ['env'])) {
    const name = stringAt(item, 'name');
    if (name === undefined) continue;
    const value = at(item, 'value');
    if (value !== undefined && (value.kind !== 'scalar' || typeof value.value !== 'string')) {
      const found = value.kind === 'scalar' ? `\`${String(value.value)}\`, a ${typeof value.value}` : `a ${value.kind}`;
      const message = `the value of variable \`${name}\` has to be a string, not ${found}`;
      report({ kind: 'not-loadable', message, span: value.span, help: 'the API server refuses it; put it in quotes' });
    }
    const text = at(item, 'valueFrom') === undefined ? (stringAt(item, 'value') ?? '') : undefined;
    env.set(name, { value: text, source, span: (value ?? item).span, nameSpan: (at(item, 'name') ?? item).span });
  }
  return env;
}

function readPorts(reading: FieldReading, node: Node): ReadonlyMap<string, number> {
  return new Map(
    readItems(reading, node, ['ports']).flatMap((item): (readonly [string, number])[] => {
      const port = at(item, 'containerPort');
      const name = stringAt(item, 'name');
      return name !== undefined && port?.kind === 'scalar' && typeof port.value === 'number' ? [[name, port.value]] : [];
    }),
  );
}

const PROBE_KINDS = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const PROBE_HOWS = ['httpGet', 'tcpSocket', 'grpc', 'exec'] as const;

function readProbes({ source }: FieldReading, node: Node): readonly Probe[] {
  return PROBE_KINDS.flatMap((kind): Probe[] => {
    const probe = at(node, kind);
    const how = PROBE_HOWS.find((one) => entriesOf(probe).some(({ key }) => key === one));
    if (how === undefined) return [];
    const port = at(probe, how, 'port');
    const known = port?.kind === 'scalar' && (typeof port.value === 'number' || typeof port.value === 'string');
    return [{ kind, how, ...(known ? { port: { value: port.value as string | number, source, span: port.span } } : {}) }];
  });
}
