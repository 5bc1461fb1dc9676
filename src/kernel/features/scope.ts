import type { TypeNumbers } from '../layout.ts';
import type { DeclIdent, ExpressionElem, FnElem, WgslModule } from '../wesl.ts';
import { constantCode } from './constants.ts';
import type { Part } from './dependencies.ts';
import type { NumberCode, Run, ValueCode } from './run.ts';
import type { CountCode } from './tally.ts';

/** What the code of a program is made in: all that does not depend on numbers. */
export interface Program {
  readonly module: WgslModule;
  /**
   * How often a variable is assigned; taking its address counts as many times.
   *
   * @param fn the function that it belongs to, unless it is one of the module.
   */
  timesAssigned(declaration: DeclIdent, fn: FnElem | null): number;
  /** Whether a declaration's value is the configuration's. */
  readonly isNumber: (declaration: DeclIdent) => boolean;
  /** Those of these values that are the same for all configurations. */
  readonly fixedNumbers: Run['numbers'];
  /** Finds a part of the code as it was made for another structure, or makes it. `parts` are all that it is made of. */
  remember<T>(owner: object, parts: readonly Part[], scope: Scope, make: () => T): T;
  /** The same for statements that hold others, which are parts of their own. */
  gather<T>(owner: object, whole: Part, make: () => T): T;
  /** Code that counts the body of a function once; unfinished while it is made, as for one that calls itself. */
  body(fn: FnElem): CountCode | null | 'unfinished';
  readonly slots: Slots;
}

/** The function that code is made for; null for module scope. */
export interface Scope {
  readonly program: Program;
  readonly fn: FnElem | null;
  readonly values: Map<ExpressionElem, ValueCode>;
  readonly functions: Map<FnElem, Scope>;
  /** Numbers in types. */
  readonly typeNumbers: (run: Run) => TypeNumbers;
}

/** Places of declarations in what a run and an activation remember, the same for every configuration. */
export class Slots {
  readonly #slots = new WeakMap<DeclIdent, number>();
  readonly #rooms = new WeakMap<object, Room>();

  /** @param owner the function that a declaration belongs to, or the slots themselves for module scope. */
  of(declaration: DeclIdent, owner: object): number {
    const known = this.#slots.get(declaration);
    if (known !== undefined) return known;
    const slot = this.room(owner).used++;
    this.#slots.set(declaration, slot);
    return slot;
  }

  /** The slots that an owner's declarations use: more as more code is made. */
  room(owner: object): Room {
    let room = this.#rooms.get(owner);
    if (!room) {
      room = { used: 0 };
      this.#rooms.set(owner, room);
    }
    return room;
  }
}

/** How many slots are used. */
interface Room {
  used: number;
}

/** The scope of a program's module-scope declarations. */
export function moduleScope(program: Program): Scope {
  return newScope(program, null, new Map());
}

/** The scope of a function that is called from another. */
export function functionScope(fn: FnElem, { program, functions }: Scope): Scope {
  let scope = functions.get(fn);
  if (!scope) {
    scope = newScope(program, fn, functions);
    functions.set(fn, scope);
  }
  return scope;
}

function newScope(program: Program, fn: FnElem | null, functions: Map<FnElem, Scope>): Scope {
  const codes = new Map<ExpressionElem, NumberCode>();
  const scope: Scope = {
    program,
    fn,
    functions,
    values: new Map(),
    typeNumbers: (run) => (expression) => {
      let code = codes.get(expression);
      if (!code) {
        code = constantCode(expression, scope);
        codes.set(expression, code);
      }
      const number = code(run);
      return Number.isNaN(number) ? null : number;
    },
  };
  return scope;
}
