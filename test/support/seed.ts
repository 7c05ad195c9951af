/** Random tests draw the same cases in every run, so that a change is judged by what it changed. Fresh ones are drawn when they are asked
 *  for: CHAINWALK_SEED=fresh, or a number to draw those of an earlier run once more. */
import * as fc from 'fast-check';

const ASKED = process.env.CHAINWALK_SEED ?? '';
const EVERY_RUN = 20_261_130;

function seed(): number {
  if (ASKED === '') return EVERY_RUN;
  if (ASKED === 'fresh') return Math.trunc(Math.random() * 2 ** 31);
  const given = Number(ASKED);
  if (!Number.isInteger(given)) throw new Error(`CHAINWALK_SEED is a whole number or \`fresh\`, not \`${ASKED}\``);
  return given;
}

fc.configureGlobal({ seed: seed() });
