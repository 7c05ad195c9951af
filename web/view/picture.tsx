/** The way of the packet in lanes: a picture that the library draws; a box of a rule leads to its line. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { svgStyle } from '../../src/api/report/index.ts';

export interface PictureProps {
  readonly svg: string;
  readonly onLine: (line: number) => void;
}

/** Styles of a sheet that a script makes need no exception from the policy of the page. */
function sheet(): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(
    `svg{max-width:100%;height:auto;display:block}[data-line]{cursor:pointer}@media (max-width:640px){svg{max-width:none;width:640px}}@media print{svg{width:100%}}${svgStyle}`,
  );
  return made;
}

export function Picture({ svg, onLine }: PictureProps) {
  const box = useRef<HTMLElement>(null);
  // drawn with the answer, not a frame later
  useLayoutEffect(() => {
    if (box.current === null) return;
    const root = box.current.shadowRoot ?? box.current.attachShadow({ mode: 'open' });
    if (root.adoptedStyleSheets.length === 0) root.adoptedStyleSheets = [sheet()];
    const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
    root.replaceChildren(document.importNode(documentElement, true));
  }, [svg]);
  const onClick = (event: MouseEvent) => {
    const [target] = event.composedPath();
    const line = target instanceof Element ? target.closest('[data-line]:not([data-file])')?.getAttribute('data-line') : undefined;
    if (line !== undefined && line !== null) onLine(Number(line));
  };
  // the steps below are the same for those who use keys
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: each rule is a button below
    // biome-ignore lint/a11y/noNoninteractiveTabindex: where it is wider than the page it is scrolled by keys
    <section ref={box} class="picture" aria-label="The way in lanes" tabIndex={0} onClick={onClick} />
  );
}
