/** The answer, first: one sentence that says what becomes of the packet. */

import type { Leg, Path } from '../../connection/journey.ts';
import type { KernelReply } from '../../connection/kernelReply.ts';
import { unknownProxyText } from '../../connection/unknownProxy.ts';
import { assertNever } from '../../lib/invariant.ts';
import { profileNamed } from '../../mesh/allProfiles.ts';
import { endpointText, flowText, protocolName } from '../../packet/notation.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { decidedByElement } from '../text/doneStep.ts';
import { destination, KERNEL, originalDestination, processOf, takenByKernel, theProcess } from '../text/endpoints.ts';
import { bridgedText, choiceText, fateText, unansweredText } from '../text/fate.ts';
import { LOST_WORDS, OUTCOME_WORDS } from '../text/labels.ts';
import { ruleGist, ruleName } from '../text/location.ts';
import { stallText, stoppingGist } from '../text/stall.ts';

/** `word` is the outcome, to be coloured; `rest` completes the sentence. */
export interface Headline {
  readonly word: string;
  readonly rest: string;
}

export interface HeadlineContext {
  readonly file: string;
  /** name of the mesh profile; without a mesh there is no proxy to miss */
  readonly mesh?: string | undefined;
}

export function headline(path: Path, context: HeadlineContext): Headline {
  const { mesh } = context;
  const [last] = path.legs;
  const isHere = path.outcome === 'to-app' || path.outcome === 'stalled';
  if (isHere && path.legs.length === 1 && last?.reply !== undefined) return kernelAnswer(last, last.reply, context);
  const said = `${rest(path, context)}${path.unknown === undefined ? '' : `; whether a loop follows is undecided: ${unknownProxyText(path.unknown)}`}`;
  const bypass = mesh !== undefined && (path.outcome === 'direct' || path.outcome === 'to-app' || path.outcome === 'forwarded');
  return { word: OUTCOME_WORDS[path.outcome], rest: bypass ? `${said}, no proxy on the way` : said };
}

function rest(path: Path, { file, mesh }: HeadlineContext): string {
  const last = path.legs.at(-1);
  if (last === undefined) return '';
  switch (path.outcome) {
    case 'captured-out':
    case 'captured-in':
    case 'dns':
      return captured(path.legs.find((leg) => leg.role !== undefined) ?? last);
    case 'direct':
    case 'forwarded':
      if (last.walk.fate.kind === 'forwarded' && last.walk.fate.bridged === true) return bridgedText(last);
      return `-> ${destination(last)} via ${last.walk.after.oif ?? 'no interface'}`;
    case 'to-app':
      if (processOf(last) === KERNEL) return `-> ${destination(last)}, ${takenByKernel(last.walk.packet)}`;
      return passedOn(path.legs, last);
    case 'to-proxy':
      return toProxy(last, mesh);
    case 'loop':
      return loop(path);
    case 'dropped':
    case 'rejected':
      return ended(last, file);
    case 'refused':
      return `nothing listens on ${protocolName(last.walk.packet.proto)} ${destination(last)}`;
    case 'lost':
      return last.walk.fate.kind === 'lost' ? `${LOST_WORDS[last.walk.fate.reason]}` : '';
    case 'stalled':
      return stalled(path, file);
    case 'undecided':
      return undecided(path, file);
    default:
      return assertNever(path.outcome);
  }
}

/** A packet that the kernel answers reaches no process. */
function kernelAnswer(leg: Leg, { name, walk, silent }: KernelReply, { file, mesh }: HeadlineContext): Headline {
  const seen = mesh === undefined ? 'no application sees it' : 'no proxy and no application sees it';
  const fate = walk?.fate.kind;
  if (walk !== undefined && fate === 'undecided')
    return { word: 'ANSWERED', rest: `by the kernel: whether its ${name} leaves is undecided` };
  const arrives = walk !== undefined && (fate === 'sent' || fate === 'delivered');
  if (arrives) return { word: 'ANSWERED', rest: `by the kernel: ${name} from ${endpointText({ address: leg.walk.packet.dst })}, ${seen}` };
  const why = silent ?? (walk === undefined ? 'it has no address to answer from' : fateText({ sender: 'kernel', walk }, file));
  return { word: 'NOT ANSWERED', rest: `by the kernel, ${seen}: ${silent === undefined ? `its ${name} is ` : ''}${why}` };
}

