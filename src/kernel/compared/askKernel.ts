/** A journey, put to the running kernel: each of its packets is sent again through the same rules, on the same host, made in a namespace. */
import type { Journey } from '../../connection/journey.ts';
import type { KernelConnection, KernelLeg, KernelView } from '../../connection/kernelView.ts';
import type { Host } from '../../host/host.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { packetText } from '../../packet/notation.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type AskedKernel, type Oracle, type OracleAnswer, OracleError, oracleReason } from '../asked/oracle.ts';
import { packetQuestion } from '../asked/packetQuestion.ts';
import { rulesForKernel, runsSecurityLast, textForKernel, undescribedSets, unloadable } from '../asked/rulesQuestion.ts';
import { inStream, type PacketSequence, sequencesOf } from '../asked/sequences.ts';
import { type Sockets, socketQuestion, whyNoSocket } from '../asked/sockets.ts';
import { whyUnaskable } from '../asked/unaskable.ts';
import { unmadeOf, worldQuestion } from '../asked/worldQuestion.ts';
import { accountOfAnswer, accountOfWalk, ruleOfRow } from './account.ts';
import { besideSockets } from './connected.ts';
import { type Examined, examined } from './examined.ts';
import { idleRules } from './idleRules.ts';
import { pairsOf, stepOfKernel } from './pairs.ts';

export interface KernelScene {
  readonly journey: Journey;
  readonly ruleset: Ruleset;
  /** on which it was walked */
  readonly host: Host;
  /** seconds that are left for the question that it is a part of */
  readonly left?: () => number;
  /** its connection is made with sockets as well, which takes a host of its own */
  readonly bySockets?: boolean;
}

/** An oracle that has said that it can answer. */
export interface ReadyOracle {
  readonly oracle: Oracle;
  readonly here: AskedKernel;
  /** started when a connection is asked about; absent: none is */
  readonly sockets?: () => Sockets;
}

export async function askKernel({ oracle, here, sockets }: ReadyOracle, scene: KernelScene): Promise<KernelView> {
  const { ruleset, host } = scene;
  const why = unloadable(ruleset) ?? unmadeOf(host) ?? otherTime(scene);
  if (why !== undefined) return { missing: why };
  const unasked: string[] = [];
  const hosts = { loose: host, strict: { ...host, sysctls: new Map([...host.sysctls, [STRICT, '0']]) } };
  const sendings = sequencesOf(scene.journey).flatMap((sequence) => {
    const sending = sendingOf(sequence, hosts);
    const reason = whyUnaskable(sending.packets[0].packet, host);
    if (reason === undefined) return [sending];
    unasked.push(unasked.length === 0 ? reason : `leg ${sequence.number}: ${reason}`);
    return [];
  });
  if (sendings.length === 0) return { missing: unasked[0] ?? 'there is no packet to send' };
  const empty = undescribedSets(ruleset, host.sets);
  const notes = [
    ...(runsSecurityLast(ruleset) ? ['asked by the legacy backend: iptables-nft runs the table security later'] : []),
    ...unasked.map((reason) => `not asked about everything: ${reason}`),
    ...(Object.keys(empty).length > 0 ? [`empty there, because nothing says their members: ${Object.keys(empty).join(', ')}`] : []),
  ];
  try {
    const legs: KernelLeg[] = [];
    const left: string[] = [];
    for (const [place, group] of groupBy(sendings, (one) => one.host)) {
      const { compared, open } = await askAbout(oracle, { ruleset, host: place, group, empty, ...withinTime(scene) });
      legs.push(...compared);
      left.push(...open.map((number) => `leg ${number} has more ways than are walked: the kernel's may be one of the others`));
    }
    if (legs.length === 0) return { missing: left[0] ?? 'there is no packet to send' };
    notes.push(...left.map((reason) => `not compared: ${reason}`));
    const asked = scene.bySockets === true ? sockets && (await connected(sockets, scene, empty)) : undefined;
    // what the raw packets have shown stands by itself
    const connection = typeof asked === 'string' ? undefined : asked;
    if (typeof asked === 'string') notes.push(`not asked with real sockets: ${asked}`);
    const wrong = legs.find(({ agrees }) => !agrees);
    const differs = wrong === undefined ? connectionDiffers(connection) : differenceIn(wrong);
    return { ...here, legs, ...(connection && { connection }), notes, ...(differs !== undefined && { differs }) };
  } catch (error) {
    return { missing: oracleReason(error) };
  }
}

/** The connection of the first leg, where it is one that sockets can make; a text says why it could not be made. */
async function connected(sockets: () => Sockets, scene: KernelScene, empty: object): Promise<KernelConnection | string | undefined> {
  const { journey, ruleset, host } = scene;
  const [path, ...others] = journey.paths;
  const [leg] = path?.legs ?? [];
  if (leg?.connection === undefined || others.length > 0 || whyNoSocket(leg.walk, ruleset) !== undefined) return undefined;
  const question = { ...socketQuestion(leg.walk, { ruleset, host, empty }), ...withinTime(scene) };
  try {
    const [seen] = await sockets().ask(question);
    return seen && besideSockets(leg, seen);
  } catch (error) {
    return oracleReason(error);
  }
}

function connectionDiffers(connection: KernelConnection | undefined): string | undefined {
  return connection?.agrees === false ? `leg 1, with real sockets: its connection ${connection.says}` : undefined;
}

