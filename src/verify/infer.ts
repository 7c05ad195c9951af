/** The declaration that the rules themselves show, where nobody says otherwise. */
import type { MeshProfile } from '../mesh/profile.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Declaration } from './declaration.ts';

export function inferDeclaration(_ruleset: Ruleset, profile: MeshProfile | undefined): Declaration {
  return {
    proxyUids: profile === undefined ? [] : [profile.process.uid],
    proxyGids: profile === undefined ? [] : [profile.process.gid],
    excludedInboundPorts: [],
    excludedOutboundRanges: [],
    outboundPorts: [],
    excludedOutboundPorts: [],
    excludedInterfaces: [],
    virtualInterfaces: [],
    excludedGroups: [],
    dns: 'off',
    capturesInbound: true,
    capturesOutbound: true,
    tproxy: false,
    notes: [],
  };
}
