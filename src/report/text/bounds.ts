/** How far a proof goes: said in the same line as every answer that is called proved. */
import type { Bounds } from '../../connection/bounds.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import type { Family } from '../../packet/address.ts';

/** A packet counts as alone, and as the first of its connection. */
export const FIRST_PACKETS = 'first packets of connections';

/** The handshake or the first answer, and data both ways. */
export const CONNECTIONS = 'connections with their data';

/** And ICMP errors about them, FIN and RST. */
export const WHOLE_CONNECTIONS = 'whole connections';

const MOST_HOSTS = 2;

/** `first packets of connections over IPv4, an assumed pod at 10.244.0.5`: a packet counts as alone, and as the first of its connection. */
export function boundsText(bounds: Bounds): string {
  const { families } = bounds;
  return [`${packetsText(bounds)}${families.length === 0 ? '' : ` over ${familiesText(families)}`}`, ...hostsText(bounds)].join(', ');
}

/** `IPv4, first packets of connections, an assumed pod at 10.244.0.5, no mesh` */
export function boundsInMesh(bounds: Bounds, profile: Pick<MeshProfile, 'title'> | undefined): string {
  const mesh = profile === undefined ? 'no mesh' : profile.title;
  return [familiesText(bounds.families), packetsText(bounds), ...hostsText(bounds), mesh].join(', ');
}

function packetsText({ narrowed, ofApplication, ofConnections, lookedUpApart }: Bounds): string {
  const packets = ofConnections === undefined ? FIRST_PACKETS : ofConnections === 'data' ? CONNECTIONS : WHOLE_CONNECTIONS;
  const apart = lookedUpApart === true ? ' (of those that conntrack knows one way only, whether they open)' : '';
  return `${packets}${apart}${ofApplication === true ? ' of the application' : ''}${narrowed === true ? ' in the requested set' : ''}`;
}

function hostsText({ hosts }: Bounds): readonly string[] {
  const more = hosts.length - MOST_HOSTS;
  return hosts.length === 0 ? [] : [[...hosts.slice(0, MOST_HOSTS), ...(more > 0 ? [`${more} more`] : [])].join(' and ')];
}

/** `; IPv4 has no rules; IPv6 is not checked`, or empty. */
export function unjudgedText({ families, unjudged, unruled = [] }: Bounds, verb = 'checked'): string {
  const without = unruled.length === 0 ? '' : `; ${familiesText(unruled)} has no rules`;
  if (unjudged.length === 0) return without;
  const partly = unjudged.every((family) => families.includes(family));
  return `${without}; ${familiesText(unjudged)} is not ${verb}${partly ? ' of all' : ''}`;
}

function familiesText(families: readonly Family[]): string {
  return [...families]
    .sort()
    .map((family) => `IPv${family}`)
    .join(' and ');
}
