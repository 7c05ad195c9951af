/** `chainwalk find` in a pod of a manifest. */
import { EVERY_PACKET, type FindAnswer } from '../../app/find/find.ts';
import { findInPod } from '../../app/find/findInPod.ts';
import { NO_PACKET } from '../../connection/askedPackets.ts';
import type { WantedEnd } from '../../connection/wantedEnd.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { limitsOf } from '../argv/limits.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readPlace } from '../input/place.ts';
import { podTextsOf } from '../input/podTexts.ts';
import { complain } from '../io/messages.ts';

export interface ManifestFind extends WantedEnd {
  readonly file: string;
  readonly where: PacketSet | undefined;
  readonly write: (answer: FindAnswer, failing: number) => Promise<void>;
}

export async function findInManifest(call: Call, { file, where = EVERY_PACKET, write, ...wanted }: ManifestFind): Promise<ExitCode> {
  const { io, input } = call;
  const place = await readPlace(call);
  const pods = place === undefined ? undefined : await podTextsOf(call, [file]);
  if (place === undefined || pods === undefined) return EXIT.usage;
  const pod = optionText(input, 'pod');
  const inInitPhase = optionText(input, 'phase') === 'init';
  const limits = limitsOf(call)();
  const found = findInPod({ pods, ...(pod !== undefined && { pod }), inInitPhase, place, where, ...wanted, limits });
  if ('message' in found) {
    await complain(io, found);
    return EXIT.usage;
  }
  const { answer, outside, refused } = found;
  const diagnostics = found.diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  await showDiagnostics(call, diagnostics);
  if (refused === true) return EXIT.usage;
  if (answer === undefined) {
    await complain(io, { message: NO_PACKET, help: 'no packet of this pod matches `--where`, in the families of its addresses' });
    return EXIT.usage;
  }
  const failing = optionIsSet(input, 'strict') ? diagnostics.length : 0;
  await write(answer, failing);
  return answer.report.empty && failing === 0 && outside === undefined ? EXIT.ok : EXIT.findings;
}
