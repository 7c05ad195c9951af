/** Random settings of Istio, rendered and given to the real iptables: they load, and chainwalk reads and prints them as iptables-save does. */
import fc from 'fast-check';
import { istioSettings, type SettingsObject } from '../../src/api/arbitraries/settings.ts';
import { render } from '../../src/api/library/index.ts';
import { print } from '../../src/ruleset/print.ts';
import { resolve } from '../../src/ruleset/resolve.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import type { Backend } from './iptables.ts';
import { BACKENDS, loadAll } from './iptables.ts';

export interface RenderedOptions {
  readonly count: number;
  readonly seed: number;
}

export interface RenderedResult {
  /** documents that were loaded, each by one backend */
  readonly loaded: number;
  /** settings and what is wrong with what was made of them */
  readonly problems: readonly string[];
}

const SETS = [4, 6].map(
  (family) => `ipset create istio-inpod-probes-v${family} hash:ip family ${family === 4 ? 'inet' : 'inet6'} || exit 1`,
);
const BATCH = 50;

export function compareRendered({ count, seed }: RenderedOptions): RenderedResult {
  const samples = fc.sample(istioSettings(), { numRuns: count, seed });
  const documents = samples.flatMap(documentsOf);
  const problems = documents.flatMap(({ problem }) => problem ?? []);
  for (let at = 0; at < documents.length; at += BATCH) {
    const batch = documents.slice(at, at + BATCH);
    for (const backend of BACKENDS) problems.push(...compareBatch(batch, backend));
  }
  return { loaded: documents.length * BACKENDS.length, problems };
}

/** What rules alone do not tell, and all that may be said of them. */
const UNKNOWN_HERE = /^(?:group name|the members of ipset) /;

interface RenderedDocument {
  readonly settings: SettingsObject;
  readonly family: 4 | 6;
  readonly text: string;
  /** as chainwalk prints it */
  readonly printed: string;
  readonly problem?: string;
}

function documentsOf(settings: SettingsObject): readonly RenderedDocument[] {
  const { v4, v6 } = render(settings);
  const families = [4, 6] as const;
  return [v4, v6].flatMap((text, index): readonly RenderedDocument[] => {
    if (text === '') return [];
    const family = families[index] ?? 4;
    const { rulesets, diagnostics } = parseRules({ file: 'rendered', text }, { family });
    const resolved = rulesets.map((node) => resolve(node));
    const said = [...diagnostics, ...resolved.flatMap((one) => one.diagnostics)].map(({ message }) => message);
    const complaints = said.filter((message) => !UNKNOWN_HERE.test(message));
    const printed = resolved.map(({ ruleset }) => (ruleset === undefined ? '' : print(ruleset))).join('');
    const problem = complaints.length === 0 ? {} : { problem: `${JSON.stringify(settings)}\n  chainwalk says: ${complaints.join('; ')}` };
    return [{ settings, family, text, printed, ...problem }];
  });
}

function compareBatch(batch: readonly RenderedDocument[], backend: Backend): readonly string[] {
  const answers = loadAll(
    batch.map(({ family, text }) => ({ family, backend, text })),
    SETS,
  );
  return batch.flatMap(({ settings, family, printed }, index) => {
    const { loads = false, saved = '' } = answers[index] ?? {};
    if (!loads) return [`${JSON.stringify(settings)}\n  iptables-${backend} does not load its IPv${family} rules`];
    if (comparable(saved) === comparable(printed)) return [];
    return [`${JSON.stringify(settings)}\n  IPv${family} rules are saved by iptables-${backend} as\n${saved}  and printed as\n${printed}`];
  });
}

/** iptables looks the names of groups up in /etc/group; chainwalk keeps them. */
const GROUPS: readonly (readonly [name: string, id: string])[] = [
  ['root', '0'],
  ['daemon', '1'],
];

/** With groups by number, and tables in one order, whatever order a backend saves them in. */
function comparable(text: string): string {
  return GROUPS.reduce((all, [name, id]) => all.replaceAll(`--gid-owner ${name}`, `--gid-owner ${id}`), text)
    .split(/^(?=\*)/m)
    .sort()
    .join('');
}
