/** Who takes connections and sends on for them: listeners of the mesh, own proxies and forwarders that the host names. */
import { canBind } from '../host/bind.ts';
import type { Dialled, Host, Listener, Process } from '../host/host.ts';
import { type Address, type Family, familyOf, parseAddress } from '../packet/address.ts';
import type { Emission, ListenerRole, MeshProfile } from './profile.ts';

export interface Relay {
  /** one process at one port; its listeners for TCP and UDP are one relay */
  readonly id: string;
  readonly port: number;
  readonly sender: Process & { readonly name: string };
  readonly sends: Pick<Emission, 'source' | 'mark'>;
  /** `original`: where the connection was to go at first */
  readonly dials: Exclude<Dialled, 'nothing'>;
  /** it closes a connection that is for its own port */
  readonly blackhole: boolean;
}

/** The destination of what it sends, as far as it is not the connection's own. Undefined: it sends nothing in this family. */
export function serverOf(
  { dials }: Pick<Relay, 'dials'>,
  family: Family,
): { readonly address?: Address; readonly port?: number } | undefined {
  if (dials === 'original') return {};
  if (dials === 'app') return { address: family === 4 ? 0x7f00_0001 : 1n };
  return familyOf(dials.address) === family ? dials : undefined;
}

/** Its source where it is one address; undefined where the kernel would not let it have that one. */
export function literalSource({ sends: { source } }: Relay, family: Family, host: Host): Address | undefined {
  const literal = typeof source === 'object' ? parseAddress(source[family]) : undefined;
  return literal !== undefined && canBind(host, literal) ? literal : undefined;
}

export interface RelayPlace {
  readonly host: Host;
  readonly profile?: MeshProfile | undefined;
}

/** What a process sends follows from its socket, not from how a packet came to it. Undefined: it answers itself. */
export function relayOf({ host, profile }: RelayPlace, listener: Listener): Relay | undefined {
  const { port, process: name, dials: said, sends: how, transparent, address, closesOwnPort } = listener;
  if (port === undefined || said === 'nothing') return undefined;
  const own = profile?.process.name === name ? profile : undefined;
  const mesh = own?.listeners.find((one) => one.port === port);
  const onward = said === undefined ? ((transparent ? mesh?.transparent : undefined) ?? mesh?.emits) : undefined;
  const process = host.processes.get(name) ?? own?.process;
  const sends = onward ?? (said === undefined ? undefined : (how ?? { source: 'own', mark: 0 }));
  if (sends === undefined || process === undefined) return undefined;
  const dials = said ?? 'original';
  return {
    id: [name, port, ...(typeof dials !== 'object' || address === undefined ? [] : [address])].join(' '),
    port,
    sender: { name, uid: process.uid, gid: process.gid },
    sends,
    dials,
    blackhole: closesOwnPort === true || (said === undefined && mesh !== undefined && own?.blackholesOwnPort === true),
  };
}

/** Where the mesh's proxy sends from the addresses of its clients, its process is given transparent sockets: no other socket can send from
 *  an address that the host does not have. */
export function withTransparentProxy(around: RelayPlace): Host {
  const { host, profile } = around;
  const spoofs = relaysOf(around).find(({ sends, sender: { name } }) => sends.source === 'client' && name === profile?.process.name);
  if (spoofs === undefined || host.processes.get(spoofs.sender.name)?.transparent === true) return host;
  const { name, uid, gid } = spoofs.sender;
  return { ...host, processes: new Map([...host.processes, [name, { uid, gid, transparent: true }]]) };
}

/** What a listener is there for: in the mesh, or as a proxy that the host names. Undefined: it is the application's. */
export function roleOf({ profile }: Pick<RelayPlace, 'profile'>, { process, port, takes }: Listener): ListenerRole | undefined {
  const mesh = process === profile?.process.name ? profile.listeners.find((one) => one.port === port) : undefined;
  return mesh?.role ?? (takes === 'any' ? 'outbound' : takes);
}

/** Each once, the lowest port first. */
export function relaysOf(around: RelayPlace): readonly Relay[] {
  const byId = new Map(around.host.listeners.flatMap((listener) => relayOf(around, listener) ?? []).map((relay) => [relay.id, relay]));
  return [...byId.values()].sort((a, b) => a.port - b.port);
}
