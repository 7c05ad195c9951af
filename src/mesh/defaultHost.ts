/** The host that is assumed when none is given: a pod, with what the mesh adds to it, or a router, with the interfaces that its rules name. */
import type { HostDescription, InterfaceDescription, ListenerDescription, ProcessDescription } from '../host/hostDescription.ts';
import type { MeshProfile } from './profile.ts';

export interface DefaultHostOptions {
  readonly profile?: MeshProfile;
  /** the rules hand packets to transparent sockets on these ports (TPROXY) */
  readonly transparentPorts?: readonly number[];
  /** the rules are of a machine that passes packets on */
  readonly forwards?: boolean;
  /** that the rules name, beside lo and eth0 */
  readonly interfaces?: readonly InterfaceDescription[];
}

export function defaultHost({
  profile,
  transparentPorts = [],
  forwards = false,
  interfaces = [],
}: DefaultHostOptions = {}): HostDescription {
  const additions = [profile?.always, transparentPorts.length > 0 ? profile?.whenTransparent : undefined].filter(
    (one) => one !== undefined,
  );
  return {
    interfaces: [
      { name: 'lo', addresses: profile?.loopbackSource === undefined ? [] : [profile.loopbackSource[6]] },
      { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] },
      ...interfaces.filter(({ name }) => name !== 'lo' && name !== 'eth0'),
    ],
    routes: ['default via 10.244.0.1 dev eth0', 'default via fd00:10:244::1 dev eth0'],
    ...(forwards ? { sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' } } : {}),
    ip_rules: additions.flatMap(({ ip_rules }) => ip_rules),
    route_tables: Object.fromEntries(additions.flatMap(({ route_tables }) => Object.entries(route_tables))),
    listeners: [...meshListeners(profile, transparentPorts), { proto: 'tcp', process: 'app' }, { proto: 'udp', process: 'app' }],
    processes: {
      app: { uid: 1000, gid: 1000 },
      ...(profile === undefined ? {} : { [profile.process.name]: identity(profile, transparentPorts.length > 0) }),
    },
  };
}

function meshListeners(profile: MeshProfile | undefined, transparentPorts: readonly number[]): readonly ListenerDescription[] {
  const listeners = profile === undefined ? [] : profile.listeners.flatMap((one) => listenersOf(one, profile, transparentPorts));
  // a TPROXY rule without a mesh still needs its socket, or it drops everything
  const others = transparentPorts.filter((port) => !listeners.some((one) => one.port === port));
  return [
    ...listeners,
    ...others.flatMap((port) => ['tcp', 'udp'].map((proto) => ({ proto, port, process: 'transparent proxy', transparent: true }))),
  ];
}

function listenersOf(
  { port, protos, loopback }: MeshProfile['listeners'][number],
  { process: { name: process } }: MeshProfile,
  transparentPorts: readonly number[],
): readonly ListenerDescription[] {
  const transparent = transparentPorts.includes(port);
  const addresses = loopback === true ? ['127.0.0.1', '::1'] : [undefined];
  return protos.flatMap((proto) =>
    addresses.map((address) => ({ proto, port, process, transparent, ...(address === undefined ? {} : { address }) })),
  );
}

function identity({ process, whenTransparent }: MeshProfile, transparent: boolean): ProcessDescription {
  const { uid, gid } = (transparent ? whenTransparent?.process : undefined) ?? process;
  return { uid, gid };
}
