/** The host that a text describes beside its rules, by what `ip`, `ss` and `sysctl` have printed there. */

import type { Host, Listener } from '../host/host.ts';
import type { HostChange } from '../host/hostChange.ts';
import type { HostDescription } from '../host/hostDescription.ts';
import { readHost } from '../host/readHost.ts';
import { enumeration } from '../lib/enumeration.ts';
import type { Assumption } from '../mesh/assumption.ts';
import { defaultHost } from '../mesh/defaultHost.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { descriptionOf, processesOf, ruleKeys, tablesOf } from '../syntax/host/description.ts';
import { type PrintedHost, saysOfHost } from '../syntax/host/printedHost.ts';

/** Undefined where not all of the rules have the same one, or it cannot be read. `usual`: what the text does not say. */
export function hostBeside(rulesets: readonly Ruleset[], usual: HostDescription = defaultHost()): Host | undefined {
  const around = printedAround(rulesets);
  const { host } = around && saysOfHost(around) ? readHost(besideUsual(around, usual)) : {};
  return host && around !== undefined && around.listeners.length > 0 ? { ...host, transparencyUnsaid: true } : host;
}

/** With the sets whose members stand beside rules; a description of the host comes before them. */
export function withSetsBeside(host: Host, rulesets: readonly Ruleset[]): Host {
  const sets = rulesets.flatMap(({ around }) => Object.entries(around?.sets ?? {}));
  return sets.length === 0 ? host : { ...host, sets: new Map([...sets, ...host.sets]) };
}

/** What the scripts among the texts do to their host, each once. */
export function changesBeside(rulesets: readonly Ruleset[]): readonly HostChange[] {
  // the rulesets of one text have the same; within a text a command may come again
  const seen = new Map(
    rulesets.flatMap(({ around }) => (around?.changes ? [[JSON.stringify(around.changes), around.changes] as const] : [])),
  );
  return [...seen.values()].flat();
}

export function assumptionOfChanges(changes: readonly HostChange[]): readonly Assumption[] {
  if (changes.length === 0) return [];
  const unknown = changes.flatMap((change) => (change.on === 'unknown' ? [`\`${change.text}\``] : []));
  const says = `what the text does to its host is carried out: ${changes.length} changes of addresses, routes, rules of routing and sysctls`;
  const open = unknown.length === 0 ? '' : `; not known is what these do, so that ways are undecided: ${unknown.slice(0, 3).join(', ')}`;
  return [{ about: 'host', says: says + open, options: ['--host'] }];
}

function printedAround(rulesets: readonly Ruleset[]): PrintedHost | undefined {
  const [first] = rulesets;
  const around = first?.around;
  return around === undefined || rulesets.some((one) => JSON.stringify(one.around) !== JSON.stringify(around)) ? undefined : around;
}

/** What is not told is as `usual` has it. */
export function besideUsual(around: PrintedHost, usual: HostDescription): HostDescription {
  const { description } = descriptionOf(around);
  const isSix = (text: string): boolean => text.startsWith('-6') || text.includes(':');
  const unsaid = (texts: readonly string[] = [], told: readonly number[]) => texts.filter((text) => !told.includes(isSix(text) ? 6 : 4));
  const { routes, route_tables } = tablesOf(around);
  const { ip_rules = [], ...rules } = ruleKeys(around);
  const { listeners = [] } = usual;
  return {
    ...usual,
    ...rules,
    ...(around.interfaces !== undefined && { interfaces: around.interfaces }),
    routes: around.interfaces === undefined ? [...unsaid(usual.routes, around.routesOf), ...routes] : (description.routes ?? []),
    ip_rules: [...ip_rules, ...unsaid(usual.ip_rules, around.rulesOf)],
    route_tables: { ...usual.route_tables, ...route_tables },
    sysctls: { ...usual.sysctls, ...around.sysctls },
    processes: { ...usual.processes, ...processesOf(around).processes },
    listeners: [...around.listeners, ...listeners.filter(({ proto }) => !around.listenersOf.some((told) => told === proto))],
  };
}

/** What stands beside the rules, and what is still assumed. */
export function assumptionBeside(rulesets: readonly Ruleset[]): Assumption {
  const around = printedAround(rulesets);
  const said = [
    ...(around?.interfaces === undefined ? [] : ['addresses']),
    ...((around?.routes.length ?? 0) === 0 ? [] : ['routes']),
    ...((around?.rules.length ?? 0) === 0 ? [] : ['rules of routing']),
    ...((around?.listenersOf.length ?? 0) === 0 ? [] : ['sockets']),
    ...(Object.keys(around?.sysctls ?? {}).length === 0 ? [] : ['sysctls']),
  ];
  const unsaid = [
    ...(around?.interfaces === undefined ? ['addresses are those of a pod'] : []),
    ...((around?.listenersOf.length ?? 0) < 2 ? ['who listens is not there: an application on every other port'] : []),
  ];
  return { about: 'host', says: [`${enumeration(said)} are those that stand beside the rules`, ...unsaid].join('; '), options: ['--host'] };
}

