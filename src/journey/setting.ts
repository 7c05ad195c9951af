/** The mesh and the host to assume for rules that came without them. */
import type { Host } from '../host/host.ts';
import { withPodAddress } from '../host/podAddress.ts';
import { readHost } from '../host/readHost.ts';
import { invariant } from '../lib/invariant.ts';
import { defaultHost } from '../mesh/defaultHost.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { detectProfile } from '../mesh/profiles.ts';
import type { Prefix } from '../packet/address.ts';
import { signOfOtherHost } from '../ruleset/notPod.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';

/** The mesh whose chains the rules have. */
export function profileOf(rulesets: readonly Ruleset[]): MeshProfile | undefined {
  return detectProfile(rulesets.flatMap(({ tables }) => [...tables.values()].flatMap(({ chains }) => [...chains.keys()])));
}

/** A pod as the mesh sets it up, with the transparent sockets that the rules' TPROXY targets ask for. It passes packets on where the
 *  rules are not a pod's. `podIps`: its addresses, instead of the usual ones of their family. */
export function hostOf(rulesets: readonly Ruleset[], profile: MeshProfile | undefined, podIps: readonly Prefix[] = []): Host {
  const { host, problems } = readHost(
    defaultHost({
      ...(profile === undefined ? {} : { profile }),
      transparentPorts: transparentPorts(rulesets),
      forwards: signOfOtherHost(rulesets) !== undefined,
    }),
  );
  invariant(host !== undefined, `the default host is wrong: ${problems.join('; ')}`);
  if (podIps.length === 0) return { ...host, assumed: true };
  return podIps.reduce((known, prefix) => withPodAddress(known, prefix), host);
}

/** Ports that TPROXY targets name; 0 stands for the packet's own. */
export function transparentPorts(rulesets: readonly Ruleset[]): readonly number[] {
  const ports = new Set<number>();
  for (const { tables } of rulesets) {
    for (const { rules } of tables.get('mangle')?.chains.values() ?? []) {
      for (const { effect } of rules) if (effect.kind === 'divert' && effect.port !== 0) ports.add(effect.port);
    }
  }
  return [...ports];
}
