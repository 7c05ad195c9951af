/** `-o github,sarif=out.sarif`: one format for standard output, any number for files. */

import type { Complaint } from '../../lib/complaint.ts';
import { nearest } from '../../lib/nearest.ts';
import { LINE_FORMAT_NAMES, REVIEW_FORMAT_NAMES } from '../../report/formats/names.ts';
import { type Call, type CommandInput, optionIsSet, optionList } from '../argv/command.ts';
import { complain } from '../io/messages.ts';

export interface ReviewOutput {
  readonly format: string;
  /** absent: standard output */
  readonly file?: string;
}

export const FORMATS: readonly string[] = ['human', 'json', ...REVIEW_FORMAT_NAMES];

/** What was requested, else what a configuration says; `--json` is one more `-o json` where nothing else goes to standard output. */
export function outputWords(input: CommandInput, configured: readonly string[] = []): readonly string[] {
  const asked = optionList(input, 'output');
  const words = asked.flatMap((word) => word.split(','));
  if (optionIsSet(input, 'json') && words.every((word) => word.includes('='))) return [...words, 'json'];
  const said = words.length > 0 ? words : configured;
  return said.length > 0 ? said : ['human'];
}

/** Undefined when the words cannot be used, which has been reported. */
export async function readOutputs({ io }: Call, words: readonly string[]): Promise<readonly ReviewOutput[] | undefined> {
  const outputs = words
    .flatMap((word) => word.split(','))
    .map((word): ReviewOutput => {
      const [, format = '', file] = /^([^=]*)(?:=(.*))?$/s.exec(word.trim()) ?? [];
      return { format, ...(file !== undefined && file !== '-' && { file }) };
    });
  const places = await Promise.all(
    outputs.map(async ({ file }) => (file === undefined || file === '' ? file : (await io.place(file)).real)),
  );
  const wrong = misuses(outputs, places);
  for (const one of wrong) await complain(io, one);
  return wrong.length === 0 ? outputs : undefined;
}

/** `places`: where the files really are; `-` is standard output. */
function misuses(outputs: readonly ReviewOutput[], places: readonly (string | undefined)[]): readonly Complaint[] {
  const wrong = outputs.flatMap(({ format, file }) => misuse(format, file) ?? []);
  return wrong.length > 0 ? wrong : clashes(outputs, places);
}

function misuse(format: string, file: string | undefined): Complaint | undefined {
  if (LINE_FORMAT_NAMES.some((name) => name === format))
    return { message: `\`${format}\` is a format of \`verify\` of files`, help: '`json` is one answer about everything that was asked' };
  if (!FORMATS.includes(format)) {
    const meant = nearest(format, FORMATS);
    const help = meant === undefined ? `the formats are ${FORMATS.join(', ')}` : `did you mean \`${meant}\`?`;
    return { message: `unknown format \`${format}\``, help };
  }
  return file === '' ? { message: `\`${format}=\` needs a file name`, help: `\`${format}\` alone writes to standard output` } : undefined;
}

/** Once for each place that two formats are to be written to. */
function clashes(outputs: readonly ReviewOutput[], places: readonly (string | undefined)[]): readonly Complaint[] {
  return outputs.flatMap(({ format, file }, index): readonly Complaint[] => {
    const same = outputs.filter((_, at) => places[at] === places[index]).map((other) => `\`${other.format}\``);
    if (same.length < 2 || places.indexOf(places[index]) !== index) return [];
    const where = file === undefined ? 'to standard output' : `into \`${file}\``;
    return [{ message: `${same.join(' and ')} cannot both go ${where}`, help: `write one of them to another file: ${format}=FILE` }];
  });
}