/** A port that people know by name is called by it. */
function toProxy(leg: Leg, mesh: string | undefined): string {
  const known = mesh === undefined ? undefined : profileNamed(mesh)?.listeners.find(({ port }) => port === leg.listener?.port);
  const title = known === undefined ? 'a proxy port' : (known.title ?? `a proxy port (${known.role})`);
  const port = leg.listener?.port;
  const where = port === undefined ? destination(leg) : String(port);
  return `-> ${where}, ${title}: answered by ${theProcess(leg)}, not captured`;
}

/** Who takes it, and what becomes of what that one sends for it. */
function passedOn(legs: readonly Leg[], last: Leg): string {
  const [first = last] = legs;
  const taken = `-> ${takerOf(first)}`;
  if (first === last) return taken;
  const { fate, after } = last.walk;
  if (fate.kind === 'sent')
    return `${taken}, which sends it to ${destination(last)} via ${after.oif ?? 'no interface'}: direct, through ${processOf(first)}`;
  return fate.kind === 'delivered' && last.listener !== undefined
    ? `${taken}, and through it ${takerOf(last)}`
    : `${taken}, whose own packet is ${fate.kind}`;
}

/** A transparent socket has the port of its own; the packet keeps the one that it was sent to. */
function takerOf(leg: Leg): string {
  const { walk, listener } = leg;
  const { fate } = walk;
  const name = listener?.process ?? processOf(leg);
  if (fate.kind !== 'delivered' || !fate.transparent || fate.listener === undefined) return `${name} at ${destination(leg)}`;
  return `${name}, by TPROXY to port ${fate.listener}, at ${endpointText({ address: walk.after.dst, port: walk.after.dport })}`;
}

function captured(leg: Leg): string {
  const original = originalDestination(leg);
  const { fate, packet } = leg.walk;
  // by TPROXY nothing is rewritten: the address is that of the other host
  const isOthers = fate.kind === 'delivered' && fate.transparent && packet.dir === 'out' && packet.src !== packet.dst;
  const to = `-> ${processOf(leg)} ${isOthers && fate.listener !== undefined ? `port ${fate.listener}` : destination(leg)}`;
  return original === undefined ? to : `${to} (original dst ${original})`;
}

function loop({ legs, cycleFrom = 0 }: Path): string {
  const round = legs.slice(cycleFrom);
  const stops = round.map((leg) => `${processOf(leg)} ${destination(leg)}`);
  const names = new Set(round.map(processOf));
  const [only = 'proxy'] = names;
  const back = names.size > 1 || only === 'proxy' ? "the proxy's own packets come" : `what ${only} sends itself comes`;
  return `${stops.join(' -> ')}: ${back} back to it`;
}

function ended({ walk }: Leg, file: string): string {
  const { fate } = walk;
  const gist = (rule: Rule): string => `${ruleGist(rule)}${decidedByElement(walk.steps, rule)}`;
  if (fate.kind === 'rejected') return `with ${fate.with} by ${ruleName(fate.by, file)}: ${gist(fate.by)}`;
  if (fate.kind !== 'dropped') return '';
  if (fate.by !== undefined) {
    const by = `by ${ruleName(fate.by, file)}: ${gist(fate.by)}`;
    return fate.unanswered === undefined ? by : `${by}; ${unansweredText(fate.unanswered, file)}`;
  }
  const policy = walk.steps.findLast((step) => step.kind === 'policy');
  return policy?.kind === 'policy' ? `by the policy of ${policy.table} ${policy.chain}` : `${flowText(walk.packet)}`;
}

function stalled({ legs: [leg] }: Path, file: string): string {
  if (leg?.connection === undefined) return '';
  return stallText(leg, file) + stoppingGist(leg);
}

function undecided(path: Path, file: string): string {
  const last = path.legs.at(-1)?.walk.fate;
  const [leg] = path.legs;
  const later = leg?.connection?.end === 'undecided' ? leg.connection.dependsOn : [];
  const unsaid = path.choices.findLast(({ why }) => why === 'unsaid');
  const open = later.length > 0 ? later : unsaid === undefined ? path.choices : [unsaid];
  const reasons = last?.kind === 'undecided' && last.reasons.length > 0 ? last.reasons : open;
  const names = new Set(reasons.map((choice) => choiceText(choice, file)));
  if (names.size === 0) return '';
  const spent = reasons.find(({ why }) => why === 'budget');
  return spent === undefined ? `it depends on ${[...names].join('; on ')}` : choiceText(spent, file);
}
