/** What one question may cost. Everything that works for the question counts on the same object, which ends it by a `BudgetError`.
 *  Counts, not times: the same question always ends the same way. Only who asks may have a clock, and hands it in. */

/** `steps` are work, the others are memory. */
export type Resource = 'steps' | 'nodes' | 'classes' | 'records' | 'ways' | 'time';

export interface BudgetLimits {
  /** work: a rule that a packet passes is one step, so is an operation on decision nodes */
  readonly steps?: number;
  /** decision nodes of the proofs */
  readonly nodes?: number;
  /** classes of packets that are alive at a time */
  readonly classes?: number;
  /** steps of walks that are kept to be shown */
  readonly records?: number;
  /** asked now and then: `true` ends the question */
  readonly deadline?: () => boolean;
  /** shared by all questions of a run: a question that takes more than an ordinary one takes it from here */
  readonly reserve?: Reserve;
}

const DEFAULTS = { steps: 30_000_000, nodes: 10_000_000, classes: 60_000, records: 1_000_000 } as const;
/** A large ruleset may cost more. */
const BY_RULE = { steps: 5_000, nodes: 500, classes: 4, records: 100, ordinary: 500 } as const;
/** More would be more memory than a machine that checks pull requests can spare. */
const MOST_NODES = 30_000_000;
/** What questions about common rules take by far. */
const ORDINARY_STEPS = 2_000_000;
/** A walk of a class past a rule makes sets, environments and keys. */
export const STEPS_OF_A_CLASS = 16;
/** A target, a route or a listener looks at every bit of its addresses. */
export const STEPS_OF_A_MOVE = 128;
const STEPS_BETWEEN_CLOCKS = 1 << 16;
/** So much that the whole check of one file, as it was and as it is, ends in seconds. */
const RESERVE_PARTS = { first: 0.15, ruleset: 0.025 } as const;
const RESERVE_SPENT = 'the questions before have taken what this run may spend on hard ones';

/** What the hard questions of one run may cost together: a thousand files must not take a thousand times the most that one may,
 *  nor a hundred questions about one file a hundred times. */
export class Reserve {
  #left: number;
  /** that comes later */
  #later: number;
  readonly #share: number;
  readonly #admitted = new WeakSet<object>();
  #brought = 0;
  #taken = 0;

  /** A part of `most` is there from the start, the rest comes with the rules that are asked about. */
  constructor(most = 10 * DEFAULTS.steps) {
    this.#left = Math.ceil(most * RESERVE_PARTS.first);
    this.#later = most - this.#left;
    this.#share = Math.ceil(most * RESERVE_PARTS.ruleset);
  }

