/** The options of `verify`, read and checked. */
import { POD_CHECKS } from '../../injection/podChecks/checks.ts';
import type { Family } from '../../packet/address.ts';
import { CLAIMS } from '../../prove/claims/all.ts';
import type { VerifyOptions } from '../../prove/judge/verifyRules.ts';
import { type Call, textOf } from '../argv/command.ts';
import { limitsOf } from '../argv/limits.ts';
import { nearest } from '../argv/nearest.ts';
import { readWhere } from '../input/packetSetOption.ts';
import { complain } from '../io/messages.ts';
import { readPlaceOptions } from '../trace/scene.ts';

/** Undefined when an option cannot be used, which has been said. */
export async function readSettings(call: Call): Promise<VerifyOptions | undefined> {
  const only = await readClaims(call, 'only');
  const except = await readClaims(call, 'except');
  const families = await readFamilies(call);
  const where = await readWhere(call);
  const place = await readPlaceOptions(call);
  if (!only || !except || !families || !where || !place) return undefined;
  return {
    limits: limitsOf(call),
    ...only,
    ...except,
    ...families,
    ...where,
    ...place,
  };
}

/** Ids of the claims that are judged. */
export function askedClaims({ only, except }: VerifyOptions): ReadonlySet<string> {
  const ids = [...CLAIMS, ...POD_CHECKS].map(({ id }) => id);
  return new Set(ids.filter((id) => (only?.includes(id) ?? true) && !except?.includes(id)));
}

async function readClaims({ io, input }: Call, name: 'only' | 'except'): Promise<Pick<VerifyOptions, 'only' | 'except'> | undefined> {
  const text = textOf(input, name);
  if (text === undefined) return {};
  const ids = text.split(',').map((id) => id.trim());
  const known = [...new Set([...CLAIMS, ...POD_CHECKS].map(({ id }) => id))];
  const wrong = ids.find((id) => !known.includes(id));
  if (wrong === undefined) return { [name]: ids };
  const meant = nearest(wrong, known);
  await complain(io, {
    message: `--${name}: there is no claim \`${wrong}\``,
    help: meant === undefined ? '`chainwalk explain` lists the claims' : `did you mean \`${meant}\`?`,
  });
  return undefined;
}

async function readFamilies({ io, input }: Call): Promise<Pick<VerifyOptions, 'families'> | undefined> {
  const text = textOf(input, 'family');
  if (text === undefined) return {};
  const parts = [...new Set(text.split(','))];
  if (parts.every((part) => part === '4' || part === '6')) return { families: parts.map((part) => Number(part) as Family) };
  await complain(io, { message: `--family expects 4, 6 or 4,6, not \`${text}\`` });
  return undefined;
}
