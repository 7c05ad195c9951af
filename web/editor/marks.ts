/** What is drawn on the rules: the order of visits, reasons of rules that did not match, dead rules, diagnostics. */
import { type EditorState, type Range, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter, WidgetType } from '@codemirror/view';
import type { MissedRule, ShownDiagnostic, Visit } from '../worker/questions.ts';
import { type Marks, NO_MARKS } from './rulesEditor.ts';

export const setMarks = StateEffect.define<Marks>();

interface Drawn {
  readonly marks: Marks;
  readonly decorations: DecorationSet;
  readonly gutter: RangeSet<GutterMarker>;
}

/** CodeMirror wants what it draws as objects of its classes. */
class VisitMarker extends GutterMarker {
  readonly visits: readonly Visit[];
  constructor(visits: readonly Visit[]) {
    super();
    this.visits = visits;
  }
  override eq(other: VisitMarker): boolean {
    return JSON.stringify(this.visits) === JSON.stringify(other.visits);
  }
  override toDOM(): Node {
    const box = document.createElement('span');
    for (const { leg, order } of this.visits.slice(0, MOST_BADGES)) box.append(badge(leg, order));
    const more = this.visits.length - MOST_BADGES;
    if (more > 0) box.append(`+${more}`);
    return box;
  }
}

const MOST_BADGES = 3;

function badge(leg: number, order: number): HTMLElement {
  const mark = document.createElement('span');
  mark.className = `cw-visit ${leg % 2 === 1 ? 'cw-odd' : 'cw-even'}`;
  mark.textContent = String(order);
  mark.title = `leg ${leg}, rule ${order}`;
  mark.setAttribute('aria-label', mark.title);
  mark.setAttribute('role', 'img');
  return mark;
}

class MissMarker extends GutterMarker {
  override eq(): boolean {
    return true;
  }
  override toDOM(): Node {
    const mark = document.createElement('span');
    mark.className = 'cw-miss';
    mark.textContent = '×';
    return mark;
  }
}

class ReasonWidget extends WidgetType {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
  override eq({ text }: ReasonWidget): boolean {
    return text === this.text;
  }
  override toDOM(): HTMLElement {
    const note = document.createElement('span');
    note.className = 'cw-reason';
    note.textContent = this.text;
    return note;
  }
}

const MISSED = new MissMarker();

export const marksField = StateField.define<Drawn>({
  create: () => ({ marks: NO_MARKS, decorations: Decoration.none, gutter: RangeSet.empty }),
  update(drawn, { effects, changes, docChanged, state }) {
    const set = effects.find((effect) => effect.is(setMarks));
    if (set !== undefined) return draw(state, set.value as Marks);
    if (!docChanged) return drawn;
    return { ...drawn, decorations: drawn.decorations.map(changes), gutter: drawn.gutter.map(changes) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ decorations }) => decorations),
});

export const visitGutter = gutter({
  class: 'cw-visits',
  markers: ({ state }) => state.field(marksField).gutter,
  initialSpacer: () => new VisitMarker([{ line: 1, leg: 1, order: 10 }]),
});

function draw(state: EditorState, marks: Marks): Drawn {
  const { doc } = state;
  const startOf = (line: number): number | undefined => (line >= 1 && line <= doc.lines ? doc.line(line).from : undefined);
  const visits = Map.groupBy(marks.visits, ({ line }) => line);
  const misses = Map.groupBy(
    marks.misses.filter(({ line }) => !visits.has(line)),
    ({ line }) => line,
  );
  const lines: Range<Decoration>[] = [];
  const signs: Range<GutterMarker>[] = [];
  const add = (line: number, decoration: Decoration) => {
    const from = startOf(line);
    if (from !== undefined) lines.push(decoration.range(from));
  };
  for (const [line, met] of visits) {
    add(line, HIT);
    const from = startOf(line);
    if (from !== undefined) signs.push(new VisitMarker(met).range(from));
  }
  for (const [line, [first]] of misses) {
    const from = startOf(line);
    if (from === undefined || first === undefined) continue;
    signs.push(MISSED.range(from));
    lines.push(PASSED.range(from), reason(first).range(doc.line(line).to));
  }
  for (const line of marks.dead) add(line, DEAD);
  if (marks.selected !== undefined) add(marks.selected, SELECTED);
  for (const one of marks.diagnostics) lines.push(...squiggle(one, doc.length));
  return { marks, decorations: Decoration.set(lines, true), gutter: RangeSet.of(signs, true) };
}

const HIT = Decoration.line({ class: 'cw-hit' });
const PASSED = Decoration.line({ class: 'cw-passed' });
const DEAD = Decoration.line({ class: 'cw-dead', attributes: { title: 'dead rule: it never matches' } });
const SELECTED = Decoration.line({ class: 'cw-selected' });

function reason({ clause, saw }: MissedRule): Decoration {
  return Decoration.widget({ widget: new ReasonWidget(saw === '' ? `not ${clause}` : saw), side: 1 });
}

/** A place without length is drawn on the character after it. */
function squiggle({ kind, start, end }: ShownDiagnostic, length: number): readonly Range<Decoration>[] {
  const from = Math.min(start, Math.max(length - 1, 0));
  const to = Math.min(Math.max(end, from + 1), length);
  return from >= to ? [] : [Decoration.mark({ class: `cw-squiggle cw-${kind}` }).range(from, to)];
}
