/** Runs before the rest of the page is read: a worker reads its part of the library meanwhile. */
import { openQuickWorker, type WithEarlyWorker } from './workers.ts';

(globalThis as WithEarlyWorker).chainwalkWorker = openQuickWorker();
