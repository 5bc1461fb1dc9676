import type { DeclIdent, FnElem, GlobalVarElem, WgslModule } from '../wesl.ts';
import { countAssignments } from './assignments.ts';
import type { Part } from './dependencies.ts';
import type { NumberCode } from './run.ts';
import { functionScope, moduleScope, type Program, type Scope, type Slots } from './scope.ts';
import type { SharedParts } from './shared-parts.ts';
import { type LocalType, privateSize, surveyFrom, surveyParts } from './survey.ts';
import type { CountCode } from './tally.ts';
import { blockCode } from './walk.ts';

/** A part of a program's code, and what the part reaches. */
export interface Unit {
  readonly value: unknown;
  readonly variables: readonly GlobalVarElem[];
  readonly functions: readonly FnElem[];
  readonly privateSizes: readonly NumberCode[];
}

/** One structure of a program while its code is made: what is left of the program under its conditions. */
export class Structure implements Program {
  readonly module: WgslModule;
  readonly isNumber: Program['isNumber'];
  readonly fixedNumbers: Program['fixedNumbers'];
  readonly slots: Slots;
  readonly scope: Scope;
  /** Module-scope variables that were reached. */
  readonly variables = new Set<GlobalVarElem>();
  /** Bytes of the variables that functions declare. */
  readonly privateSizes: NumberCode[] = [];
  readonly #entry: FnElem;
  readonly #shared: SharedParts | null;
  readonly #bodies = new Map<FnElem, CountCode | null | 'unfinished'>();
  /** By function; null for those of module-scope variables, whoever assigns them. */
  readonly #assignments = new Map<FnElem | null, ReadonlyMap<DeclIdent, number>>();

  constructor(options: {
    readonly module: WgslModule;
    readonly entry: FnElem;
    readonly isNumber: Program['isNumber'];
    readonly fixedNumbers: Program['fixedNumbers'];
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

  timesAssigned(declaration: DeclIdent, fn: FnElem | null): number {
    const owner = declaration.isGlobal ? null : fn;
    let counts = this.#assignments.get(owner);
    if (!counts) {
      counts = owner ? countAssignments([owner], this.module) : surveyFrom(this.#entry, this.module);
      this.#assignments.set(owner, counts);
    }
    return counts.get(declaration) ?? 0;
  }

  body(fn: FnElem): CountCode | null | 'unfinished' {
    const known = this.#bodies.get(fn);
    if (known !== undefined) return known;
    this.#bodies.set(fn, 'unfinished');
    const code = blockCode(fn.body.body, functionScope(fn, this.scope));
    this.#bodies.set(fn, code);
    return code;
  }

  remember<T>(owner: object, parts: readonly Part[], scope: Scope, make: () => T): T {
    const makeUnit = (): Unit => {
      const { locals, ...reached } = surveyParts(parts, this.module);
      const privateSizes = locals.flatMap((type: LocalType) => privateSize(type, scope) ?? []);
      return { value: make(), ...reached, privateSizes };
    };
    const unit = this.#shared?.find({ owner, parts, module: this.module }, makeUnit) ?? makeUnit();
    for (const variable of unit.variables) this.variables.add(variable);
    this.privateSizes.push(...unit.privateSizes);
    for (const fn of unit.functions) this.body(fn);
    return unit.value as T;
  }
}
