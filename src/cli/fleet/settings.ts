/** What decides the answers of a run besides the files: reports of shards are of one run only where it is the same. */
import { shortDigest } from '../../report/text/shortDigest.ts';
import { type Call, optionList } from '../argv/command.ts';

/** How an answer is shown, and by how many it is made. */
const WITHOUT_EFFECT = ['output', 'json', 'color', 'quiet', 'watch', 'shard', 'jobs'];
/** Options that name files. */
const FILES = ['host', 'with', 'values'];

export async function runSettings({ io, input }: Call): Promise<Readonly<Record<string, string>>> {
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.options).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined || value === false || WITHOUT_EFFECT.includes(name)) continue;
    if (FILES.includes(name)) continue;
    settings[name] = typeof value === 'object' ? value.join(', ') : String(value);
  }
  for (const name of FILES)
    for (const [at, file] of optionList(input, name).entries()) {
      const content = await io.read(file);
      settings[`${name} ${at + 1}`] = 'text' in content ? shortDigest(content.text) : 'unread';
    }
  return settings;
}
