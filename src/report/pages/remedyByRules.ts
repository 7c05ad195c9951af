/** What to do where the rules themselves show the cause: another program's rule comes first, nothing was written, or one rule of the mesh
 *  lacks an exception. */

import { toldWay } from '../../connection/legConnection.ts';
import { profileNamed } from '../../mesh/allProfiles.ts';
import { OWN_NAME } from '../../mesh/names.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { does, isCall, lastEffect } from '../../netfilter/everyEffect.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import { pointsOf, type RuleShape, rulesAt, shapeOf } from '../../ruleset/ruleShape.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { usesTransparent } from '../../ruleset/transparentPorts.ts';
import { REMEDIES } from '../generated/remedies.ts';
import { chainOf, LOGS_OF_WRITERS, REMEDIES_IN_MESH } from './remedyInMesh.ts';
import { remedyOfOwn } from './remedyOfOwn.ts';

export interface RemedyQuestion {
  readonly finding: Pick<Finding, 'claim' | 'blame' | 'witness' | 'verdict' | 'reason' | 'family' | 'page'>;
  /** of its family */
  readonly ruleset: Ruleset | undefined;
  /** name of the mesh */
  readonly profile: string | undefined;
}

/** About packets that are, or are not, to reach one of the proxy's listeners. */
const ABOUT_CAPTURE: readonly string[] = [
  'pod-captured',
  'no-redirect-loop',
  'proxy-egress-direct',
  'outbound-captured',
  'inbound-captured',
  'self-vip-captured',
  'loopback-preserved',
  'passthrough-returned',
  'health-ports-open',
  'tunnel-port-open',
  'dns-captured',
  'dns-proxy-direct',
  'excluded-bypass',
  'virtual-iface-rerouted',
];
const IS_CAPTURED: readonly string[] = [
  'outbound-captured',
  'inbound-captured',
  'self-vip-captured',
  'dns-captured',
  'virtual-iface-rerouted',
];

export function remedyByRules({ finding, ruleset, profile }: RemedyQuestion): string | undefined {
  const mesh = profile === undefined ? undefined : profileNamed(profile);
  const { claim, blame, witness } = finding;
  if (profile === OWN_NAME || (profile === undefined && claim === 'no-redirect-loop')) return remedyOfOwn(finding);
  if (mesh === undefined || ruleset === undefined) return undefined;
  if (claim === 'init-phase-reachable') return asProxy(claim, usersIn(ruleset)[0]);
  if (claim === 'conntrack-zone-symmetry') return oneZone(witness);
  if (!ABOUT_CAPTURE.includes(claim)) return undefined;
  if (!hasChains(ruleset, mesh)) {
    return IS_CAPTURED.includes(claim)
      ? `There are no rules of the mesh. Find out who should have written them: ${LOGS_OF_WRITERS[mesh.name]}.`
      : undefined;
  }
  const [deciding] = blame;
  if (deciding !== undefined && isForeign(deciding, mesh)) return instead(deciding, mesh, witness?.packet.dir);
  if (claim === 'tunnel-port-open' && !usesTransparent(ruleset)) return untouchedTunnel(mesh, witness?.packet.dir);
  if (claim === 'passthrough-returned' && !usesTransparent(ruleset)) {
    const { whenTransparent: _, ...redirecting } = mesh;
    return REMEDIES_IN_MESH[claim]?.(redirecting);
  }
  if (claim === 'self-vip-captured' && mesh.name === 'istio-sidecar' && usersIn(ruleset).length < 2) {
    return 'Keep the -o lo rule with ISTIO_IN_REDIRECT for the user of the proxy, before the RETURNs for lo.';
  }
  return undefined;
}

/** Undefined: the answer has no zone of its own, or it is not known. */
function oneZone(witness: Finding['witness']): string | undefined {
  const [leg] = witness?.paths[0]?.legs ?? [];
  const answer = leg && toldWay(leg)?.parts.find(({ direction }) => direction === 'reply');
  if (answer === undefined || !answer.walk.steps.some((step) => step.kind === 'rule' && does(step.rule, 'conntrack'))) return undefined;
  if (witness?.packet.dir === 'in')
    return 'Give the questions of guests the zone of the answers: `-i INTERFACE -p udp --dport 53 -j CT --zone N` in PREROUTING of table raw, for each interface of theirs.';
  return answer.walk.packet.dir === 'in'
    ? 'In OUTPUT of table raw give what table nat lets past the zone of its answers: `-j CT --zone N` for the same packets, before the rule for all questions.'
    : undefined;
}

