/** Starts the page: its worker and its examples are text in the document, so that nothing is fetched. */
import { render } from 'preact';
import type { PageExample } from '../state/example.ts';
import { firstState, givenIn } from '../state/given.ts';
import type { StartWorker } from '../state/lane.ts';
import { USUAL_STATE } from '../state/pageState.ts';
import { stateIn } from '../state/permalink.ts';
import { App } from './app.tsx';
import { openWorker, type WithEarlyWorker } from './workers.ts';

const startWorker: StartWorker = (onMessage) => {
  const page = globalThis as WithEarlyWorker;
  const worker = page.chainwalkWorker ?? openWorker();
  page.chainwalkWorker = undefined;
  worker.addEventListener('message', ({ data }) => onMessage(data));
  return worker;
};

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? '';
}

async function showPage(): Promise<void> {
  const examples = JSON.parse(textOf('examples')) as readonly PageExample[];
  const root = document.getElementById('page');
  const given = givenIn(textOf('given'));
  const linked = (await stateIn(location.hash)) ?? firstState(given);
  if (root === null) return;
  root.replaceChildren();
  render(<App first={linked ?? { ...USUAL_STATE, ...examples[0]?.state }} examples={examples} given={given} start={startWorker} />, root);
}

void showPage();
