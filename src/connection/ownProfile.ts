/** The profile of a proxy that the host names: what a mesh's profile says of a mesh. The first that takes what goes out is the one
 *  whose capture is checked; what the others send is followed as well. */
import type { Host, Listener, OwnProxy } from '../host/host.ts';
import { OWN_NAME } from '../mesh/names.ts';
import type { MeshListener, MeshPlaces, MeshProfile } from '../mesh/profile.ts';
import { roleOf } from '../mesh/relay.ts';
import { PROTO } from '../packet/protocol.ts';

export function ownProfile(host: Host | undefined): MeshProfile | undefined {
  const proxies = host?.proxies ?? [];
  const main = proxies.find(({ takes }) => takes === 'outbound' || takes === 'any') ?? proxies[0];
  if (host === undefined || main === undefined) return undefined;
  const listeners = host.listeners.filter(({ process, takes }) => process === main.process && takes !== undefined);
  const ids = host.processes.get(main.process) ?? { uid: 0, gid: 0 };
  return {
    name: OWN_NAME,
    title: main.process,
    process: { name: main.process, ...ids },
    listeners: listeners.flatMap(meshListener),
    blackholesOwnPort: listeners.every(({ closesOwnPort }) => closesOwnPort === true),
    chains: NO_CHAIN,
    places: NOWHERE,
    ...(main.mark !== 0 && { mark: markOf(main) }),
  };
}

function markOf({ mark }: OwnProxy): NonNullable<MeshProfile['mark']> {
  return { value: mark, mask: 0xffff_ffff };
}

const NO_CHAIN = /^$/;
/** Its rules are known by the ports to which they hand packets over, not by their chains. */
const NOWHERE: MeshPlaces = { inbound: { chain: NO_CHAIN, excludes: [] }, outbound: { chain: NO_CHAIN, excludes: [] } };

function meshListener(listener: Listener): readonly MeshListener[] {
  const { port, proto, process, dials, sends } = listener;
  const role = roleOf({}, listener);
  if (port === undefined || role === undefined) return [];
  const emits = dials === 'nothing' || sends === undefined ? {} : { emits: sends };
  return [{ port, protos: [proto === PROTO.tcp ? 'tcp' : 'udp'], role, title: process, ...emits }];
}
