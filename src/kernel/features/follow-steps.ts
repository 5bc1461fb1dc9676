import {
  type DeclIdent,
  type ExpressionElem,
  type FnElem,
  type GlobalVarElem,
  live,
  type Statement,
  typeOf,
  typeOfDeclaration,
  type WgslModule,
} from '../wesl.ts';
import { applyBinary, elementKind, lanesOf, scalarOperator, wrap } from './arithmetic.ts';
import { rootDeclaration } from './assignments.ts';
import { type Flow, fork, inOrder, type Step } from './flow.ts';
import { loopStep } from './follow-loop.ts';
import { isName } from './induction.ts';
import type { Relevance } from './relevance.ts';
import { firstInvocation, type HeldValue, type Value } from './run.ts';
import type { Scope } from './scope.ts';
import type { Stop } from './trail.ts';

/** An address that is taken may be written through at any time. */
const byAddress = 1000;

/** Code that goes through functions, of what is left of a program under its conditions. */
export class StepCode {
  readonly scope: Scope;
  readonly relevance: Relevance;
  readonly #bodies = new Map<FnElem, Step | null>();

  constructor(scope: Scope, relevance: Relevance) {
    this.scope = scope;
    this.relevance = relevance;
  }

  get module(): WgslModule {
    return this.scope.program.module;
  }

  /** Code that goes through a function; null if nothing in it matters. */
  body(fn: FnElem): Step | null {
    let body = this.#bodies.get(fn);
    if (body === undefined) {
      body = null;
      this.#bodies.set(fn, body);
      body = this.block(fn.body.body, this.scope.of(fn));
      this.#bodies.set(fn, body);
    }
    return body;
  }

  /** Gives the module's private variables their first values. */
  start(at: Stop): void {
    for (const item of this.module.declarations) {
      if (item.kind !== 'gvar' || !this.#follows(item.name.decl.ident, this.scope)) continue;
      this.#declare(item as GlobalVarElem, this.scope)?.(at);
    }
  }

  /** null if nothing in the statements matters. */
  block(statements: readonly Statement[], scope: Scope): Step | null {
    const steps = live(statements, this.module).flatMap((statement) => {
      const step = this.#statement(statement, scope);
      return step === null ? [] : [{ step, loops: this.relevance.loops(statement) }];
    });
    return inOrder(steps);
  }

  /** Code for what an expression is to the first invocation, and whether it differs between invocations. */
  value(expression: ExpressionElem, scope: Scope): (at: Stop) => HeldValue {
    const code = scope.value(expression);
    return ({ trail: { run }, frame }) => {
      const readsBefore = run.laneReads;
      const value = code(run, frame, firstInvocation);
      return { value, differs: run.laneReads !== readsBefore };
    };
  }

  /** Code for the calls in an expression that have to be gone through; null if there are none. */
  calls(expression: ExpressionElem | undefined, scope: Scope): Step | null {
    if (expression === undefined || !this.relevance.calls(expression)) return null;
    const value = this.value(expression, scope);
    return (at) => {
      value(at);
      return 'next';
    };
  }

  #statement(statement: Statement, scope: Scope): Step | null {
    switch (statement.kind) {
      case 'var':
      case 'let':
        return this.#follows(statement.name.decl.ident, scope)
          ? this.#declare(statement, scope)
          : this.calls(statement.init, scope);
      case 'assign':
        return this.#assign(statement, scope);
      case 'increment':
      case 'decrement': {
        const operator = statement.kind === 'increment' ? '+' : '-';
        return this.#update(statement.target, scope, operator, () => ({ value: 1, differs: false }));
      }
      case 'call':
        return this.calls(statement.call, scope);
      case 'block':
        return this.block(statement.body, scope);
      case 'if':
        return this.#branch(statement, scope);
      case 'switch':
        return this.#switch(statement, scope);
      case 'for':
      case 'while':
      case 'loop':
        return loopStep(statement, scope, this);
      case 'return':
        return this.#return(statement.value, scope);
      case 'discard':
        return () => 'return';
      case 'break':
        // A `break if` belongs to the loop.
        return statement.condition ? null : () => 'break';
      case 'continue':
        return () => 'continue';
      default:
        return null;
    }
  }

