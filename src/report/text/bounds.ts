/** How far a proof goes: said in the same line as every answer that is called proved. */
import type { MeshProfile } from '../../mesh/profile.ts';
import type { Family } from '../../packet/address.ts';

/** A packet counts as alone, and as the first of its connection. */
export const FIRST_PACKETS = 'first packets of connections';

export interface Bounds {
  readonly families: readonly Family[];
  /** absent: nobody described the host */
  readonly host?: 'given';
  readonly profile?: Pick<MeshProfile, 'title'> | undefined;
}

/** `IPv4, first packets of connections, an assumed pod, Istio sidecar`: a packet counts as alone, and as the first of its connection. */
export function boundsText({ families, host, profile }: Bounds): string {
  const named = [...families].sort().map((family) => `IPv${family}`);
  return [
    named.join(' and '),
    FIRST_PACKETS,
    host === 'given' ? 'the host given' : 'an assumed pod',
    profile === undefined ? 'no mesh' : profile.title,
  ].join(', ');
}
