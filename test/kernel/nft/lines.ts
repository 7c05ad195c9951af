/** `npx tsx test/kernel/nft/lines.ts --lines N --seed S`: random texts through chainwalk and the real nft. The last line counts. With `--json`,
 *  what nft says of them as JSON is read beside its listing; with `--whole` texts are whole tables and commands, and compared whole. */
import { parseArgs } from 'node:util';
import { groupBy } from '../../../src/lib/groupBy.ts';
import { whyNoKernel } from '../needs.ts';
import { compareJson, type JsonComparison } from './lines/compareJson.ts';
import { compareTexts, type TextComparison, type TextDifference } from './lines/compareTexts.ts';
import { compareWhole } from './lines/compareWhole.ts';
import { randomTexts } from './lines/nftTexts.ts';
import { randomWholeTexts } from './lines/wholeTexts.ts';

const MOST_SHOWN = 40;
const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
  },
});
const why = whyNoKernel();
if (why !== undefined) {
  console.log(why);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
const draw = values.whole ? randomWholeTexts : randomTexts;
const texts = draw(Number(values.lines), Number(values.seed));
if (values.json) sayJson(compareJson(texts));
else sayTexts(values.whole ? compareWhole(texts) : compareTexts(texts));

function sayJson({ loaded, rules, differences }: JsonComparison): void {
  const wrong = differences.filter(({ loss }) => loss === undefined);
  for (const { ofJson, ofListing } of wrong.slice(0, MOST_SHOWN)) console.log(`--- listing\n${ofListing}\n--- JSON\n${ofJson}`);
  console.log(
    `${loaded} loaded with ${rules} rules, ${differences.length - wrong.length} without a listing that loads, ${wrong.length} failed`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

function sayTexts({ loaded, refused, differences }: TextComparison): void {
  const wrong = differences.filter(({ limit }) => limit === undefined);
  for (const { text, ours, theirs } of spread(wrong)) {
    console.log(`--- ${text.broken ?? 'whole'}\n${text.text}chainwalk ${ours}\nnft       ${theirs}`);
  }
  const allowed = [...new Set(differences.flatMap(({ limit }) => limit ?? []))];
  for (const id of allowed) console.log(`${differences.filter(({ limit }) => limit === id).length} ${id}`);
  console.log(`${loaded} loaded, ${refused} refused, ${wrong.length} failed`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

/** A few of each kind of difference. */
function spread(all: readonly TextDifference[]): readonly TextDifference[] {
  const kinds = groupBy(all, ({ ours, theirs }) => kindOf(ours) + kindOf(theirs));
  return [...kinds.values()].flatMap((some) => some.slice(0, 2)).slice(0, MOST_SHOWN);
}

function kindOf(said: string): string {
  return said.startsWith('refused') ? said.replace(/[`‘"'].*?[`’"']|\d+/g, '_') : 'loaded';
}