  /** Rules that questions are about, each object once. */
  admit(rules: object): void {
    if (this.#admitted.has(rules)) return;
    this.#admitted.add(rules);
    this.#brought++;
    const more = Math.min(this.#share, this.#later);
    this.#later -= more;
    this.#left += more;
  }

  /** How many rules were brought to it. */
  get admitted(): number {
    return this.#brought;
  }

  /** Steps, whether it had them or not. */
  get taken(): number {
    return this.#taken;
  }

  /** False: it is used up. */
  take(steps: number): boolean {
    this.#taken += steps;
    this.#left -= steps;
    return this.#left >= 0;
  }
}

/** The question is too hard for its budget. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError';
  readonly resource: Resource;

  constructor(resource: Resource, message: string) {
    super(message);
    this.resource = resource;
  }
}

/** As the reason of an undecided answer. */
export function budgetReason({ message }: BudgetError): string {
  return `${REASON}${message}`;
}

export function isBudgetReason(reason: string | undefined): boolean {
  return reason?.split('; ').some((part) => part.startsWith(REASON)) === true;
}

const REASON = 'budget: ';

export class Budget {
  readonly #deadline: (() => boolean) | undefined;
  readonly #reserve: Reserve | undefined;
  /** steps that do not count on the reserve */
  #ordinary = ORDINARY_STEPS;
  readonly #given: BudgetLimits;
  readonly #limits: { steps: number; nodes: number; classes: number; records: number };
  /** left to others than the share that is spent just now */
  #kept = { steps: 0, nodes: 0 };
  #steps = 0;
  #nodes = 0;
  #classes = 0;
  #keptClasses = 0;
  #records = 0;
  #nextClock = STEPS_BETWEEN_CLOCKS;
  /** why nothing goes on */
  #late: string | undefined;
  readonly #admitted = new WeakSet<object>();

  constructor({ deadline, reserve, ...limits }: BudgetLimits = {}) {
    this.#given = limits;
    this.#limits = {
      steps: limits.steps ?? DEFAULTS.steps,
      nodes: limits.nodes ?? DEFAULTS.nodes,
      classes: limits.classes ?? DEFAULTS.classes,
      records: limits.records ?? DEFAULTS.records,
    };
    this.#deadline = deadline;
    this.#reserve = reserve;
  }

  get steps(): number {
    return this.#steps;
  }

  get nodes(): number {
    return this.#nodes;
  }

  get classes(): number {
    return this.#classes;
  }

  /** Rules that the question is about, each object once: they raise the limits that are not given. */
  admit(rules: object, count: number): void {
    if (this.#admitted.has(rules)) return;
    this.#admitted.add(rules);
    this.#reserve?.admit(rules);
    this.#ordinary += count * BY_RULE.ordinary;
    if (this.#given.steps === undefined) this.#limits.steps += count * BY_RULE.steps;
    if (this.#given.nodes === undefined) this.#limits.nodes = Math.min(this.#limits.nodes + count * BY_RULE.nodes, MOST_NODES);
    if (this.#given.classes === undefined) this.#limits.classes += count * BY_RULE.classes;
    if (this.#given.records === undefined) this.#limits.records += count * BY_RULE.records;
  }

  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#limits.steps - this.#kept.steps) throw this.#spent('steps', 'steps', this.#kept.steps > 0);
    if (this.#steps < this.#nextClock) return;
    this.#nextClock = this.#steps + STEPS_BETWEEN_CLOCKS;
    if (this.#deadline?.() === true) this.#late = 'the time for the question is over';
    else if (this.#steps > this.#ordinary && this.#reserve?.take(STEPS_BETWEEN_CLOCKS) === false) this.#late = RESERVE_SPENT;
    if (this.#late === undefined) return;
    this.#nextClock = 0;
    throw new BudgetError('time', this.#late);
  }

  /** Room for more decision nodes, at most so many. */
  takeNodes(wanted: number): number {
    const room = Math.min(wanted, this.#limits.nodes - this.#kept.nodes - this.#nodes);
    if (room <= 0) throw this.#spent('nodes', 'decision nodes', this.#kept.nodes > 0);
    this.#nodes += room;
    return room;
  }

  /** What was taken is no longer used. */
  giveNodes(count: number): void {
    this.#nodes -= count;
  }

  /** Classes that come into being, or cease when `count` is negative. */
  hold(count: number): void {
    this.#classes += count;
    if (count > 0) this.#checkClasses();
  }

  /** Classes that are there as long as the question. */
  keep(count: number): void {
    this.#keptClasses += count;
    this.#checkClasses();
  }

  #checkClasses(): void {
    if (this.#classes + this.#keptClasses > this.#limits.classes) throw this.#spent('classes', 'classes of packets');
  }

  record(count = 1): void {
    this.#records += count;
    if (this.#records > this.#limits.records) throw this.#spent('records', 'recorded steps');
  }

  /** `work` may spend this part of what is left, or `most` where that is given, so that it leaves something to others. */
  share<T>(part: number, work: () => T, most: Pick<BudgetLimits, 'steps' | 'nodes'> = {}): T {
    const before = this.#kept;
    const keep = (resource: 'steps' | 'nodes', spent: number): number => {
      const left = Math.max(0, this.#limits[resource] - before[resource] - spent);
      return before[resource] + left - Math.min(left, most[resource] ?? Math.ceil(left * part));
    };
    this.#kept = { steps: keep('steps', this.#steps), nodes: keep('nodes', this.#nodes) };
    try {
      return work();
    } finally {
      this.#kept = before;
    }
  }

  #spent(resource: keyof typeof DEFAULTS, what: string, ofShare = false): BudgetError {
    return new BudgetError(resource, `more than ${ofShare ? 'a share of ' : ''}${this.#limits[resource]} ${what}`);
  }
}
