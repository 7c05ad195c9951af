/** The one choice of mesh, host and proxy for rules: every command, the library and the matchers ask here. */

import { changedHost } from '../host/changedHost.ts';
import type { Host } from '../host/host.ts';
import type { HostDescription } from '../host/hostDescription.ts';
import { withLength, withPodAddress } from '../host/podAddress.ts';
import { readHost } from '../host/readHost.ts';
import { invariant } from '../lib/invariant.ts';
import { detectProfile, PROFILES, profileNamed } from '../mesh/allProfiles.ts';
import type { Assumption } from '../mesh/assumption.ts';
import { defaultHost } from '../mesh/defaultHost.ts';
import { MACHINE_USER } from '../mesh/machine.ts';
import { OWN_NAME } from '../mesh/names.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { withTransparentProxy } from '../mesh/relay.ts';
import { type Family, familyOf, type Prefix } from '../packet/address.ts';
import { interfacesInRules } from '../ruleset/interfacesInRules.ts';
import { signOfOtherHost } from '../ruleset/notPod.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { transparentPorts } from '../ruleset/transparentPorts.ts';
import { type AskedSet, assumedHost, hostAssumption, type PinnedAddress, type PlacedHost, pinnedAddress } from './assumedHost.ts';
import { bridgeAssumptions } from './bridgeAssumption.ts';
import { excerptAssumptions } from './excerpts.ts';
import {
  assumptionBeside,
  assumptionOfChanges,
  assumptionOfTransparency,
  changesBeside,
  hostBeside,
  LISTENERS_UNSAID,
  withProxyNamed,
  withSetsBeside,
  withTold,
  withTransparentSockets,
  withUsualListeners,
} from './hostBeside.ts';
import { ipvsAssumptions } from './ipvsAssumption.ts';
import { ownProfile } from './ownProfile.ts';
import { type ChosenIdentity, chooseIdentity, profileOfProxy, type SaidIdentity, showsIdentity } from './proxyIdentity.ts';

/** What is given about the place of rules. */
export interface GivenPlace {
  /** absent: a pod, as the mesh of the rules sets it up */
  readonly host?: Host;
  /** addresses of the pod where there is no host, at most one of each family */
  readonly podIps?: readonly Prefix[];
  /** name of a profile, `none`, or `auto`, which is meant when it is absent: by the chains, and by who listens on the host */
  readonly profile?: string;
  readonly proxyUid?: number;
  readonly proxyGid?: number;
  /** of which a running pod has no address, so that nothing has to be said of them without rules */
  readonly absentFamilies?: readonly Family[];
}

export interface SettingQuestion {
  /** of one pod or machine, both families; of a comparison those of both sides */
  readonly rulesets: readonly Ruleset[];
  readonly given: GivenPlace;
  /** the rules that show who the proxy is, where that is not given and none exempts the usual one; absent, or where they show
   *  none: all. Of a comparison those of the base: other rules do not change who the proxy is */
  readonly shownBy?: readonly Ruleset[];
  /** of one side of a comparison those of both */
  readonly beside?: readonly Ruleset[];
  /** the requested packets, where that is known: an address that they all go to is the pod's */
  readonly where?: AskedSet | undefined;
}

export interface ChosenSetting extends PlacedHost {
  /** absent: no mesh */
  readonly profile?: MeshProfile;
  /** who the proxy is, beside the place itself, which `placeAssumptions` tells */
  readonly assumptions: readonly Assumption[];
  /** the same mesh and host with the profile's proxy, where the proxy was taken from the rules */
  readonly usual?: { readonly profile: MeshProfile; readonly host: Host; readonly identity: ChosenIdentity };
}

export function chooseSetting(question: SettingQuestion): ChosenSetting {
  const chosen = settingOf(question);
  const read = [...excerptAssumptions(question.rulesets), ...machineAssumption(question)];
  return read.length === 0 ? chosen : { ...chosen, assumptions: [...read, ...chosen.assumptions] };
}

