import type { TypeNumbers } from '../layout.ts';
import type { DeclIdent, ExpressionElem, FnElem, WgslModule } from '../wesl.ts';
import type { Part } from './dependencies.ts';
import type { CountCode, Run, ValueCode } from './run.ts';

/** What the code of a program is made in: all that does not depend on numbers. */
export interface ProgramStructure {
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

/** The function that code is made for, and what it is made with; `scopes.ts` makes it. */
export interface Scope {
  readonly program: ProgramStructure;
  /** null for module scope. */
  readonly fn: FnElem | null;
  /** Code for the value of an expression, made when it is first asked for. */
  value(expression: ExpressionElem): ValueCode;
  /** The scope of a function that is called from here. */
  of(fn: FnElem): Scope;
  /** Numbers in types. */
  typeNumbers(run: Run): TypeNumbers;
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
