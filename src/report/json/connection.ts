/** A connection as JSON: what follows the first packet of a leg. */
import type { Leg } from '../../connection/journey.ts';
import type { PartName } from '../../netfilter/connectionParts.ts';
import { laterParts } from '../text/shownParts.ts';
import { afterwards, stallText } from '../text/stall.ts';
import type { AnsweredRules } from './answeredRules.ts';
import { type TraceChoice, type TraceFate, type TraceStep, type TraceWalk, toTraceChoice, toWalk } from './walk.ts';

/** Of the first way that stops, of several. */
export interface TraceConversation {
  /** its opening packets and its data arrive; null: that is not known */
  readonly completes: boolean | null;
  /** why it does not, or may not, as a clause; or what does not arrive all the same */
  readonly reason?: string;
  /** it completes or not depending on this */
  readonly dependsOn?: readonly TraceChoice[];
  /** that follow the first one */
  readonly packets: readonly TracePart[];
}

export interface TracePart extends TraceWalk {
  readonly name: PartName;
  readonly direction: 'original' | 'reply';
  readonly sender: string;
  /** where it is waited for */
  readonly arrives: boolean;
  readonly steps: readonly TraceStep[];
  readonly fate: TraceFate;
}

export function toConversation(leg: Leg, from: AnsweredRules): TraceConversation | undefined {
  const { connection } = leg;
  if (connection === undefined) return undefined;
  const { end } = connection;
  // several packets may meet the same rule
  const choices = connection.dependsOn.map((choice) => toTraceChoice(choice, from.file));
  const dependsOn = [...new Map(choices.map((choice) => [JSON.stringify(choice), choice])).values()];
  const reason =
    end === 'completes' || end === 'refused'
      ? afterwards(leg, from.file).replace(/^; /, '')
      : end === 'stalls' || end === 'undecided'
        ? stallText(leg, from.file)
        : '';
  const completes = end === 'completes' ? true : end === 'undecided' || end === 'one-way' ? null : false;
  return {
    completes,
    ...(reason !== '' && { reason }),
    ...(dependsOn.length > 0 && { dependsOn }),
    packets: laterParts(leg).map(({ part: { name, direction, arrives, walk }, leg: { sender } }) => ({
      name,
      direction,
      sender,
      arrives,
      ...toWalk(walk, from),
    })),
  };
}
