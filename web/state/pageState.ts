/** All that the page shows and a link holds. */
import type { Outcome, ProfileName } from '../../src/api/library/index.ts';

export const TABS = ['trace', 'connection', 'claims', 'diff', 'find', 'json', 'mermaid'] as const;
export type TabName = (typeof TABS)[number];

export interface PageState {
  /** name of the text, as answers print it */
  readonly file: string;
  readonly rules: string;
  /** the other side of a comparison */
  readonly base: string;
  readonly packet: string;
  readonly podIp: string;
  readonly mesh: ProfileName;
  readonly family: '' | '4' | '6';
  readonly pod: string;
  readonly tab: TabName;
  readonly where: string;
  readonly outcome: Outcome;
}

export const USUAL_STATE: PageState = {
  file: 'pod.rules',
  rules: '',
  base: '',
  packet: 'out tcp -> 203.0.113.9:443 uid=1000',
  podIp: '',
  mesh: 'auto',
  family: '',
  pod: '',
  tab: 'trace',
  where: 'out tcp uid=!1337 gid=!1337',
  outcome: 'direct',
};

/** A name of every mesh, for the choice of one. */
export const MESH_TITLES: Readonly<Record<ProfileName, string>> = {
  auto: 'auto',
  none: 'none',
  'istio-sidecar': 'Istio sidecar',
  'istio-ambient': 'Istio ambient',
  linkerd: 'Linkerd',
  kuma: 'Kuma',
  consul: 'Consul',
};

/** Good and bad as people who run a mesh see it; a sign stands beside the colour. */
export const OUTCOME_SIGNS: Readonly<
  Record<Outcome, { readonly sign: string; readonly tone: 'good' | 'plain' | 'loop' | 'bad' | 'open' }>
> = {
  'captured-out': { sign: '●', tone: 'good' },
  'captured-in': { sign: '●', tone: 'good' },
  dns: { sign: '●', tone: 'good' },
  direct: { sign: '→', tone: 'plain' },
  'to-app': { sign: '→', tone: 'plain' },
  'to-proxy': { sign: '→', tone: 'plain' },
  forwarded: { sign: '→', tone: 'plain' },
  loop: { sign: '↻', tone: 'loop' },
  dropped: { sign: '✕', tone: 'bad' },
  rejected: { sign: '✕', tone: 'bad' },
  refused: { sign: '✕', tone: 'bad' },
  lost: { sign: '✕', tone: 'bad' },
  stalled: { sign: '‖', tone: 'bad' },
  undecided: { sign: '?', tone: 'open' },
};
