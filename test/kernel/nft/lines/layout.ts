/** Other ways to write the same text: blanks, ends of lines, comments. */
import type { Random } from '../../generate/random.ts';

/** Most texts stay as they are. */
export function layOut(random: Random, text: string): string {
  if (random.chance(0.5)) return text;
  return text
    .split('\n')
    .map((line) => laidOut(random, line))
    .join('\n');
}

function laidOut(random: Random, line: string): string {
  if (line === '' || line.startsWith('#') || random.chance(0.7)) return line;
  return random.weighted<() => string>([
    [4, () => `\t\t${line}`],
    [3, () => `${line}   `],
    [3, () => (/[{};]$/.test(line) ? `${line} # why` : `${line} # why; {`)],
    [3, () => `\n\n${line}`],
    [2, () => `# before\n${line}`],
    [3, () => outside(line, / /g, () => random.pick([' ', '  ', '\t']))],
    [2, () => outside(line, / /g, () => (random.chance(0.2) ? ' \\\n\t' : ' '))],
    [2, () => outside(line, /, /g, () => random.pick([',', ' , ', ',  ']))],
    [2, () => outside(line, / ?\{ /g, () => random.pick(['{', ' {', '{ ']))],
    [2, () => outside(line, /(?<= )(?:0x[\da-f]+|\d+)(?=[ ,]|$)/g, (number) => (random.chance(0.3) ? `"${number}"` : number))],
    [2, () => (line.endsWith('{') || line.endsWith('}') ? line : `${line};`)],
  ])();
}

/** Not within quotes. */
function outside(line: string, what: RegExp, to: (found: string) => string): string {
  return line
    .split(/("[^"]*")/)
    .map((part) => (part.startsWith('"') ? part : part.replaceAll(what, to)))
    .join('');
}
