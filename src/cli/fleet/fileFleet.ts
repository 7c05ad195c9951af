/** Files of rules as a fleet. */

import type { LineShard } from '../../report/lines/verifyLine.ts';
import { shortDigest } from '../../report/text/shortDigest.ts';
import type { Call } from '../argv/command.ts';
import { phaseOfRules } from '../input/phase.ts';
import { readPlace } from '../input/place.ts';
import { renderSettingsOf, ruleReadingOf } from '../input/ruleTexts.ts';
import { readClaimOptions } from '../verify/options.ts';
import { fileAnswerer } from './answerFiles.ts';
import type { Fleet } from './fleet.ts';
import type { ListedFiles } from './listFiles.ts';
import { ofShard } from './shard.ts';

/** Undefined when something cannot be asked, which has been reported. */
export async function fleetOfFiles(call: Call, files: readonly ListedFiles[], shard: LineShard | undefined): Promise<Fleet | undefined> {
  if (await phaseOfRules(call)) return undefined;
  const options = await readClaimOptions(call);
  const place = options && (await readPlace(call));
  const reading = place && (await ruleReadingOf(call));
  if (options === undefined || place === undefined || reading === undefined) return undefined;
  const answer = fileAnswerer(call, { options: { ...options, ...place }, how: { reading, settings: renderSettingsOf(call) } });
  const own = shard === undefined ? files : ofShard(files, ({ names }) => names.join('\n'), shard);
  return {
    listed: { files: files.length, list: shortDigest(files.flatMap(({ names }) => names).join('\n')) },
    own: own.length,
    answers: async function* () {
      for (const listed of own) yield* await answer(listed);
    },
    diagnostics: () => [],
  };
}
