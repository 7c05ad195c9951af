/** What a Service or a pod is to a packet: an address of one family and a port.
 *  https://kubernetes.io/docs/concepts/services-networking/service/ */
import type { Complaint } from '../../lib/complaint.ts';
import { type Address, type Family, familyOf, formatAddress, parseAddress } from '../../packet/address.ts';
import { type ClusterObject, type ClusterObjects, listOf, partOf, textOf } from './clusterObject.ts';

/** What the packet says of the end that has a name. */
export interface EndWanted {
  /** as it is written: `svc/reviews` */
  readonly text: string;
  /** number or name; absent: the packet names none */
  readonly port?: string;
  /** in lower case */
  readonly proto: string;
  /** of the packet's other end, or of its protocol */
  readonly family?: Family;
  /** where a port that is left out is the object's */
  readonly isDestination: boolean;
}

export interface EndFound {
  readonly address: string;
  readonly family: Family;
  readonly port?: string;
  /** what follows `assumed` */
  readonly says: string;
}

export async function serviceEnd(service: ClusterObject, wanted: EndWanted, objects: ClusterObjects): Promise<EndFound | Complaint> {
  const { text } = wanted;
  const name = textOf(service, 'spec', 'externalName');
  if (textOf(service, 'spec', 'type') === 'ExternalName')
    return {
      message: `${text} is another name for \`${name}\` (ExternalName), and no DNS is asked`,
      help: `write the address (\`getent hosts ${name}\` in the pod)`,
    };
  const own = partOf(service, 'spec', 'clusterIP');
  if (own === 'None') return headlessEnd(service, wanted, objects);
  const listed = partOf(service, 'spec', 'clusterIPs');
  const addresses = addressesOf(Array.isArray(listed) && listed.length > 0 ? listed : [own]);
  if (addresses.length === 0)
    return {
      message: `${text} has no clusterIP: it is given when the Service is applied`,
      help: 'write the address: `kubectl get svc` shows it, `kubectl get svc -o yaml` is a file that has it',
    };
  const address = ofFamily(addresses, wanted);
  if ('message' in address) return address;
  const port = servicePort(service, wanted, (one) => numberOf(one.port));
  if ('message' in port) return port;
  return { ...address, ...port, says: `${address.address} is ${[text, ...port.notes, ...address.notes].join(', ')}` };
}

/** The name of a headless Service stands for the addresses of its pods, and for their ports. */
async function headlessEnd(service: ClusterObject, wanted: EndWanted, objects: ClusterObjects): Promise<EndFound | Complaint> {
  const selector = partOf(service, 'spec', 'selector');
  const name = textOf(service, 'metadata', 'name') ?? '';
  const labels = Object.entries(typeof selector === 'object' && selector !== null ? selector : {}).map(([key, value]) => [
    key,
    String(value),
  ]);
  const slices = `\`kubectl get endpointslices -l kubernetes.io/service-name=${name}\` lists its addresses`;
  if (labels.length === 0) return { message: `${wanted.text} is headless and selects no pods: it has no address of its own`, help: slices };
  const pods = await objects.pods(Object.fromEntries(labels), textOf(service, 'metadata', 'namespace'));
  if ('message' in pods) return pods;
  const ready = pods.filter((pod) => listOf(pod, 'status', 'conditions').some(({ type, status }) => type === 'Ready' && status === 'True'));
  const [pod] = [...(ready.length > 0 ? ready : pods)].filter((one) => podAddressesOf(one).length > 0);
  if (pod === undefined) return { message: `${wanted.text} is headless, and no pod of it with an address is known`, help: slices };
  const address = ofFamily(podAddressesOf(pod), wanted);
  if ('message' in address) return address;
  const port = servicePort(service, wanted, ({ targetPort, port: usual }) => portOfPod(pod, targetPort ?? usual));
  if ('message' in port) return port;
  const which = `headless: its pod ${textOf(pod, 'metadata', 'name')}${pods.length > 1 ? `, one of ${pods.length}` : ''}`;
  return { ...address, ...port, says: `${address.address} is ${[wanted.text, which, ...port.notes, ...address.notes].join(', ')}` };
}

