/** Which packets are treated differently when another approach writes a pod's rules. Sidecars are compared for all packets.
 *  Between a sidecar and ambient the proxy is another program, so there it is the application's packets, each up to its first end. */

import { lookupsOf } from '../connection/bounds.ts';
import { type DiffScene, diffRulesets, type RulesetsDiff } from '../diff/rulesets.ts';
import type { Host } from '../host/host.ts';
import { readHost } from '../host/readHost.ts';
import { invariant } from '../lib/invariant.ts';
import { defaultHost } from '../mesh/defaultHost.ts';
import { istioAmbient } from '../mesh/istioAmbient.ts';
import { istioSidecar } from '../mesh/istioSidecar.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { parsePacketSet } from '../syntax/packets/parsePacketSet.ts';

export interface Approached {
  readonly ambient: boolean;
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
}

export interface ApproachDiff extends RulesetsDiff {
  /** compared up to the first end, where a listener of the mesh is known by its port */
  readonly firstLeg: boolean;
}

export function compareApproaches(base: Approached, head: Approached, limits?: DiffScene['limits']): ApproachDiff {
  const asked = limits === undefined ? {} : { limits };
  if (base.ambient === head.ambient) {
    const profile = base.ambient ? istioAmbient : istioSidecar;
    return { ...diffRulesets(base.rulesets, head.rulesets, { host: base.host, profile, ...asked }), firstLeg: false };
  }
  const sidecar = base.ambient ? head : base;
  const host = bothMeshes(sidecar.host);
  const [proxy] = [host.processes.get(istioSidecar.process.name)];
  const diffs = APPLICATION(proxy?.uid ?? 1337, proxy?.gid ?? 1337, podAddress(host)).map((where) =>
    diffRulesets(base.rulesets, head.rulesets, { host, where: setOf(where), firstLeg: true, ...asked }),
  );
  return {
    diffs: diffs.flatMap((one) => one.diffs),
    notes: [...new Set(diffs.flatMap(({ notes }) => notes))],
    ...lookupsOf([...base.rulesets, ...head.rulesets]),
    firstLeg: true,
  };
}

/** What the application sends, and what comes to the pod: first packets, as they are before anybody marks them. */
const APPLICATION = (uid: number, gid: number, address: string): readonly string[] => [
  `out tcp uid=!${uid} gid=!${gid} mark=0 flags=S`,
  `out udp uid=!${uid} gid=!${gid} mark=0`,
  `in tcp -> ${address} mark=0 flags=S`,
];

function podAddress({ interfaces }: Host): string {
  const address = interfaces.find(({ name }) => name === 'eth0')?.addresses.find((one) => typeof one.address === 'number')?.address;
  const number = Number(address ?? 0);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

function setOf(text: string): NonNullable<ReturnType<typeof parsePacketSet>['set']> {
  const { set } = parsePacketSet({ file: 'where', text });
  invariant(set !== undefined, `\`${text}\` is not a valid packet set`);
  return set;
}

/** The policy routing of both meshes; a rule of one does not touch packets of the other, whose marks differ. */
function bothMeshes(host: Host): Host {
  const { host: ambient } = readHost(defaultHost({ profile: istioAmbient }));
  invariant(ambient !== undefined, 'the default host of ambient mode is wrong');
  const known = new Set(host.routes.map(({ table }) => table));
  return {
    ...host,
    routes: [...host.routes, ...ambient.routes.filter(({ table }) => !known.has(table))],
    rules: [...host.rules, ...ambient.rules.filter(({ priority }) => !host.rules.some((one) => one.priority === priority))],
  };
}
