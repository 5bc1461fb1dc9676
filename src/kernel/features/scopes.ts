import type { TypeNumbers } from '../layout.ts';
import type { ExpressionElem, FnElem } from '../wesl.ts';
import { constantCode } from './constants.ts';
import { valueCode } from './evaluate.ts';
import type { NumberCode, Run, ValueCode } from './run.ts';
import type { ProgramStructure, Scope } from './scope.ts';

/** The scope of a program's module-scope declarations. */
export function moduleScope(program: ProgramStructure): Scope {
  return new KnownScope(program, null, new Map());
}

/** A scope that makes the code of an expression once, and the scope of a function once per program. */
class KnownScope implements Scope {
  readonly program: ProgramStructure;
  readonly fn: FnElem | null;
  readonly #functions: Map<FnElem, Scope>;
  readonly #values = new Map<ExpressionElem, ValueCode>();
  readonly #numbers = new Map<ExpressionElem, NumberCode>();

  /** @param functions the scopes of the program's functions, which all of them share. */
  constructor(program: ProgramStructure, fn: FnElem | null, functions: Map<FnElem, Scope>) {
    this.program = program;
    this.fn = fn;
    this.#functions = functions;
  }

  value(expression: ExpressionElem): ValueCode {
    let code = this.#values.get(expression);
    if (!code) {
      code = valueCode(expression, this);
      this.#values.set(expression, code);
    }
    return code;
  }

  of(fn: FnElem): Scope {
    let scope = this.#functions.get(fn);
    if (!scope) {
      scope = new KnownScope(this.program, fn, this.#functions);
      this.#functions.set(fn, scope);
    }
    return scope;
  }

  typeNumbers(run: Run): TypeNumbers {
    return (expression) => {
      let code = this.#numbers.get(expression);
      if (!code) {
        code = constantCode(expression, this);
        this.#numbers.set(expression, code);
      }
      const number = code(run);
      return Number.isNaN(number) ? null : number;
    };
  }
}
