/** Runs before the rest of the page is read: a worker reads the library meanwhile. */
import { openWorker, type WithEarlyWorker } from './workers.ts';

(globalThis as WithEarlyWorker).chainwalkWorker = openWorker();
