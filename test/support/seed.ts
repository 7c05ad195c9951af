/** Random tests draw the same cases in every run, so that a change is judged by what it changed. Others are drawn where they are asked for:
 *  CHAINWALK_SEED is a number, or `fresh`, for which the run takes a number and tells it. */
import * as fc from 'fast-check';

const EVERY_RUN = 20_261_130;

const seed = Number(process.env.CHAINWALK_SEED ?? EVERY_RUN);
if (!Number.isInteger(seed)) throw new Error(`CHAINWALK_SEED is a whole number or \`fresh\`, not \`${process.env.CHAINWALK_SEED}\``);
fc.configureGlobal({ seed });
