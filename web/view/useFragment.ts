/** The state in the address: read when the page opens and when somebody goes back or forward. */
import { useEffect } from 'preact/hooks';
import type { PageState } from '../state/pageState.ts';
import { stateIn } from '../state/permalink.ts';

export function useFragment(onState: (state: PageState) => void): void {
  useEffect(() => {
    const read = () => {
      stateIn(location.hash).then((state) => {
        if (state !== undefined) onState(state);
      });
    };
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, [onState]);
}
