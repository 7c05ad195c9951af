/** Name, examples, a file, a link, help. */
import { useState } from 'preact/hooks';
import type { PageExample } from '../state/example.ts';
import type { PageState } from '../state/pageState.ts';
import { ShareBox } from './shareBox.tsx';

export interface HeaderProps {
  readonly state: PageState;
  readonly examples: readonly PageExample[];
  readonly onExample: (example: PageExample) => void;
  readonly onFile: (file: File) => void;
}

export function Header({ state, examples, onExample, onFile }: HeaderProps) {
  const [open, setOpen] = useState<'share' | 'help'>();
  const toggle = (name: 'share' | 'help') => () => setOpen((before) => (before === name ? undefined : name));
  return (
    <header>
      <div class="line">
        <h1>chainwalk</h1>
        <p class="low">where a packet goes, on the rules themselves; nothing leaves this page</p>
        <label>
          <span>example</span>
          <select
            value=""
            onChange={({ currentTarget }) => {
              const example = examples[Number(currentTarget.value)];
              if (currentTarget.value !== '' && example !== undefined) onExample(example);
              currentTarget.value = '';
            }}
          >
            <option value="">choose…</option>
            {examples.map(({ title }, index) => (
              <option key={title} value={String(index)}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label class="file">
          <span class="hidden">open a file of rules</span>
          <input
            type="file"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file !== undefined) onFile(file);
              currentTarget.value = '';
            }}
          />
        </label>
        <button type="button" aria-expanded={open === 'share'} onClick={toggle('share')}>
          share
        </button>
        <button type="button" aria-expanded={open === 'help'} onClick={toggle('help')}>
          help
        </button>
      </div>
      {open === 'share' && <ShareBox state={state} onClose={() => setOpen(undefined)} />}
      {open === 'help' && <Help />}
    </header>
  );
}

function Help() {
  return (
    <section class="help" aria-label="Help">
      <dl class="facts">
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>to the packet</dd>
        <dt>
          <kbd>j</kbd> <kbd>k</kbd>
        </dt>
        <dd>next and previous rule on its way, with its line</dd>
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>out of a field, and no rule selected</dd>
        <dt>
          <kbd>←</kbd> <kbd>→</kbd>
        </dt>
        <dd>from tab to tab</dd>
        <dt>beside lines</dt>
        <dd>
          a number is the order of visits, round in the first, third, … leg, square in the others; × did not match, and why; hatched never
          matches
        </dd>
        <dt>packets</dt>
        <dd>
          <code>out tcp -&gt; 203.0.113.9:443 uid=1000</code>, <code>in udp 10.0.0.7 -&gt; 10.244.0.5:53</code>, a line of tcpdump or of the
          kernel's log
        </dd>
      </dl>
    </section>
  );
}