/** A sequence, and the host on which its packets are what they are said to be. */
interface Sending extends PacketSequence {
  readonly host: Host;
}

interface Hosts {
  readonly loose: Host;
  readonly strict: Host;
}

/** Conntrack that takes no connection over in its middle finds an ACK out of nowhere INVALID. */
const STRICT = 'net.netfilter.nf_conntrack_tcp_loose';

function sendingOf(sequence: PacketSequence, { loose: host, strict }: Hosts): Sending {
  const [{ packet }] = sequence.packets;
  if (packet.ctstate !== 'INVALID' || packet.proto !== PROTO.tcp || packet.flags !== TCP_FLAGS.A) return { ...sequence, host };
  const { ctstate: _, ...plain } = packet;
  return { number: sequence.number, packets: [{ packet: plain }], host: strict };
}

interface AskedGroup {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly group: readonly Sending[];
  /** sets that nothing describes */
  readonly empty: object;
  readonly seconds?: number;
}

/** What no time is left for has no answer. */
function withinTime({ left }: KernelScene): Pick<AskedGroup, 'seconds'> {
  const seconds = left?.();
  if (seconds !== undefined && seconds <= 0) throw new OracleError('the time for the question is over; --timeout gives more');
  return seconds === undefined ? {} : { seconds };
}

interface AnsweredGroup {
  readonly compared: readonly KernelLeg[];
  /** numbers of legs of which it stays open whether the kernel does the same */
  readonly open: readonly number[];
}

async function askAbout(oracle: Oracle, { ruleset, host, group, empty, seconds }: AskedGroup): Promise<AnsweredGroup> {
  const sent = group.flatMap(({ number, packets }) =>
    packets.map((one, index) => ({ number, fresh: index === 0, isAlone: packets.length === 1, ...one })),
  );
  const world = worldQuestion(
    host,
    sent.map(({ packet }) => packet),
  );
  const answers = await oracle.ask({
    ...world,
    sets: { ...(world.sets as object), ...empty },
    ...rulesForKernel(ruleset),
    confined: true,
    mode: 'stateful',
    exact: true,
    ...(seconds !== undefined && { seconds }),
    packets: sent.map(({ packet, fresh, isAlone }) => ({ ...packetQuestion(isAlone ? packet : inStream(packet)), icmp_id: 1, fresh })),
  });
  const idle = idleRules(ruleset);
  const pairs = sent.map(({ packet, connections, ...one }, index) => {
    return { ...one, pair: examined({ ruleset, host, packet, connections, answer: answers[index] as OracleAnswer }) };
  });
  return {
    compared: pairs
      .filter(({ pair }) => pair.isOpen !== true)
      .map(({ number, part, pair }) => ({ number, ...(part !== undefined && { part }), ...besideOf(pair, idle) })),
    open: [...new Set(pairs.filter(({ pair }) => pair.isOpen === true).map(({ number }) => number))],
  };
}

/** The kernel's clock is the machine's. */
function otherTime({ ruleset, host }: KernelScene): string | undefined {
  if (host.clock === undefined || !textForKernel(ruleset).includes('-m time')) return undefined;
  return 'rules match the time, and the host has a clock of its own';
}

function besideOf({ packet, walks, answer, disagreement }: Examined, idle: ReadonlySet<string>): Omit<KernelLeg, 'number' | 'part'> {
  const isCounted = (row: string) => !idle.has(ruleOfRow(row));
  const kernels = accountOfAnswer(answer);
  const steps = answer.trace.map(stepOfKernel).filter(({ text }) => isCounted(text));
  // the states stand there where all else is the same
  const [state, known] = [answer.ct_state, walks.some(({ after }) => after.ctstate === answer.ct_state)];
  const end = known || state === undefined ? kernels.end : `${kernels.end} ${state}`;
  const ways = walks.map((walk) => {
    const { rows, end: own } = accountOfWalk(walk);
    return { rows: pairsOf(rows.filter(isCounted), steps), end: end === kernels.end ? own : `${own} ${walk.after.ctstate ?? 'untracked'}` };
  });
  // of several ways the one that is most like the kernel's
  const unlike = (way: (typeof ways)[number]) =>
    2 * way.rows.filter(({ ours, kernels: theirs }) => ours === undefined || theirs === undefined).length + (way.end === end ? 0 : 1);
  const [best] = ways.toSorted((a, b) => unlike(a) - unlike(b));
  return {
    packet: packetText(packet),
    rows: best?.rows ?? [],
    ours: best?.end ?? '',
    kernels: end,
    agrees: disagreement === undefined,
  };
}

function differenceIn({ number, part, rows, ours, kernels }: KernelLeg): string {
  const where = `leg ${number}${part === undefined ? '' : `, ${part}`}`;
  const first = rows.findIndex((row) => row.ours === undefined || row.kernels === undefined);
  if (first < 0) return `${where}: chainwalk says \`${ours}\`, the kernel \`${kernels}\``;
  const said = (mine: boolean): string => {
    const row = rows.slice(first).find((one) => (mine ? one.ours : one.kernels) !== undefined);
    return (mine ? row?.ours : row?.kernels?.text) ?? (mine ? ours : kernels);
  };
  return `${where}: chainwalk says \`${said(true)}\`, the kernel \`${said(false)}\``;
}