/** Rules of a virtual machine let its proxy past by a number that was taken for its user's. */
function machineAssumption({ rulesets, given }: SettingQuestion): readonly Assumption[] {
  return given.proxyUid === undefined && rulesets.some(({ source }) => source.machine === true) ? [MACHINE_USER] : [];
}

function settingOf({ rulesets, given, shownBy, beside = rulesets, where }: SettingQuestion): ChosenSetting {
  const told = given.host?.placeUnsaid === true ? undefined : given.host;
  const isDescribed = told === undefined && (given.podIps ?? []).length === 0 && hostBeside(rulesets) !== undefined;
  const pinned = told === undefined && !isDescribed ? pinnedIn(rulesets, given.podIps ?? [], where) : undefined;
  const podIps = [...(given.podIps ?? []), ...(pinned === undefined ? [] : [withLength(pinned.address)])];
  const silent = told?.listenersUnsaid === true ? [LISTENERS_UNSAID] : [];
  const changes = changesBeside(rulesets);
  const placeSaid = isDescribed ? [assumptionBeside(rulesets)] : pinned === undefined ? silent : [pinned.assumption];
  const families = podIps.map(({ address }) => familyOf(address));
  const place = told === undefined && !isDescribed ? { assumed: assumedHost(rulesets, families) } : {};
  const described = given.host ?? (isDescribed ? hostBeside(rulesets) : undefined);
  const transparency = assumptionOfTransparency(described, transparentPorts(rulesets));
  const said = [...placeSaid, ...assumptionOfChanges(changes), ...transparency];
  const placed = (profile: MeshProfile | undefined): Host => {
    const usual = told === undefined ? hostOf(rulesets, profile, podIps) : withUsualListeners(told, usualHost(rulesets, profile));
    const around = told === undefined && given.host !== undefined ? withTold(usual, given.host) : usual;
    const host = withTransparentSockets(around, transparentPorts(rulesets));
    return withSetsBeside(changes.length === 0 ? host : changedHost(host, changes), rulesets);
  };
  const found = meshOf(rulesets, given);
  if (found === undefined) return { ...place, host: placed(undefined), assumptions: said };
  // who a proxy is that the host names, the host says
  if (found.name === OWN_NAME)
    return { ...place, host: withTransparentProxy({ host: placed(undefined), profile: found }), profile: found, assumptions: said };
  const ports = transparentPorts(rulesets);
  const runs = given.host?.processes.get(found.process.name);
  const named: SaidIdentity = { uid: given.proxyUid ?? runs?.uid, gid: given.proxyGid ?? runs?.gid };
  const showing = shownBy !== undefined && showsIdentity(shownBy, found) ? shownBy : beside;
  const identity = chooseIdentity({ profile: found, rulesets: beside, shownBy: showing, said: named, transparent: ports.length > 0 });
  const profile = identity.taken.length === 0 ? found : profileOfProxy(found, identity);
  const around = withProxyNamed(placed(profile), profile);
  const host = withTransparentProxy({ host: withProxy(around, found, identity), profile });
  if (identity.taken.length === 0) return { ...place, host, profile, assumptions: said };
  return {
    ...place,
    host,
    profile,
    assumptions: [...said, identityAssumption(identity)],
    usual: { profile: found, host: withTransparentProxy({ host: withProxy(around, found, identity.usual), profile: found }), identity },
  };
}

function pinnedIn(rulesets: readonly Ruleset[], podIps: readonly Prefix[], where: AskedSet | undefined): PinnedAddress | undefined {
  if (where?.terms === undefined || where.terms.length === 0) return undefined;
  const known = podIps.map(({ address }) => familyOf(address));
  return pinnedAddress(hostOf(rulesets, undefined, podIps), where, known);
}

