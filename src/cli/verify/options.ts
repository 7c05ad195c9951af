/** The options of `verify`, read and checked. */
import type { BudgetLimits } from '../../lib/budget.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { namesWith, nearest } from '../../lib/nearest.ts';
import type { Family } from '../../packet/address.ts';
import { JUDGED_CLAIMS } from '../../pods/claimIds.ts';
import type { VerifyOptions } from '../../prove/judge/verifyRules.ts';
import { type Call, optionText } from '../argv/command.ts';
import { limitsOf } from '../argv/limits.ts';
import { readWhere } from '../input/packetSetOption.ts';
import { complain } from '../io/messages.ts';

/** Which claims, families and packets, and what each question may cost. */
export type ClaimOptions = Pick<VerifyOptions, 'only' | 'except' | 'families' | 'where'> & { readonly limits: () => BudgetLimits };

/** Undefined when an option cannot be used; all that are wrong have been said. */
export async function readClaimOptions(call: Call): Promise<ClaimOptions | undefined> {
  const only = await readClaims(call, 'only');
  const except = await readClaims(call, 'except');
  const families = await readFamilies(call);
  const where = await readWhere(call);
  return only && except && families && where && { limits: limitsOf(call), ...only, ...except, ...families, ...where };
}

async function readClaims({ io, input }: Call, name: 'only' | 'except'): Promise<Pick<VerifyOptions, 'only' | 'except'> | undefined> {
  const text = optionText(input, name);
  if (text === undefined) return {};
  const read = text.split(',').map((word) => claimNamed(word.trim()));
  const wrong = read.filter((one) => typeof one !== 'string');
  for (const { message, help } of wrong) await complain(io, { message: `--${name}: ${message}`, ...(help !== undefined && { help }) });
  return wrong.length > 0 ? undefined : { [name]: read.filter((one) => typeof one === 'string') };
}

/** A claim's name, or a part of the only one that has it. */
function claimNamed(word: string): string | Complaint {
  if (JUDGED_CLAIMS.includes(word)) return word;
  const [found, ...others] = namesWith(word, JUDGED_CLAIMS);
  if (found !== undefined && others.length === 0) return found;
  const message = `unknown claim \`${word}\``;
  if (found !== undefined) return { message, help: `it is a part of ${[found, ...others].map((id) => `\`${id}\``).join(', ')}` };
  const meant = nearest(word, JUDGED_CLAIMS);
  return { message, help: meant === undefined ? '`chainwalk explain` lists the claims' : `did you mean \`${meant}\`?` };
}

async function readFamilies({ io, input }: Call): Promise<Pick<VerifyOptions, 'families'> | undefined> {
  const text = optionText(input, 'family');
  if (text === undefined) return {};
  const parts = [...new Set(text.split(','))];
  if (parts.every((part) => part === '4' || part === '6')) return { families: parts.map((part) => Number(part) as Family) };
  await complain(io, { message: `--family expects 4, 6 or 4,6, not \`${text}\`` });
  return undefined;
}
