/** The word that was meant, for messages. */
export { nearest } from '../../lib/nearest.ts';
