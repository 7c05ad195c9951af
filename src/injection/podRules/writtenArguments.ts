/** Arguments of istio-init in a pod that was injected. To take one back is to give istio-init what injection would:
 *  the last of several equal flags counts, so it is given once more. */

import { readWords } from '../../istio/settings/readArgs.ts';
import { findFlag, type SourceLocation } from '../../istio/settings/settingSource.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';
import { STATUS } from '../configuration/annotations.ts';
import { containerOf, type Facts, isInjected } from '../facts/facts.ts';
import { injectedSettings } from './initSettings.ts';
import { withContainer } from './without.ts';
import type { WrittenSetting } from './written.ts';

const INIT = 'istio-init';
const FROM = `argument of ${INIT}`;

export function writtenArguments(facts: Facts): readonly WrittenSetting[] {
  const init = containerOf(facts.pod, INIT);
  if (facts.approach !== 'init' || !isInjected(facts.pod) || init === undefined) return [];
  const words = init.args.map(({ value, source, span }) => ({ text: value, place: { source, span } }));
  const { given } = readWords(words, facts.version);
  const usual = new Map(usualSettings(facts).map(({ name, value }) => [name, value]));
  const last = new Map(given.map((one) => [one.name, one]));
  const other = [...last.values()].filter(({ name, value }) => usual.get(name) !== value);
  const missing = [...usual].filter(([name, value]) => !last.has(name) && value !== '');
  return [
    ...other.flatMap(({ name, value, place }) => [
      // an empty value got lost, and the flag took the next one for it
      ...(value.startsWith('-') ? [{ setting: `--${name}`, value, from: FROM, place, without: withoutWord(place) }] : []),
      {
        setting: `--${name}`,
        value,
        from: FROM,
        place,
        without: withArgument(name, usual.get(name) ?? String(findFlag(name)?.default ?? '')),
      },
    ]),
    ...missing.map(([name, value]) => ({
      setting: `--${name}`,
      value: '',
      missing: true as const,
      from: FROM,
      place: placeOf(init.name),
      without: withArgument(name, value),
    })),
  ];
}

/** What injection would pass for this pod if its annotations said nothing. */
function usualSettings(facts: Facts): ReturnType<typeof injectedSettings> {
  const containers = facts.pod.containers.filter(({ name }) => name.value !== INIT);
  const annotations = new Map([...facts.pod.annotations].filter(([name]) => name !== STATUS && !name.includes('istio.io/')));
  return injectedSettings({ ...facts, pod: { ...facts.pod, containers, annotations } }).filter(({ by }) => by === 'flag');
}

function withoutWord({ source, span }: SourceLocation): WrittenSetting['without'] {
  return (facts) =>
    withContainer(facts, INIT, (init) => ({
      ...init,
      args: init.args.filter((word) => word.source !== source || word.span.start !== span.start),
    }));
}

function withArgument(name: string, value: string): WrittenSetting['without'] {
  return (facts) =>
    withContainer(facts, INIT, (init) => ({ ...init, args: [...init.args, { ...init.name, value: `--${name}=${value}` }] }));
}

function placeOf({ source, span }: Located<unknown>): SourceLocation {
  return { source, span };
}
