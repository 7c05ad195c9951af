/** The host that a text describes beside its rules, by what `ip` has printed there. */
import type { Host } from '../host/host.ts';
import type { HostDescription } from '../host/hostDescription.ts';
import { readHost } from '../host/readHost.ts';
import type { Assumption } from '../mesh/assumption.ts';
import { defaultHost } from '../mesh/defaultHost.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';

/** Undefined where not all of the rules have the same one, or it cannot be read. `usual`: who listens and runs, which `ip` does not say. */
export function hostBeside(rulesets: readonly Ruleset[], usual: HostDescription = defaultHost()): Host | undefined {
  const [first] = rulesets;
  const around = first?.around;
  if (around === undefined || rulesets.some((one) => JSON.stringify(one.around) !== JSON.stringify(around))) return undefined;
  const others = (usual.ip_rules ?? []).filter((rule) => around.ip_rules === undefined || rule.startsWith('-6'));
  const { host } = readHost({
    ...usual,
    ...around,
    ip_rules: [...(around.ip_rules ?? []), ...others],
    route_tables: { ...usual.route_tables, ...around.route_tables },
    sysctls: { ...usual.sysctls, ...around.sysctls },
  });
  return host;
}

export const BESIDE: Assumption = {
  about: 'host',
  says: 'addresses and routes are those that stand beside the rules; who listens is not there: an application on every other port',
  options: ['--host'],
};

/** A host whose description does not say who listens, as `usual` has it; one that says so stays as it is. */
export function withUsualListeners(host: Host, usual: HostDescription): Host {
  if (host.listenersUnsaid !== true) return host;
  const { host: assumed } = readHost({ listeners: usual.listeners, processes: usual.processes });
  return assumed === undefined
    ? host
    : { ...host, listeners: assumed.listeners, processes: new Map([...assumed.processes, ...host.processes]) };
}

export const LISTENERS_UNSAID: Assumption = {
  about: 'host',
  says: 'the host does not say who listens: the mesh where it always does, an application on every other port',
  options: ['`listeners` of --host'],
};
