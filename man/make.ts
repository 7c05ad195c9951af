/** `npm run man`: the manual, from the data that the help has. SOURCE_DATE_EPOCH makes it the same every time. */
import { readFileSync, writeFileSync } from 'node:fs';
import { COMMANDS } from '../src/cli/commands/commands.ts';
import { PLUGIN } from '../src/cli/kubectl/command.ts';
import { manPage } from '../src/cli/man/manPage.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const { SOURCE_DATE_EPOCH } = process.env;
const made = SOURCE_DATE_EPOCH === undefined ? new Date() : new Date(Number(SOURCE_DATE_EPOCH) * 1000);
const page = manPage({ version, date: made.toISOString().slice(0, 10), commands: COMMANDS, others: [PLUGIN] });
writeFileSync(new URL('chainwalk.1', import.meta.url), page);
