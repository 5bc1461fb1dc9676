import type { DeclIdent, FnElem, GlobalVarElem, WgslModule } from '../wesl.ts';
import { countAssignments } from './assignments.ts';
import type { Part } from './dependencies.ts';
import { ProgramFollower } from './follow.ts';
import { StepCode } from './follow-steps.ts';
import { Relevance } from './relevance.ts';
import type { CountCode, Follower, NumberCode } from './run.ts';
import type { ProgramStructure, Scope, Slots } from './scope.ts';
import { moduleScope } from './scopes.ts';
import type { SharedParts } from './shared-parts.ts';
import { functionsFrom, type LocalType, privateSize, surveyParts } from './survey.ts';
import type { Unit } from './unit.ts';
import { blockCode } from './walk.ts';

/** One structure of a program while its code is made: what is left of the program under its conditions. */
export class Structure implements ProgramStructure {
  readonly module: WgslModule;
  readonly isNumber: ProgramStructure['isNumber'];
  readonly fixedNumbers: ProgramStructure['fixedNumbers'];
  readonly slots: Slots;
  readonly scope: Scope;
  readonly #entry: FnElem;
  readonly #shared: SharedParts | null;
  readonly #reached = newReach();
  /** What the part reaches that is being made. */
  #reaching = this.#reached;
  readonly #bodies = new Map<FnElem, CountCode | null | 'unfinished'>();
  /** By function; null for those of module-scope variables, whoever assigns them. */
  #steps: StepCode | null = null;
  readonly #assignments = new Map<FnElem | null, ReadonlyMap<DeclIdent, number>>();

  constructor(options: {
    readonly module: WgslModule;
    readonly entry: FnElem;
    readonly isNumber: ProgramStructure['isNumber'];
    readonly fixedNumbers: ProgramStructure['fixedNumbers'];
    readonly slots: Slots;
    /** Parts made for other structures; null if there are none. */
    readonly shared: SharedParts | null;
  }) {
    this.module = options.module;
    this.isNumber = options.isNumber;
    this.fixedNumbers = options.fixedNumbers;
    this.slots = options.slots;
    this.#entry = options.entry;
    this.#shared = options.shared;
    this.scope = moduleScope(this);
  }

  /** Module-scope variables that were reached. */
  get variables(): ReadonlySet<GlobalVarElem> {
    return this.#reached.variables;
  }

  /** Bytes of the variables that functions declare. */
  get privateSizes(): readonly NumberCode[] {
    return this.#reached.privateSizes;
  }

  timesAssigned(declaration: DeclIdent, fn: FnElem | null): number {
    const owner = declaration.isGlobal ? null : fn;
    let counts = this.#assignments.get(owner);
    if (!counts) {
      counts = owner
        ? countAssignments([owner], this.module)
        : countAssignments(functionsFrom(this.#entry, this.module), this.module);
      this.#assignments.set(owner, counts);
    }
    return counts.get(declaration) ?? 0;
  }

  /** What goes through the program in one run. Most runs need none. */
  follower(): Follower {
    return new ProgramFollower(this.#entry, () => {
      this.#steps ??= new StepCode(
        this.scope,
        new Relevance(functionsFrom(this.#entry, this.module), this.module),
      );
      return this.#steps;
    });
  }

  body(fn: FnElem): CountCode | null | 'unfinished' {
    const known = this.#bodies.get(fn);
    if (known !== undefined) return known;
    this.#bodies.set(fn, 'unfinished');
    // A function that many call declares its variables once.
    const caller = this.#reaching;
    this.#reaching = this.#reached;
    const code = this.gather(fn, fn, () => blockCode(fn.body.body, this.scope.of(fn)));
    this.#reaching = caller;
    this.#bodies.set(fn, code);
    return code;
  }

  gather<T>(owner: object, whole: Part, make: () => T): T {
    const makeUnit = (): Unit => {
      const outer = this.#reaching;
      const own = newReach();
      this.#reaching = own;
      const value = make();
      this.#reaching = outer;
      return {
        value,
        variables: [...own.variables],
        functions: [...own.functions],
        privateSizes: own.privateSizes,
      };
    };
    return this.#use(
      this.#shared?.find({ owner, gathers: true, parts: [whole], module: this.module }, makeUnit) ??
        makeUnit(),
    ) as T;
  }

  remember<T>(owner: object, parts: readonly Part[], scope: Scope, make: () => T): T {
    const makeUnit = (): Unit => {
      const { locals, ...reached } = surveyParts(parts, this.module);
      const privateSizes = locals.flatMap((type: LocalType) => privateSize(type, scope) ?? []);
      return { value: make(), ...reached, privateSizes };
    };
    const part = { owner, gathers: false, parts, module: this.module };
    return this.#use(this.#shared?.find(part, makeUnit) ?? makeUnit()) as T;
  }

  #use({ value, variables, functions, privateSizes }: Unit): unknown {
    const reaching = this.#reaching;
    for (const variable of variables) reaching.variables.add(variable);
    for (const size of privateSizes) reaching.privateSizes.push(size);
    for (const fn of functions) {
      reaching.functions.add(fn);
      this.body(fn);
    }
    return value;
  }
}

/** What parts reach, while they are made. */
interface Reach {
  readonly variables: Set<GlobalVarElem>;
  readonly functions: Set<FnElem>;
  readonly privateSizes: NumberCode[];
}

function newReach(): Reach {
  return { variables: new Set(), functions: new Set(), privateSizes: [] };
}
