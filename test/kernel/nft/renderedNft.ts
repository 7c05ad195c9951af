/** Random settings of Istio, rendered as commands of nft and given to the real nft: who loads them, and how each rule is listed. */
import fc from 'fast-check';
import type { SettingsObject } from '../../../src/api/arbitraries/settings.ts';
import { render } from '../../../src/api/library/index.ts';
import { nftSettings } from '../../istio/law/nativeSettings.ts';
import { compareTexts } from './lines/compareTexts.ts';

export interface RenderedNft {
  readonly loaded: number;
  /** settings that nft refuses, and chainwalk as well */
  readonly refused: number;
  /** settings of which chainwalk and nft say different things */
  readonly problems: readonly string[];
}

const SETS = [4, 6].map((family) => `add set inet istio-ambient-nat istio-inpod-probes-v${family} { type ipv${family}_addr ; }\n`).join('');

export function compareRenderedNft(count: number, seed: number): RenderedNft {
  const samples = fc.sample(nftSettings, { numRuns: count, seed }).map(byNumber);
  const texts = samples.map(textOf);
  const { loaded, refused, differences } = compareTexts(texts.map((text) => ({ text, rule: '' })));
  const problems = differences.map(
    ({ text, ours, theirs }) => `${JSON.stringify(samples[texts.indexOf(text.text)])}\n  chainwalk: ${ours}\n  nft: ${theirs}`,
  );
  return { loaded, refused, problems };
}

/** nft looks the names of groups up in /etc/group; chainwalk keeps them. */
function byNumber(settings: SettingsObject): SettingsObject {
  return JSON.parse(JSON.stringify(settings).replaceAll('root', '0').replaceAll('daemon', '1')) as SettingsObject;
}

/** With the sets that the agent of the node has made before. */
function textOf(settings: SettingsObject): string {
  const { nft = '' } = render(settings);
  return settings.mode === 'ambient-host' ? `add table inet istio-ambient-nat\n${SETS}${nft}` : nft;
}
