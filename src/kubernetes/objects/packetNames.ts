/** Names of Services and pods in a packet, or in a set of packets: `out tcp -> svc/reviews:http`, `reviews.shop.svc.cluster.local:9080`,
 *  `pod/web-0:8080`. Each is replaced by its address, and what was taken for it is said.
 *  https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ */
import type { Complaint } from '../../lib/complaint.ts';
import { type Family, familyOf, parseAddress, parsePrefix } from '../../packet/address.ts';
import type { ClusterObjects } from './clusterObject.ts';
import { type EndFound, podEnd, serviceEnd } from './endOfPacket.ts';

export interface NamedPacket {
  readonly text: string;
  /** what follows `assumed`, for each name */
  readonly says: readonly string[];
}

export interface PacketNames {
  readonly objects: ClusterObjects;
  /** in which names without one are; absent: that of the context */
  readonly namespace?: string | undefined;
}

/** A text without names comes back as it is. */
export async function withAddresses(text: string, { objects, namespace }: PacketNames): Promise<NamedPacket | Complaint> {
  const words = wordsOf(text);
  const ends = endsOf(words);
  const named = ends.flatMap((end) => {
    const name = nameIn(words[end.at] ?? '', namespace);
    return name === undefined ? [] : [{ ...end, name }];
  });
  if (named.length === 0) return { text, says: [] };
  const proto = words.map((word) => word.toLowerCase()).find((word) => /^(?:tcp|udp|sctp|icmp|icmpv6)$/.test(word)) ?? '';
  let family: Family | undefined = familyIn(ends, words) ?? (proto === 'icmpv6' ? 6 : proto === 'icmp' ? 4 : undefined);
  const says: string[] = [];
  for (const { at, isDestination, name } of named) {
    const found = await endOf(name, { proto, isDestination, ...(family !== undefined && { family }) }, objects);
    if ('message' in found) return found;
    family = found.family;
    words[at] = `${name.negated ? '!' : ''}${endText(found)}`;
    says.push(found.says);
  }
  return { text: words.join(''), says };
}

/** Words and the blanks between them; an arrow is a word of its own. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/\s*(?:-?->|[→⇒])\s*/g, ' -> ')
    .split(/(\s+)/)
    .filter((word) => word !== '');
}

interface End {
  readonly at: number;
  readonly isDestination: boolean;
}

/** Around an arrow, or after -d and -s. */
function endsOf(words: readonly string[]): readonly End[] {
  const isWord = (at: number) => (words[at] ?? '').trim() !== '';
  const next = (at: number) => words.findIndex((_, index) => index > at && isWord(index));
  const arrow = words.indexOf('->');
  if (arrow >= 0) {
    const before = words.findLastIndex((_, index) => index < arrow && isWord(index));
    const ends = [{ at: next(arrow), isDestination: true }, ...(before > 0 ? [{ at: before, isDestination: false }] : [])];
    return ends.filter(({ at }) => at >= 0 && !PLAIN.test(words[at] ?? ''));
  }
  // options have the port apart
  const isEnd = (word: string) => /^(?:-[ds]|--(?:dst|destination|src|source))$/.test(word);
  return words.flatMap((word, at) => (isEnd(word) && next(at) >= 0 ? [{ at: next(at), isDestination: false }] : []));
}

/** Directions and protocols, where a source may stand. */
const PLAIN = /^(?:in|out|inbound|outbound|ingress|egress|any|all|tcp|udp|sctp|icmp|icmpv6|ah|esp|gre|[0-9]+)$/i;

