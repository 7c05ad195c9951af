/** Keys of the page: `/` the packet, `j` and `k` the rules on its way, Escape out of a field. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface Keys {
  readonly packet: RefObject<HTMLInputElement | null>;
  readonly onStep: (by: 1 | -1) => void;
  readonly onEscape: () => void;
}

export function useKeys(keys: Keys): void {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { packet, onStep, onEscape } = now.current;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') {
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        onEscape();
        return;
      }
      if (isTyping(event)) return;
      if (event.key === '/') {
        event.preventDefault();
        packet.current?.select();
        packet.current?.focus();
      } else if (event.key === 'j') onStep(1);
      else if (event.key === 'k') onStep(-1);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** Also in a shadow root, where the target of the event is its host. */
function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}
