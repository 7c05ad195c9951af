/** Colour and width of a stream. */
import type { Link } from '../../report/human/place.ts';
import { type Paint, PLAIN } from '../../report/text/paint.ts';
import type { Sink } from '../io/io.ts';
import { type Call, optionText } from './command.ts';

export interface Terminal {
  readonly paint: Paint;
  readonly width: number;
}

/** chalk is loaded only when there is something to colour. */
/** `most`: columns that a text of it may have. */
export async function terminal(call: Call, sink: Sink, most = 120): Promise<Terminal> {
  const width = Math.min(most, Math.max(60, sink.columns ?? 80));
  if (!wantsColour(call, sink)) return { paint: PLAIN, width };
  const { Chalk } = await import('chalk');
  return { paint: new Chalk({ level: 1 }), width };
}

/** How places in files are shown: in a pipe or a file as they were given; on a terminal they may be cut, and where it has colour they are links. */
export async function placesOn(call: Call, sink: Sink): Promise<{ readonly shortens?: true; readonly link?: Link }> {
  if (!sink.isTerminal) return {};
  if (!wantsColour(call, sink) || call.io.env.TERM === 'linux') return { shortens: true };
  const { fileUrl } = await import('../io/fileUrl.ts');
  const link: Link = (text, { file, line }) => {
    const url = file === '-' ? undefined : fileUrl(call.io.cwd, file);
    return url === undefined ? text : `\u001b]8;;${url}#L${line}\u001b\\${text}\u001b]8;;\u001b\\`;
  };
  return { shortens: true, link };
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
