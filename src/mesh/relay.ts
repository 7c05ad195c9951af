/** Who takes connections and sends on for them: listeners of the mesh, and forwarders that the host names. */
import { canBind } from '../host/bind.ts';
import type { Host, Listener, Process, SocketEndpoint } from '../host/host.ts';
import { type Address, type Family, parseAddress } from '../packet/address.ts';
import type { Emission, MeshProfile } from './profile.ts';

export interface Relay {
  /** one process at one port; its listeners for TCP and UDP are one relay */
  readonly id: string;
  readonly port: number;
  readonly sender: Process & { readonly name: string };
  readonly sends: Pick<Emission, 'source' | 'mark'>;
  /** absent: where the connection was to go at first */
  readonly upstream?: SocketEndpoint;
  /** it closes a connection that is for its own port */
  readonly blackhole: boolean;
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
  const { port, process: name, forwards: upstream, transparent, address } = listener;
  if (port === undefined) return undefined;
  const own = profile?.process.name === name ? profile : undefined;
  const mesh = own?.listeners.find((one) => one.port === port);
  const onward = (transparent ? mesh?.transparent : undefined) ?? mesh?.emits;
  const process = host.processes.get(name) ?? own?.process;
  const sends = onward ?? (upstream === undefined ? undefined : { source: 'own', mark: 0 });
  if (sends === undefined || process === undefined) return undefined;
  return {
    id: [name, port, ...(upstream === undefined || address === undefined ? [] : [address])].join(' '),
    port,
    sender: { name, uid: process.uid, gid: process.gid },
    sends,
    ...(upstream !== undefined && { upstream }),
    blackhole: mesh !== undefined && own?.blackholesOwnPort === true,
  };
}

/** The host with the proxy's sockets as the mesh has them: whoever goes on from its client's address sends from those of other hosts. */
export function withTransparentProxy(around: RelayPlace): Host {
  const { host, profile } = around;
  const spoofs = relaysOf(around).find(({ sends, sender: { name } }) => sends.source === 'client' && name === profile?.process.name);
  if (spoofs === undefined || host.processes.get(spoofs.sender.name)?.transparent === true) return host;
  const { name, uid, gid } = spoofs.sender;
  return { ...host, processes: new Map([...host.processes, [name, { uid, gid, transparent: true }]]) };
}

/** Each once, the lowest port first. */
export function relaysOf(around: RelayPlace): readonly Relay[] {
  const byId = new Map(around.host.listeners.flatMap((listener) => relayOf(around, listener) ?? []).map((relay) => [relay.id, relay]));
  return [...byId.values()].sort((a, b) => a.port - b.port);
}
