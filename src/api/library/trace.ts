/** One packet through the rules of its family. */
import { neverHit } from '../../app/trace/neverHit.ts';
import { withSame } from '../../app/trace/same.ts';
import type { WalkedPacket } from '../../app/trace/walkPacket.ts';
import { walkGiven } from '../../connection/walkGiven.ts';
import { type Trace, toTrace } from '../../report/json/trace.ts';
import { toTracedSame } from '../../report/json/tracedSame.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import { withOrigin } from './answers.ts';
import { librarySettingOf, type PacketInput, packetFrom, SETTING_OPTIONS, type SettingOptions } from './input.ts';
import { InputError } from './inputError.ts';
import { checkOptions, type OptionKinds } from './options.ts';
import { type RulesInput, rulesetsOf } from './rules.ts';

export interface TraceOptions extends SettingOptions {
  /** also the rules that did not match */
  readonly verbose?: boolean;
  /** every later packet of its connections: data both ways, errors, close. Absent: the handshake, or of UDP and ping the answer */
  readonly connection?: boolean;
  /** `same`, the packets that are treated alike: absent, worked out when it is read, which takes a hundred times as long as the
   *  trace; false, left out */
  readonly same?: boolean;
}

const TRACE_OPTIONS: OptionKinds<TraceOptions> = { ...SETTING_OPTIONS, verbose: 'flag', connection: 'flag', same: 'flag' };

/** Walks one packet, in words or object form, through the rules of its family.
 *  @throws InputError when the packet or the host cannot be read, or the rules are of the other family */
export function trace(rules: RulesInput, packet: PacketInput, options: TraceOptions = {}): Trace {
  checkOptions(options, TRACE_OPTIONS);
  const rulesets = rulesetsOf(rules, options);
  const setting = librarySettingOf(rulesets, options);
  const { given, notes } = packetFrom(packet, setting);
  const limits = () => options.budget ?? {};
  const scene = {
    ...setting,
    rulesets,
    detailed: options.verbose === true,
    limits,
    ...(options.connection === true && { connection: 'whole' as const }),
  };
  const walked = walkGiven(scene, given);
  if ('problem' in walked) throw new InputError([walked.problem]);
  if ('missing' in walked) throw new InputError([`the packet is IPv${walked.missing}, the rules are IPv${rulesets[0]?.family}`]);
  const { ruleset, journey } = walked;
  const { source } = ruleset;
  const profile = setting.profile?.name;
  const doubts = neverHit(ruleset, journey);
  const input: WalkedPacket = {
    ...walked,
    whole: options.connection === true,
    file: source.file,
    source,
    profile,
    ...(notes && { notes }),
    ...doubts,
  };
  const answer = toTrace(input);
  if (options.same === false) return withOrigin(answer, { kind: 'trace', input });
  const lazy = withLazySame<TraceInput>({ ...input }, () => withSame(scene, input).same);
  const same = () => lazy.same && toTracedSame(lazy.same);
  return withOrigin(withLazySame(answer, same), { kind: 'trace', input: lazy });
}

/** As if it had been there all the time: in JSON, too. */
function withLazySame<T extends { readonly same?: unknown }>(answer: T, find: () => T['same']): T {
  let found: { readonly same: T['same'] } | undefined;
  const get = (): T['same'] => {
    found ??= { same: find() };
    return found.same;
  };
  return Object.defineProperty(answer, 'same', { get, enumerable: true, configurable: true });
}
