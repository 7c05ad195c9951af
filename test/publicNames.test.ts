/** Names that other people's programs import: none may go or change. The types are in support/publicTypes.ts. */
import { expect, it } from 'vitest';
import * as arbitraries from '../src/api/arbitraries/index.ts';
import * as kubernetes from '../src/api/kubernetes/index.ts';
import * as library from '../src/api/library/index.ts';
import * as matchers from '../src/api/matchers/index.ts';
import * as report from '../src/api/report/index.ts';

it.each([
  ['chainwalk', library, ['InputError', 'defineConfig', 'diff', 'find', 'parse', 'print', 'render', 'trace', 'verify']],
  ['chainwalk/kubernetes', kubernetes, ['InputError', 'diffManifests', 'isManifest', 'readManifests', 'verifyManifests']],
  [
    'chainwalk/report',
    report,
    ['InputError', 'formatPacket', 'formatReport', 'formatTrace', 'lanes', 'mermaid', 'svg', 'svgStyle', 'traceWords', 'xtables'],
  ],
  ['chainwalk/matchers', matchers, ['matchers']],
  ['chainwalk/arbitraries', arbitraries, ['hosts', 'istioSettings', 'nftRulesets', 'nftTexts', 'packets', 'rulesTexts', 'rulesets']],
] as const)('%s exports what it did', (_, module, names) => {
  expect(Object.keys(module).sort()).toEqual([...names]);
});
