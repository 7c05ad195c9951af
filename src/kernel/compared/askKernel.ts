/** A journey, put to the running kernel: each of its packets is sent again through the same rules, on the same host, made in a namespace. */
import type { Journey } from '../../connection/journey.ts';
import type { KernelLeg, KernelView } from '../../connection/kernelView.ts';
import type { Host } from '../../host/host.ts';
import { packetText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type AskedKernel, type Oracle, type OracleAnswer, OracleError, type OracleQuestion } from '../asked/oracle.ts';
import { packetQuestion } from '../asked/packetQuestion.ts';
import { runsSecurityLast, textForKernel, undescribedSets, unloadable } from '../asked/rulesQuestion.ts';
import { whyUnaskable } from '../asked/unaskable.ts';
import { unmadeOf, worldQuestion } from '../asked/worldQuestion.ts';
import { accountOfAnswer, accountOfWalk } from './account.ts';
import { examined } from './examined.ts';
import { idleRules } from './idleRules.ts';
import { pairsOf, stepOfKernel } from './pairs.ts';

export interface KernelScene {
  readonly journey: Journey;
  readonly ruleset: Ruleset;
  /** on which it was walked */
  readonly host: Host;
}

/** An oracle that has said that it can answer. */
export interface ReadyOracle {
  readonly oracle: Oracle;
  readonly here: AskedKernel;
}

interface NumberedPacket {
  readonly number: number;
  readonly packet: Packet;
}

export async function askKernel({ oracle, here }: ReadyOracle, scene: KernelScene): Promise<KernelView> {
  const { ruleset, host } = scene;
  const why = unloadable(ruleset) ?? unmadeOf(host) ?? otherTime(scene);
  if (why !== undefined) return { missing: why };
  const notes: string[] = runsSecurityLast(ruleset) ? ['asked by the legacy backend: iptables-nft runs security after nat at INPUT'] : [];
  const packets = packetsOf(scene.journey).filter(({ number, packet }) => {
    const unasked = whyUnaskable(packet, host, here.backend);
    if (unasked !== undefined) notes.push(`it was not asked about leg ${number}: ${unasked}`);
    return unasked === undefined;
  });
  if (packets.length === 0)
    return { missing: notes.at(-1)?.replace(/^it was not asked about leg \d+: /, '') ?? 'there is no packet to send' };
  const empty = undescribedSets(ruleset, host.sets);
  if (Object.keys(empty).length > 0) notes.push(`empty there, because nothing says their members: ${Object.keys(empty).join(', ')}`);
  try {
    const answers = await oracle.ask(questionOf(scene, packets, empty));
    const legs = packets.map((one, index) => legOf(scene, one, answers[index] as OracleAnswer));
    const wrong = legs.find(({ agrees }) => !agrees);
    return { ...here, legs, notes, ...(wrong !== undefined && { differs: differenceIn(wrong) }) };
  } catch (error) {
    if (error instanceof OracleError) return { missing: error.message.replaceAll(/\s*\n\s*/g, '; ') };
    throw error;
  }
}

/** The packets of all ways, each once: proxies often send the same again. */
function packetsOf({ paths }: Journey): readonly NumberedPacket[] {
  const found = new Map<string, NumberedPacket>();
  for (const { legs } of paths) {
    for (const [index, { walk }] of legs.entries()) {
      const text = packetText(walk.packet);
      if (!found.has(text)) found.set(text, { number: index + 1, packet: walk.packet });
    }
  }
  return [...found.values()];
}

function questionOf({ ruleset, host }: KernelScene, numbered: readonly NumberedPacket[], sets: object): OracleQuestion {
  const packets = numbered.map(({ packet }) => packet);
  const world = worldQuestion(host, packets);
  return {
    ...world,
    sets: { ...(world.sets as object), ...sets },
    [`rules_v${ruleset.family}`]: textForKernel(ruleset),
    confined: true,
    packets: packets.map(packetQuestion),
  };
}

/** The kernel's clock is the machine's. */
function otherTime({ ruleset, host }: KernelScene): string | undefined {
  if (host.clock === undefined || !textForKernel(ruleset).includes('-m time')) return undefined;
  return 'rules match the time, and the host has a clock of its own';
}

function legOf({ ruleset, host }: KernelScene, { number, packet }: NumberedPacket, answer: OracleAnswer): KernelLeg {
  const { walks, disagreement } = examined({ ruleset, host, packet, answer });
  const idle = idleRules(ruleset);
  const isCounted = (row: string) => !idle.has(row.split(' ').at(-2) ?? '');
  const kernels = accountOfAnswer(answer);
  const steps = answer.trace.map(stepOfKernel).filter(({ text }) => isCounted(text));
  const ways = walks.map(accountOfWalk).map(({ rows, end }) => ({ rows: pairsOf(rows.filter(isCounted), steps), end }));
  // of several ways the one that is most like the kernel's
  const unlike = (way: (typeof ways)[number]) =>
    2 * way.rows.filter(({ ours, kernels: theirs }) => ours === undefined || theirs === undefined).length +
    (way.end === kernels.end ? 0 : 1);
  const [best] = ways.toSorted((a, b) => unlike(a) - unlike(b));
  return {
    number,
    packet: packetText(packet),
    rows: best?.rows ?? [],
    ours: best?.end ?? '',
    kernels: kernels.end,
    agrees: disagreement === undefined,
  };
}

function differenceIn({ number, rows, ours, kernels }: KernelLeg): string {
  const first = rows.findIndex((row) => row.ours === undefined || row.kernels === undefined);
  if (first < 0) return `leg ${number}: chainwalk says \`${ours}\`, the kernel \`${kernels}\``;
  const said = (mine: boolean): string => {
    const row = rows.slice(first).find((one) => (mine ? one.ours : one.kernels) !== undefined);
    return (mine ? row?.ours : row?.kernels?.text) ?? (mine ? ours : kernels);
  };
  return `leg ${number}: chainwalk says \`${said(true)}\`, the kernel \`${said(false)}\``;
}