interface Name {
  readonly kind: 'service' | 'pod';
  readonly name: string;
  readonly namespace: string | undefined;
  readonly port?: string;
  /** as it is told: `svc/reviews` */
  readonly text: string;
  /** of a set */
  readonly negated: boolean;
  /** as it is written, where it may as well be the name of another host */
  readonly host?: string;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const OBJECT = new RegExp(`^(!?)(svc|services?|po|pods?)/(?:(${LABEL})/)?((?:${LABEL}\\.)*${LABEL})\\.?(?::(\\S+))?$`, 'i');
const HOST = new RegExp(`^(!?)((?:${LABEL}\\.)*${LABEL})\\.?(?::([^:\\s]+))?$`, 'i');

function nameIn(word: string, namespace: string | undefined): Name | undefined {
  const [object, negated, kind = '', space, name = '', port] = OBJECT.exec(word) ?? [];
  if (object !== undefined) {
    const isPod = /^po/i.test(kind);
    const parts = isPod || space !== undefined ? { name, namespace: space ?? namespace } : serviceOf(name.split('.'), namespace);
    if (parts === undefined) return undefined;
    return {
      kind: isPod ? 'pod' : 'service',
      ...parts,
      ...(port !== undefined && { port }),
      text: objectText(isPod ? 'pod' : 'svc', parts, namespace),
      negated: negated === '!',
    };
  }
  const [host, not, hostName = '', hostPort] = HOST.exec(word) ?? [];
  if (host === undefined || !/[a-z]/i.test(hostName) || hostName === 'localhost' || parseAddress(hostName) !== undefined) return undefined;
  const labels = hostName.toLowerCase().split('.');
  const ofPod = podOf(labels);
  const parts = ofPod ?? serviceOf(labels, namespace);
  if (parts === undefined) return undefined;
  return {
    kind: ofPod === undefined ? 'service' : 'pod',
    ...parts,
    ...(hostPort !== undefined && { port: hostPort }),
    text: objectText(ofPod === undefined ? 'svc' : 'pod', parts, namespace),
    negated: not === '!',
    host: hostName,
  };
}

function objectText(kind: string, { name, namespace }: Pick<Name, 'name' | 'namespace'>, own: string | undefined): string {
  return `${kind}/${name}${namespace === own || namespace === undefined ? '' : ` in ${namespace}`}`;
}

/** `reviews`, `reviews.shop`, `reviews.shop.svc`, `reviews.shop.svc.cluster.local` */
function serviceOf(labels: readonly string[], namespace: string | undefined): Pick<Name, 'name' | 'namespace'> | undefined {
  const svc = labels.indexOf('svc');
  const [name = '', space, ...more] = svc < 0 ? labels : labels.slice(0, svc);
  return more.length > 0 || name === '' ? undefined : { name, namespace: space ?? namespace };
}

/** `web-0.reviews.shop.svc.cluster.local`: a pod of a StatefulSet by its Service. */
function podOf(labels: readonly string[]): Pick<Name, 'name' | 'namespace'> | undefined {
  const [pod = '', , space] = labels;
  return labels.indexOf('svc') === 3 ? { name: pod, namespace: space } : undefined;
}

type Around = { readonly proto: string; readonly isDestination: boolean; readonly family?: Family };

async function endOf(
  { kind, name, namespace, port, text, host }: Name,
  around: Around,
  objects: ClusterObjects,
): Promise<EndFound | Complaint> {
  const object = await objects.object(kind, name, namespace);
  const wanted = { ...around, text, ...(port !== undefined && { port }) };
  if ('found' in object) return kind === 'pod' ? podEnd(object.found, wanted) : serviceEnd(object.found, wanted, objects);
  if (host === undefined) return object;
  return {
    message: `\`${host}\` is a name, and no DNS is asked: ${object.message}`,
    help: `give the address (\`getent hosts ${host}\`), or name an object: svc/NAME, svc/NAMESPACE/NAME, pod/NAME`,
  };
}

/** Of an end that is an address. */
function familyIn(ends: readonly End[], words: readonly string[]): Family | undefined {
  return ends.flatMap(({ at }) => {
    const [, bracketed, plain] = /^!?(?:\[([^\]]+)\].*|(.*))$/.exec(words[at] ?? '') ?? [];
    const host = bracketed ?? plain ?? '';
    const prefix = parsePrefix(host) ?? parsePrefix(host.replace(/:[^:]*$/, ''));
    return prefix === undefined ? [] : [familyOf(prefix.address)];
  })[0];
}

function endText({ address, port, family }: EndFound): string {
  if (port === undefined) return address;
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
