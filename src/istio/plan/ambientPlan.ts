/** What the rules of ambient mode are built from, in one family. Traffic is distinguished by marks, not by users. */
import type { Family } from '../../packet/address.ts';
import type { Version } from '../settings/version.ts';

export interface AmbientPlan {
  readonly family: Family;
  readonly version: Version;
  readonly dns: boolean;
  /** inbound traffic is left alone */
  readonly ingress: boolean;
  readonly virtualInterfaces: readonly string[];
  /** the source that the node gives its probes */
  readonly probe: string;
}

/** of packets that ztunnel sends */
export const PROXY_MARK = '0x539';
/** of connections that ztunnel opened */
export const CONNECTION_MARK = '0x111';
export const MARK_MASK = '0xfff';

/** What is never captured. */
export function loopbackOf({ family }: Pick<AmbientPlan, 'family'>): string {
  return family === 4 ? '127.0.0.1/32' : '::1/128';
}