function hasChains({ tables }: Ruleset, { chains }: MeshProfile): boolean {
  return [...tables.values()].some((table) => [...table.chains.values()].some(({ name, rules }) => chains.test(name) && rules.length > 0));
}

/** The page's own words, with the user that these rules let past. */
function asProxy(claim: string, user: number | undefined): string | undefined {
  return user === undefined ? undefined : REMEDIES[claim]?.replace('user 1337', `user ${user}`);
}

function usersIn(ruleset: Ruleset): readonly number[] {
  const exempt = rulesAt(ruleset, 'OUTPUT', 'nat').filter(({ rule }) => lastEffect(rule).kind === 'return');
  return pointsOf<number>(exempt, 'uid');
}

/** Neither in a chain of the mesh, nor one of those that the mesh writes into base chains: by interface, for its DNS and its own owner. */
function isForeign(rule: Rule, mesh: MeshProfile): boolean {
  if (isOfMesh(rule.chain, mesh)) return false;
  const { text } = rule;
  const effect = lastEffect(rule);
  if (isCall(effect)) return !isOfMesh(effect.chain, mesh);
  if (mesh.places.commented?.test(text) === true) return false;
  if (/--comment "?kuma\//.test(text)) return false;
  return !isWrittenInBase(shapeOf(rule), mesh);
}

function isOfMesh(chain: string, { chains, places }: MeshProfile): boolean {
  const word = /^[A-Z]+_/.exec(chain.toUpperCase().replace('-', '_'))?.[0];
  const words = /\b[A-Z]+_/g.exec(chains.source)?.[0];
  return (
    chains.test(chain) || places.inbound.chain.test(chain) || places.outbound.chain.test(chain) || (word !== undefined && word === words)
  );
}

function isWrittenInBase({ rule, has, hasNot }: RuleShape, { listeners }: MeshProfile): boolean {
  const effect = lastEffect(rule);
  if (has.has('uid') || has.has('gid') || hasNot.has('uid') || hasNot.has('gid')) return effect.kind === 'return';
  if (effect.kind === 'nat' || effect.kind === 'divert') {
    const port = effect.kind === 'divert' ? effect.port : effect.ports?.lo;
    return listeners.some((one) => one.port === port);
  }
  return effect.kind === 'return' && (has.has('iif') || has.has('oif'));
}

function instead(by: Rule, { places }: MeshProfile, dir: 'in' | 'out' | undefined): string {
  const rule = `${by.chain}#${by.number} in table ${by.table}`;
  const effect = lastEffect(by);
  const other = "it is not one of the mesh's";
  if (effect.kind === 'drop' || effect.kind === 'reject')
    return `Let ${rule} (${effect.kind === 'drop' ? 'DROP' : 'REJECT'}) spare these packets: ${other}.`;
  if (effect.kind === 'nat' && effect.manip === 'src') return `Let ${rule} leave alone what goes over lo (\`! -o lo\`): ${other}.`;
  const jump = chainOf((dir === 'out' ? places.outbound : places.inbound).chain);
  return `Let the jump to ${jump} come before ${rule}, or let that rule spare what the mesh captures: ${other}.`;
}

function untouchedTunnel(mesh: MeshProfile, dir: 'in' | 'out' | undefined): string | undefined {
  const port = mesh.listeners.find(({ role }) => role === 'tunnel')?.port;
  if (port === undefined || mesh.name !== 'istio-sidecar') return undefined;
  return dir === 'out'
    ? `Let the -o lo rules with ISTIO_IN_REDIRECT leave the port out (\`! --dport ${port}\`), as newer versions of Istio do.`
    : `Let \`-p tcp --dport ${port} -j RETURN\` be the first rule of ${chainOf(mesh.places.inbound.chain)}.`;
}