/** A host whose description does not say who listens, as `usual` has it; one that says so stays as it is. */
export function withUsualListeners(host: Host, usual: HostDescription): Host {
  if (host.listenersUnsaid !== true) return host;
  const { host: assumed } = readHost({ listeners: usual.listeners, processes: usual.processes });
  return assumed === undefined
    ? host
    : {
        ...host,
        // a proxy that the host names listens all the same
        listeners: withOthers(host.listeners, assumed.listeners),
        processes: new Map([...assumed.processes, ...host.processes]),
      };
}

/** What a description that names no interface says, on the host around the rules. */
export function withTold(around: Host, told: Host): Host {
  const { listeners, listenersUnsaid, processes, sysctls, sets, pods, proxies, fence, clock } = told;
  return {
    ...around,
    listeners: listenersUnsaid === true ? withOthers(listeners, around.listeners) : listeners,
    processes: new Map([...around.processes, ...processes]),
    sysctls: new Map([...around.sysctls, ...sysctls]),
    sets: new Map([...around.sets, ...sets]),
    ...(pods.length > 0 && { pods }),
    ...(proxies !== undefined && { proxies }),
    ...(fence !== undefined && { fence }),
    ...(clock !== undefined && { clock }),
  };
}

/** With those of `others` that listen at other ports. */
function withOthers(listeners: readonly Listener[], others: readonly Listener[]): readonly Listener[] {
  const isTaken = ({ proto, port }: Listener): boolean => listeners.some((own) => own.proto === proto && own.port === port);
  return [...listeners, ...others.filter((one) => !isTaken(one))];
}

/** Sockets to which rules hand packets by TPROXY are transparent: those of the proxies that a host names, and those of which it is not said. */
export function withTransparentSockets(host: Host, ports: readonly number[]): Host {
  const isHanded = ({ takes, port }: Listener): boolean =>
    (takes !== undefined || host.transparencyUnsaid === true) && port !== undefined && ports.includes(port);
  if (!host.listeners.some((one) => isHanded(one) && !one.transparent)) return host;
  return { ...host, listeners: host.listeners.map((one) => (isHanded(one) ? { ...one, transparent: true } : one)) };
}

/** `ss` does not say it. Of a mesh's proxy its profile does. */
export function assumptionOfTransparency(host: Host | undefined, ports: readonly number[]): readonly Assumption[] {
  const sockets = (host?.transparencyUnsaid === true ? host.listeners : []).flatMap(({ process, port, transparent, unnamed, takes }) => {
    const isUnsaid = !transparent && unnamed !== true && takes === undefined && !PROGRAMS.has(process);
    return isUnsaid && port !== undefined && ports.includes(port) ? [`\`${process}\` on port ${port}`] : [];
  });
  if (sockets.length === 0) return [];
  const says = `${enumeration([...new Set(sockets)])} has a transparent socket, as TPROXY hands packets to it; to any other they are lost`;
  return [{ about: 'host', says, options: ['`transparent` of a listener in --host'] }];
}

/** Programs that are a mesh's proxy. source: images of Istio, Linkerd, Kuma and Consul */
const PROGRAMS = new Set([
  'envoy',
  'pilot-agent',
  'ztunnel',
  'linkerd2-proxy',
  'kuma-dp',
  'consul-dataplan',
  'consul-dataplane',
  'coredns',
]);

/** `ss` names a program, or nobody: on ports where the mesh's proxy always listens that is the proxy. */
export function withProxyNamed(host: Host, { process: { name }, listeners }: MeshProfile): Host {
  if (host.listeners.some(({ process }) => process === name)) return host;
  const ports = new Set(listeners.map(({ port }) => port));
  const isProxy = ({ process, port, unnamed }: Host['listeners'][number]): boolean =>
    port !== undefined && ports.has(port) && (unnamed === true || PROGRAMS.has(process));
  if (!host.listeners.some(isProxy)) return host;
  return { ...host, listeners: host.listeners.map((one) => (isProxy(one) ? { ...one, process: name } : one)) };
}

export const LISTENERS_UNSAID: Assumption = {
  about: 'host',
  says: 'the host does not say who listens: the mesh where it always does, an application on every other port',
  options: ['`listeners` of --host'],
};