/** What an answer about all packets rests on. */
export function placeAssumptions({ host, assumed, assumptions }: ChosenSetting, rulesets: readonly Ruleset[]): readonly Assumption[] {
  const families = [...new Set(rulesets.map(({ family }) => family))].sort();
  return [
    ...(assumed === undefined ? [] : hostAssumption(host, assumed, ...families)),
    ...bridgeAssumptions(host, families),
    ...ipvsAssumptions(host),
    ...assumptions,
  ];
}

function identityAssumption({ uid, gid, usual }: ChosenIdentity): Assumption {
  const says = `the proxy runs as uid ${uid} and gid ${gid}, as the rules let these past; usual is uid ${usual.uid} and gid ${usual.gid}`;
  return { about: 'proxy-identity', says, options: ['--proxy-uid', '--proxy-gid', '--host'] };
}

function withProxy(host: Host, { process: { name, ...usual } }: MeshProfile, { uid, gid }: ChosenIdentity['usual']): Host {
  const runs = host.processes.get(name) ?? usual;
  if (runs.uid === uid && runs.gid === gid) return host;
  return { ...host, processes: new Map([...host.processes, [name, { uid, gid }]]) };
}

function meshOf(rulesets: readonly Ruleset[], { profile = 'auto', host }: GivenPlace): MeshProfile | undefined {
  return profile === 'auto' ? (meshOfChains(rulesets) ?? ownProfile(host) ?? listeningMesh(host)) : profileNamed(profile);
}

/** The mesh whose chains the rules have. */
function meshOfChains(rulesets: readonly Ruleset[]): MeshProfile | undefined {
  return detectProfile(rulesets.flatMap(({ tables }) => [...tables.values()].flatMap(({ chains }) => [...chains.keys()])));
}

/** Rules without chains of a mesh on a host where its proxy listens: the pod is not enrolled. */
function listeningMesh(host: Host | undefined): MeshProfile | undefined {
  const listens = ({ process, listeners }: MeshProfile, isAsked: (one: MeshProfile['listeners'][number]) => boolean): boolean =>
    listeners.filter(isAsked).every(({ port }) => host?.listeners.some((one) => one.process === process.name && one.port === port));
  const usual = PROFILES.find((profile) => {
    const runs = host?.processes.get(profile.process.name);
    const known = [profile.process, profile.whenTransparent?.process].some((one) => one?.uid === runs?.uid && one?.gid === runs?.gid);
    return known && listens(profile, ({ role }) => role === 'outbound' || role === 'inbound');
  });
  // one that runs as another user is known by all of its ports
  return usual ?? PROFILES.find((profile) => profile.mark === undefined && listens(profile, () => true));
}

/** A pod as the mesh sets it up, with the transparent sockets that the rules' TPROXY targets need. It passes packets on where the
 *  rules are not a pod's. `podIps`: its addresses, instead of the usual ones of their family. */
function hostOf(rulesets: readonly Ruleset[], profile: MeshProfile | undefined, podIps: readonly Prefix[]): Host {
  const usual = usualHost(rulesets, profile);
  const described = hostBeside(rulesets, usual);
  if (described !== undefined && podIps.length === 0) return described;
  const { host, problems } = readHost(usual);
  invariant(host !== undefined, `the default host is wrong: ${problems.join('; ')}`);
  if (podIps.length === 0) return { ...host, assumed: true };
  return podIps.reduce((known, prefix) => withPodAddress(known, prefix), host);
}

/** What is assumed of a host that no text describes. */
export function assumedDescription(rulesets: readonly Ruleset[]): HostDescription {
  return usualHost(rulesets, meshOfChains(rulesets));
}

function usualHost(rulesets: readonly Ruleset[], profile: MeshProfile | undefined): HostDescription {
  const forwards = signOfOtherHost(rulesets) !== undefined;
  return defaultHost({
    ...(profile === undefined ? {} : { profile }),
    transparentPorts: transparentPorts(rulesets),
    forwards,
    ...(forwards && { interfaces: interfacesInRules(rulesets).map(({ name, addresses }) => ({ name, addresses })) }),
  });
}
