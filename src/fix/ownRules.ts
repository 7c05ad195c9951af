/** The rules that the mesh itself would have written, in its order: what may have got lost. */

import type { Host } from '../host/host.ts';
import { renderRequest } from '../istio/render/request.ts';
import { rulesText } from '../istio/render/rulesText.ts';
import { OWN_NAME } from '../mesh/names.ts';
import type { KnownMesh, MeshProfile } from '../mesh/profile.ts';
import type { Family } from '../packet/address.ts';
import type { Declaration } from '../prove/inferred/declaration.ts';
import { everyRule } from '../ruleset/everyRule.ts';
import { readRules } from '../ruleset/readRules.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { OTHER_MESH_RULES } from './otherMeshRules.ts';

export interface OwnRulesQuestion {
  readonly profile: MeshProfile;
  readonly declared: Declaration;
  readonly family: Family;
  readonly host: Host;
}

/** As iptables-save prints them. Exclusions are not among them: they are not known. */
export function ownRules({ profile: mesh, declared, family, host }: OwnRulesQuestion): readonly Rule[] {
  const { name } = mesh;
  const text = name === OWN_NAME ? lettingPast(host) : ownText({ ...mesh, name }, declared, family);
  const { rulesets } = readRules({ file: 'rules of the mesh', text }, { family });
  return rulesets
    .filter((one) => one.family === family)
    .slice(0, 1)
    .flatMap(everyRule);
}

/** What a proxy of one's own sends, by its mark or its user; and what is for the host itself, which TPROXY may not take. */
function lettingPast({ proxies = [], processes }: Host): string {
  const known = proxies.flatMap(({ process, mark }) => {
    const uid = processes.get(process)?.uid ?? 0;
    if (mark !== 0) return [`-m mark --mark 0x${mark.toString(16)}`];
    return uid === 0 ? [] : [`-m owner --uid-owner ${uid}`];
  });
  const sent = [...new Set(known)].map((match) => `-A OUTPUT ${match} -j RETURN`);
  const arriving = '-A PREROUTING -m addrtype --dst-type LOCAL -j RETURN';
  return ['*nat', ...sent, 'COMMIT', '*mangle', ...sent, arriving, 'COMMIT', ''].join('\n');
}

function ownText(profile: KnownMesh, declared: Declaration, family: Family): string {
  const { name, process } = profile;
  if (name !== 'istio-sidecar' && name !== 'istio-ambient') {
    const lines = OTHER_MESH_RULES[name].map((line) => forFamily(line.replace('UID', String(process.uid)), family));
    const chains = [...new Set(lines.flatMap((line) => line.match(/(?<=^-A |-j )[A-Z_]*_[A-Z_]+/g) ?? []))];
    return ['*nat', ...chains.map((chain) => `:${chain} -`), ...lines, 'COMMIT', ''].join('\n');
  }
  const host = { ipv6: family === 6, addresses: family === 6 ? ['2001:db8::1'] : ['10.0.0.1'] };
  if (name === 'istio-ambient') {
    const settings = { redirectDNS: declared.dns !== 'off', ingressMode: !declared.capturesInbound };
    return rendered(renderRequest({ mode: 'ambient', settings: { file: 'settings', text: JSON.stringify(settings) }, host }));
  }
  const ids = (list: readonly number[]): string => list.join(',');
  const args = [
    ...['-u', ids(declared.proxyUids), '-g', ids(declared.proxyGids), '-m', declared.tproxy ? 'TPROXY' : 'REDIRECT'],
    ...['-i', '*', '-b', '*', '-d', '15090,15021,15020'],
    ...(declared.dns === 'off' ? [] : ['--redirect-dns', '--capture-all-dns']),
  ];
  return rendered(renderRequest({ args, host }));
}

function rendered({ rendered: rules }: ReturnType<typeof renderRequest>): string {
  return rules === undefined ? '' : rulesText(rules);
}

function forFamily(line: string, family: Family): string {
  return family === 4 ? line : line.replace('127.0.0.6/32', '::6/128').replace('127.0.0.1/32', '::1/128');
}
