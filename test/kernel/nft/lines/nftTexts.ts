/** Texts of one rule each, with the sets and chains that it names; a third of them broken. */
import { type Random, randomFrom } from '../../generate/random.ts';
import type { Hook } from '../generate/keys.ts';
import { drawRule } from '../generate/listing.ts';
import type { ChainType, TableFamily, UserChain } from '../generate/place.ts';
import { breakRule } from './breakRule.ts';
import { drawOddRule } from './oddRules.ts';

export interface NftText {
  /** a whole table */
  readonly text: string;
  /** the rule in it, before any damage */
  readonly rule: string;
  /** the damage done to it */
  readonly broken?: string;
}

const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const PLACES: readonly (readonly [ChainType, Hook, number])[] = [
  ...HOOKS.map((hook): readonly [ChainType, Hook, number] => ['filter', hook, 0]),
  ['filter', 'prerouting', -300],
  ['filter', 'output', -300],
  ...HOOKS.filter((hook) => hook !== 'forward').map((hook): readonly [ChainType, Hook, number] => ['nat', hook, 0]),
  ['route', 'output', -150],
];
const USERS: readonly UserChain[] = [
  { name: 'to_log', type: 'filter', hooks: HOOKS },
  { name: 'user-1', type: 'nat', hooks: HOOKS },
];

export function randomTexts(count: number, seed: number): readonly NftText[] {
  return Array.from({ length: count }, (_, index) => drawText(randomFrom(seed, 'nft texts', index)));
}

function drawText(random: Random): NftText {
  const family = random.pick<TableFamily>(['ip', 'ip6', 'inet', 'inet']);
  const [type, hook, priority] = random.pick(PLACES);
  const declared: string[] = [];
  const below = USERS.filter((one) => (one.type === 'nat') === (type === 'nat'));
  const place = { random, family, type, hooks: [hook], early: priority < -200, below, declared };
  const rule = random.chance(0.25) ? drawOddRule(random) : drawRule(place);
  const chains = ['chain to_log { counter; }', 'chain user-1 { return; }'];
  const whole = (line: string, header = `type ${type} hook ${hook} priority ${priority}`): string =>
    `table ${family} t {\n${[...declared, ...chains, `chain c {\n${header};\n${line}\n}`].join('\n')}\n}\n`;
  if (random.chance(0.67)) return { text: whole(rule), rule };
  const { how, line, header } = breakRule(random, rule, { type, hook, priority });
  return { text: whole(line, header), rule, broken: how };
}
