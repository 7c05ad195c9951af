/** Colour and width of a stream. */
import { type Paint, PLAIN } from '../../report/text/paint.ts';
import type { Sink } from '../io/io.ts';
import { type Call, optionText } from './command.ts';

export interface Terminal {
  readonly paint: Paint;
  readonly width: number;
}

/** chalk is loaded only when there is something to colour. */
export async function terminal(call: Call, sink: Sink): Promise<Terminal> {
  const width = Math.min(120, Math.max(60, sink.columns ?? 80));
  if (!wantsColour(call, sink)) return { paint: PLAIN, width };
  const { Chalk } = await import('chalk');
  return { paint: new Chalk({ level: 1 }), width };
}

/** --color, then FORCE_COLOR, then NO_COLOR, as node itself orders them; then whether it is a terminal that can. */
function wantsColour({ io: { env }, input }: Call, sink: Sink): boolean {
  const when = optionText(input, 'color');
  if (when === 'always') return true;
  if (when === 'never') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return sink.isTerminal && env.TERM !== 'dumb';
}
