/** A link to what the page shows. It holds the rules, and says so. */
import { useEffect, useState } from 'preact/hooks';
import type { PageState } from '../state/pageState.ts';
import { fragmentOf } from '../state/permalink.ts';
import { redactor } from '../state/redact.ts';

export interface ShareBoxProps {
  readonly state: PageState;
  readonly onClose: () => void;
}

function randomBit(): 0 | 1 {
  return ((crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) & 1) === 1 ? 1 : 0;
}

/** Of one visit: a second link of the same rules has the same addresses. */
const redact = redactor(randomBit);

function redacted(state: PageState): PageState {
  const [rules, base, packet, podIp, where] = [state.rules, state.base, state.packet, state.podIp, state.where].map(redact);
  return { ...state, rules: rules ?? '', base: base ?? '', packet: packet ?? '', podIp: podIp ?? '', where: where ?? '' };
}

export function ShareBox({ state, onClose }: ShareBoxProps) {
  const [hides, setHides] = useState(false);
  const [link, setLink] = useState('');
  useEffect(() => {
    let isOpen = true;
    fragmentOf(hides ? redacted(state) : state).then((fragment) => {
      if (!isOpen) return;
      history.replaceState(null, '', `#${fragment}`);
      setLink(location.href);
    });
    return () => {
      isOpen = false;
    };
  }, [state, hides]);
  return (
    <section class="share" aria-label="Share">
      <p class="problem">
        <strong>This link holds the rules</strong>, the packet and the fields of this page. Nothing is sent to a server; whoever gets the
        link can read them, and your browser keeps it in its history.
      </p>
      <label class="switch">
        <input type="checkbox" checked={hides} onChange={({ currentTarget }) => setHides(currentTarget.checked)} /> other addresses in place
        of these, with the same prefixes in common; names and comments stay
      </label>
      <p class="actions">
        <input type="text" readonly value={link} aria-label="Link" onFocus={({ currentTarget }) => currentTarget.select()} />
        <button type="button" onClick={() => navigator.clipboard.writeText(link)}>
          copy
        </button>
        <button type="button" onClick={onClose}>
          close
        </button>
      </p>
      {link.length > LONG && <p class="low">{Math.round(link.length / 1000)} KB: too long for many chats and mails.</p>}
    </section>
  );
}

const LONG = 8000;