  /** Whether what a variable holds is kept: one that is written through addresses may hold anything. */
  #follows(declaration: DeclIdent, { program, fn }: Scope): boolean {
    const element = declaration.declElem;
    if (!this.relevance.decides(declaration)) return false;
    if (element?.kind === 'let') return true;
    const isPrivate = element?.kind === 'gvar' && (element.template?.[0]?.name ?? 'private') === 'private';
    if (element?.kind !== 'var' && !isPrivate) return false;
    return program.timesAssigned(declaration, fn) < byAddress;
  }

  #declare({ name, init }: Pick<GlobalVarElem, 'name' | 'init'>, scope: Scope): Step {
    const { ident } = name.decl;
    const type = typeOfDeclaration(ident, this.module);
    const kind = elementKind(type);
    const zero = kind === 'bool' ? false : 0;
    const empty =
      kind === null ? null : type.kind === 'vector' ? Array<typeof zero>(lanesOf(type)).fill(zero) : zero;
    const value = init && this.value(init, scope);
    return (at) => {
      const first = value?.(at) ?? { value: empty, differs: false };
      at.trail.set(
        ident,
        typeof first.value === 'number' ? wrap(first.value, kind) : first.value,
        first.differs,
      );
      return 'next';
    };
  }

  #assign(statement: Extract<Statement, { kind: 'assign' }>, scope: Scope): Step | null {
    const { lhs, rhs, op } = statement;
    const target = lhs.kind === 'phony' ? undefined : lhs;
    const operator = op.value === '=' ? null : op.value.slice(0, -1);
    const root = target && rootDeclaration(target, this.module);
    if (target && root && this.#follows(root, scope)) {
      return this.#update(target, scope, operator, this.value(rhs, scope));
    }
    return inOrder(
      [target, rhs].flatMap((part) => this.calls(part, scope) ?? []).map((step) => ({ step, loops: true })),
    );
  }

  /** Code that changes a variable, or an element of a vector. */
  #update(
    target: ExpressionElem,
    scope: Scope,
    ...[operator, amount]: [operator: string | null, amount: (at: Stop) => HeldValue]
  ): Step | null {
    const root = rootDeclaration(target, this.module);
    if (root === undefined || !this.#follows(root, scope)) return null;
    const kind = elementKind(typeOf(target, this.module));
    const apply = operator === null ? null : scalarOperator(operator, kind);
    const before = this.value(target, scope);
    const place = this.#place(target, root, scope);
    return (at) => {
      const old = before(at);
      const by = amount(at);
      const operated =
        apply === null
          ? by.value
          : by.value === null || old.value === null
            ? null
            : applyBinary(apply, old.value, by.value);
      const value = typeof operated === 'number' ? wrap(operated, kind) : operated;
      const differs = by.differs || (apply !== null && old.differs);
      at.trail.set(
        root,
        place(at, value),
        differs || (at.trail.held.values.get(root)?.differs === true && place !== whole),
      );
      return 'next';
    };
  }

  /** Code for the whole variable with a part of it replaced; null of what is no scalar and no vector. */
  #place(
    target: ExpressionElem,
    root: DeclIdent,
    scope: Scope,
  ): (at: Stop, part: Value | null) => Value | null {
    if (isName(target, root, scope)) return whole;
    const isVector = typeOfDeclaration(root, this.module).kind === 'vector';
    if (
      !isVector ||
      (target.kind !== 'component-expression' && target.kind !== 'component-member-expression')
    ) {
      return () => null;
    }
    const index =
      target.kind === 'component-expression'
        ? this.value(target.access, scope)
        : () => ({ value: 'xyzwrgba'.indexOf(target.access.name) % 4, differs: false });
    return (at, part) => {
      const vector = at.trail.held.values.get(root)?.value;
      const position = index(at).value;
      if (typeof vector !== 'object' || vector === null || typeof position !== 'number') return null;
      if (part === null || typeof part === 'object' || position < 0 || position >= vector.length) return null;
      return vector.map((element, i) => (i === position ? part : element));
    };
  }

  #branch(statement: Extract<Statement, { kind: 'if' }>, scope: Scope): Step | null {
    const then = this.block(statement.body.body, scope);
    const otherwise = statement.else ? this.#statement(statement.else, scope) : null;
    if (then === null && otherwise === null) return this.calls(statement.condition, scope);
    const test = this.value(statement.condition, scope);
    const thenLoops = this.relevance.loops(statement.body);
    const otherwiseLoops = statement.else !== undefined && this.relevance.loops(statement.else);
    return (at) => {
      const { value } = test(at);
      if (typeof value !== 'boolean') return fork(at, [then, otherwise]);
      const [taken, left, loops] = value ? [then, otherwise, otherwiseLoops] : [otherwise, then, thenLoops];
      if (loops && left !== null) aside(at, statement, left);
      return taken?.(at) ?? 'next';
    };
  }

  #switch(statement: Extract<Statement, { kind: 'switch' }>, scope: Scope): Step | null {
    const clauses = live(statement.clauses, this.module).map((clause) => ({
      step: this.block(clause.body.body, scope),
      isDefault: clause.selectors.includes('default'),
      selectors: clause.selectors.filter((one) => one !== 'default').map((one) => this.value(one, scope)),
      element: clause,
      loops: this.relevance.loops(clause.body),
    }));
    if (clauses.every(({ step }) => step === null)) return this.calls(statement.selector, scope);
    const selector = this.value(statement.selector, scope);
    const ended = (flow: Flow): Flow => (flow === 'break' ? 'next' : flow);
    return (at) => {
      const { value } = selector(at);
      if (typeof value !== 'number') {
        const ways = clauses.map(
          ({ step }): Step =>
            (stop) =>
              ended(step?.(stop) ?? 'next'),
        );
        return fork(at, ways);
      }
      const taken =
        clauses.find(({ selectors }) => selectors.some((one) => one(at).value === value)) ??
        clauses.find(({ isDefault }) => isDefault);
      for (const { step, element, loops } of clauses) {
        if (step !== null && loops && step !== taken?.step) aside(at, element, step);
      }
      return ended(taken?.step?.(at) ?? 'next');
    };
  }

  #return(expression: ExpressionElem | undefined, scope: Scope): Step {
    const value = expression && this.value(expression, scope);
    const matters =
      expression &&
      (this.relevance.calls(expression) || (scope.fn && this.relevance.decides(scope.fn.name.ident)));
    return (at) => {
      at.returned = matters && value ? value(at).value : null;
      return 'return';
    };
  }
}

const whole = (_at: Stop, value: Value | null) => value;

/** Goes once through what the first invocation does not reach here, for the sake of the loops in it. */
export function aside(at: Stop, statement: object, step: Step): void {
  if (at.trips.isNew(statement)) at.trail.aside(() => step({ ...at }));
}