export function podEnd(pod: ClusterObject, wanted: EndWanted): EndFound | Complaint {
  const addresses = podAddressesOf(pod);
  if (addresses.length === 0)
    return { message: `${wanted.text} has no address yet`, help: '`kubectl get pods -o wide` shows the addresses of pods' };
  const address = ofFamily(addresses, wanted);
  if ('message' in address) return address;
  const { port } = wanted;
  const number = port === undefined || isNumber(port) ? port : portOfPod(pod, port);
  if (port !== undefined && number === undefined) {
    const names = listOf(pod, 'spec', 'containers').flatMap((one) =>
      listOf(one, 'ports').flatMap(({ name }) => (typeof name === 'string' ? [name] : [])),
    );
    return {
      message: `${wanted.text} has no port called \`${port}\``,
      help: names.length === 0 ? 'write its number' : `its ports are called ${names.join(', ')}`,
    };
  }
  const shared = partOf(pod, 'spec', 'hostNetwork') === true ? ["the node's address"] : [];
  const named = number === port ? [] : [`port ${port} is ${number}`];
  return {
    ...address,
    ...(number !== undefined && { port: number }),
    says: `${address.address} is ${[wanted.text, ...named, ...shared, ...address.notes].join(', ')}`,
  };
}

function podAddressesOf(pod: ClusterObject): readonly Address[] {
  const listed = listOf(pod, 'status', 'podIPs').map(({ ip }) => ip);
  return addressesOf(listed.length > 0 ? listed : [partOf(pod, 'status', 'podIP')]);
}

function addressesOf(texts: readonly unknown[]): readonly Address[] {
  return texts.flatMap((text) => (typeof text === 'string' ? (parseAddress(text) ?? []) : []));
}

function ofFamily(
  addresses: readonly Address[],
  { family, text }: EndWanted,
): { readonly address: string; readonly family: Family; readonly notes: readonly string[] } | Complaint {
  const found = family === undefined ? addresses[0] : addresses.find((one) => familyOf(one) === family);
  if (found === undefined)
    return {
      message: `${text} has no IPv${family} address: ${addresses.map(formatAddress).join(', ')}`,
      help: 'both ends of a packet are of one family',
    };
  const others = addresses.filter((one) => one !== found).map(formatAddress);
  return {
    address: formatAddress(found),
    family: familyOf(found),
    notes: others.length === 0 ? [] : [`which has ${others.join(', ')} too`],
  };
}

interface FoundPort {
  readonly port?: string;
  readonly notes: readonly string[];
}

function servicePort(
  service: ClusterObject,
  wanted: EndWanted,
  numberFor: (port: ClusterObject) => string | undefined,
): FoundPort | Complaint {
  const { port, proto, text, isDestination } = wanted;
  const all = listOf(service, 'spec', 'ports');
  const ports = all.filter((one) => (textOf(one, 'protocol') ?? 'TCP').toLowerCase() === proto);
  const listed = all.map(portText).join(', ');
  const isPlain = !['tcp', 'udp', 'sctp'].includes(proto) || !isDestination;
  if (port === undefined && isPlain) return { notes: [] };
  if (port === undefined) {
    const [only] = ports;
    const number = only === undefined || ports.length > 1 ? undefined : numberFor(only);
    if (number !== undefined) return { port: number, notes: [`whose one ${proto} port is ${number}`] };
    return ports.length === 0
      ? { message: `${text} has no ${proto} port: ${listed === '' ? 'it has none' : `it has ${listed}`}`, help: `write one: ${text}:PORT` }
      : {
          message: `${text} has several ports: ${listed}`,
          help: `write one: ${text}:${textOf(ports[0], 'name') ?? numberOf(ports[0]?.port)}`,
        };
  }
  if (isNumber(port)) {
    const isThere = isPlain || ports.some((one) => numberOf(one.port) === port);
    return { port, notes: isThere ? [] : [`which has no ${proto} port ${port} (it has ${listed === '' ? 'none' : listed})`] };
  }
  if (!/^[a-z0-9-]+$/i.test(port)) return { port, notes: [] };
  const named =
    ports.find((one) => textOf(one, 'name') === port) ?? (proto === '' ? all.find((one) => textOf(one, 'name') === port) : undefined);
  const number = named && numberFor(named);
  if (number === undefined)
    return { message: `${text} has no ${proto} port called \`${port}\``, help: listed === '' ? 'it has no ports' : `it has ${listed}` };
  return { port: number, notes: [`port ${port} is ${number}`] };
}

function portText(port: ClusterObject): string {
  const name = textOf(port, 'name');
  return `${name === undefined ? '' : `${name} `}${numberOf(port.port)}/${(textOf(port, 'protocol') ?? 'TCP').toLowerCase()}`;
}

/** `http`, or a number, of the pod's containers. */
function portOfPod(pod: ClusterObject, port: unknown): string | undefined {
  if (typeof port !== 'string' || isNumber(port)) return numberOf(port);
  const ports = listOf(pod, 'spec', 'containers').flatMap((container) => listOf(container, 'ports'));
  return numberOf(ports.find(({ name }) => name === port)?.containerPort);
}

function numberOf(port: unknown): string | undefined {
  return typeof port === 'number' || (typeof port === 'string' && isNumber(port)) ? String(port) : undefined;
}

function isNumber(port: string): boolean {
  return /^\d+$/.test(port);
}
