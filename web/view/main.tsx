/** Starts the page: its worker and its examples are text in the document, so that nothing is fetched. */
import { render } from 'preact';
import type { PageExample } from '../state/example.ts';
import { firstState, givenIn } from '../state/given.ts';
import type { StartWorker } from '../state/lane.ts';
import { USUAL_STATE } from '../state/pageState.ts';
import { stateIn } from '../state/permalink.ts';
import { App } from './app.tsx';
import { embeddedText } from './embeddedText.ts';
import { startQuick, startWhole, type WithEarlyWorker } from './workers.ts';

/** The first worker is the early one, unless the page begins with rules of another kind, for which that would have to give way. */
function startFor(rules: string): StartWorker {
  const page = globalThis as WithEarlyWorker;
  let early = page.chainwalkWorker;
  page.chainwalkWorker = undefined;
  if (early && !/^\*\w+\s*$/m.test(rules)) {
    early.terminate();
    early = undefined;
  }
  return (onMessage) => {
    const quick = early;
    early = undefined;
    return quick ? startQuick(quick, onMessage) : startWhole(onMessage);
  };
}

async function showPage(): Promise<void> {
  const examples = JSON.parse(embeddedText('examples')) as readonly PageExample[];
  const root = document.getElementById('page');
  const given = givenIn(embeddedText('given'));
  const first = (await stateIn(location.hash)) ?? firstState(given) ?? { ...USUAL_STATE, ...examples[0]?.state };
  if (root === null) return;
  root.replaceChildren();
  render(<App first={first} examples={examples} given={given} start={startFor(first.rules)} />, root);
}

void showPage();
