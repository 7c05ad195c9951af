/** Profiles of the proxies that a host names: what a mesh's profile says of a mesh. The first that takes what goes out names the
 *  answer; the others are judged beside it. */
import type { Host, Listener, OwnProxy } from '../host/host.ts';
import { OWN_NAME } from '../mesh/names.ts';
import type { MeshListener, MeshPlaces, MeshProfile } from '../mesh/profile.ts';
import { roleOf } from '../mesh/relay.ts';
import { PROTO } from '../packet/protocol.ts';

export function ownProfile(host: Host | undefined): MeshProfile | undefined {
  return host === undefined ? undefined : ownProfiles(host)[0];
}

/** One for each process, the first that takes what goes out before the others. */
export function ownProfiles(host: Host): readonly MeshProfile[] {
  const proxies = host.proxies ?? [];
  const main = proxies.find(({ takes }) => takes === 'outbound' || takes === 'any') ?? proxies[0];
  if (main === undefined) return [];
  const named = [main, ...proxies].filter(({ process }, at, all) => all.findIndex((one) => one.process === process) === at);
  const [first, ...others] = named.map((proxy) => profileOf(host, proxy));
  if (first === undefined) return [];
  // the claims on DNS are asked of the first, also where another proxy answers
  const dns = others.flatMap(({ listeners }) => listeners.filter(({ role }) => role === 'dns'));
  return [{ ...first, listeners: [...first.listeners, ...dns] }, ...others];
}

function profileOf(host: Host, proxy: OwnProxy): MeshProfile {
  const { process: name } = proxy;
  const listeners = host.listeners.filter(({ process, takes }) => process === name && takes !== undefined);
  const ids = host.processes.get(name) ?? { uid: 0, gid: 0 };
  return {
    name: OWN_NAME,
    title: name,
    process: { name, ...ids },
    listeners: listeners.flatMap(meshListener),
    blackholesOwnPort: listeners.every(({ closesOwnPort }) => closesOwnPort === true),
    chains: NO_CHAIN,
    places: NOWHERE,
    ...(proxy.mark !== 0 && { mark: markOf(proxy) }),
  };
}

function markOf({ mark }: OwnProxy): NonNullable<MeshProfile['mark']> {
  return { value: mark, mask: 0xffff_ffff };
}

const NO_CHAIN = /^$/;
/** Its rules are known by the ports to which they hand packets over, not by their chains. */
const NOWHERE: MeshPlaces = {
  inbound: { chain: NO_CHAIN, excludes: [] },
  outbound: { chain: NO_CHAIN, excludes: [] },
  dnsOverTcp: 'where redirected',
};

function meshListener(listener: Listener): readonly MeshListener[] {
  const { port, proto, process, dials, sends } = listener;
  const role = roleOf({}, listener);
  if (port === undefined || role === undefined) return [];
  const emits = dials === 'nothing' || sends === undefined ? {} : { emits: sends };
  return [{ port, protos: [proto === PROTO.tcp ? 'tcp' : 'udp'], role, title: process, ...emits }];
}
