/** The host that is assumed when none is given: a pod, with what the mesh adds to it. */
import type { MeshProfile } from './profile.ts';

export interface DefaultHostOptions {
  readonly profile?: MeshProfile;
  /** the rules hand packets to transparent sockets on these ports (TPROXY) */
  readonly transparentPorts?: readonly number[];
  /** the rules are of a machine that passes packets on */
  readonly forwards?: boolean;
}

/** A host description in the form that `readHost` reads. */
export type HostDescription = Readonly<Record<string, unknown>>;

export function defaultHost({ profile, transparentPorts = [], forwards = false }: DefaultHostOptions = {}): HostDescription {
  const additions = [profile?.always, transparentPorts.length > 0 ? profile?.whenTransparent : undefined].filter(
    (one) => one !== undefined,
  );
  return {
    interfaces: [
      { name: 'lo', addresses: profile?.loopbackSource === undefined ? [] : [profile.loopbackSource[6]] },
      { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] },
    ],
    routes: ['default via 10.244.0.1 dev eth0', 'default via fd00:10:244::1 dev eth0'],
    ...(forwards ? { sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' } } : {}),
    ip_rules: additions.flatMap(({ ip_rules }) => ip_rules),
    route_tables: Object.assign({}, ...additions.map(({ route_tables }) => route_tables)) as unknown,
    listeners: [...meshListeners(profile, transparentPorts), { proto: 'tcp', process: 'app' }, { proto: 'udp', process: 'app' }],
    processes: {
      app: { uid: 1000, gid: 1000 },
      ...(profile === undefined ? {} : { [profile.process.name]: identity(profile, transparentPorts.length > 0) }),
    },
  };
}

function meshListeners(profile: MeshProfile | undefined, transparentPorts: readonly number[]): readonly unknown[] {
  const listeners = (profile?.listeners ?? []).flatMap(({ port, protos, loopback }) =>
    protos.flatMap((proto) =>
      (loopback === true ? ['127.0.0.1', '::1'] : [undefined]).map((address) => ({
        proto,
        port,
        process: profile?.process.name,
        transparent: transparentPorts.includes(port),
        ...(address === undefined ? {} : { address }),
      })),
    ),
  );
  // a TPROXY rule without a mesh still needs its socket, or it drops everything
  const others = transparentPorts.filter((port) => !listeners.some((one) => one.port === port));
  return [
    ...listeners,
    ...others.flatMap((port) => ['tcp', 'udp'].map((proto) => ({ proto, port, process: 'transparent proxy', transparent: true }))),
  ];
}

function identity({ process, whenTransparent }: MeshProfile, transparent: boolean): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = (transparent ? whenTransparent?.process : undefined) ?? process;
  return { uid, gid };
}
