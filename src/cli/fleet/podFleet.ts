/** The pods of manifests as a fleet. Every shard reads all manifests, since one changes what another means, and proves its own pods. */

import { podFleet, type RefusedPod } from '../../app/fleet/podFleet.ts';
import { isManifestText } from '../../app/load/recognise.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import { openFindings } from '../../report/human/verifyPods.ts';
import { toCheckDiagnostics } from '../../report/json/check.ts';
import { podLines } from '../../report/lines/podLine.ts';
import type { LineExit, LineShard } from '../../report/lines/verifyLine.ts';
import { shortDigest } from '../../report/text/shortDigest.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { readPlace } from '../input/place.ts';
import { podTextsOf } from '../input/podTexts.ts';
import { verifyExitCode } from '../verify/exitCode.ts';
import { readClaimOptions } from '../verify/options.ts';
import type { Answered, Fleet } from './fleet.ts';
import type { ListedFiles } from './listFiles.ts';
import { ofShard } from './shard.ts';

/** Undefined when something cannot be read, which has been reported. */
export async function fleetOfPods(call: Call, files: readonly ListedFiles[], shard: LineShard | undefined): Promise<Fleet | undefined> {
  const options = await readClaimOptions(call);
  const place = options && (await readPlace(call));
  const manifests = await manifestsOf(call, files);
  const texts = place && (await podTextsOf(call, manifests));
  if (options === undefined || place === undefined || texts === undefined) return undefined;
  const inInitPhase = optionText(call.input, 'phase') === 'init';
  const fleet = podFleet({ pods: texts, options: { ...options, ...place }, inInitPhase });
  const digests = texts.manifests.sources.map(({ file, text }) => `${file} ${shortDigest(text)}`);
  const list = shortDigest([...digests, ...fleet.pods.map(keyOf)].join('\n'));
  const all = fleet.pods.map((pod, at) => ({ pod, index: at + 1 }));
  const own = shard === undefined ? all : ofShard(all, ({ pod }) => keyOf(pod), shard);
  const strict = optionIsSet(call.input, 'strict');
  const said = { call, strict, warnings: fleet.diagnostics.filter((one) => !isError(one)).length, lineOf: podLines() };
  return {
    listed: { files: all.length, list, listed: 'pods' },
    own: own.length,
    answers: async function* () {
      for (const { pod, index } of own) yield answered(fleet.answer(pod), index, said);
    },
    diagnostics: () => toCheckDiagnostics([...fleet.diagnostics, ...fleet.warnings()]),
  };
}

/** Those among the files of folders; others that are named are errors where they are read. */
async function manifestsOf({ io }: Call, files: readonly ListedFiles[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { names, inFolder } of files)
    for (const name of names) {
      const content = inFolder ? await io.read(name) : undefined;
      if (content === undefined || ('text' in content && isManifestText(content.text))) found.push(name);
    }
  return found;
}

function keyOf({ namespace, name, kind }: Pod): string {
  return `${namespace}/${name} ${kind}`;
}

interface Said {
  readonly call: Call;
  readonly strict: boolean;
  /** about the manifests together */
  readonly warnings: number;
  readonly lineOf: ReturnType<typeof podLines>;
}

function answered(one: VerifiedPod | RefusedPod, index: number, { call, strict, warnings, lineOf }: Said): Answered {
  if ('errors' in one) {
    const { pod, errors } = one;
    const rules = [`${pod.place.source.file}#${pod.name}`];
    return { schema: 'chainwalk/verify-lines/v1', kind: 'unread', index, rules, exit: 2, errors: toCheckDiagnostics(errors) };
  }
  const failing = strict ? warnings + one.warnings.length : 0;
  const style = { strict, failing, detailed: optionIsSet(call.input, 'verbose') };
  return { kind: 'answered', ...lineOf({ one, index, exit: exitOf(call, one, failing), style }) };
}

function exitOf(call: Call, one: VerifiedPod, failing: number): LineExit {
  const open = openFindings(one);
  if (open.some(({ isUnjudged }) => isUnjudged)) return 2;
  const strict = optionIsSet(call.input, 'strict');
  const bad = failing > 0 || open.some(({ level }) => level === 'error' || (strict && level === 'warning'));
  return bad || verifyExitCode(call, [one.verified], []) !== 0 ? 1 : 0;
}
