import { attributeOf } from '../reflect.ts';
import type { AbstractElem, DeclIdent, ExpressionElem, FnElem, Statement, WgslModule } from '../wesl.ts';
import { changedIn } from './changes.ts';
import { Conditions } from './conditions.ts';
import { Evaluator } from './evaluate.ts';
import { constant } from './polynomial.ts';
import { type Findings, type FollowedProgram, launchSymbols, noFindings } from './program.ts';
import { anyNumber, combine, exactly, type Range } from './range.ts';
import { eitherOf, rangeOf, unknownValue, type Value } from './value.ts';

/** Calls within calls that are followed. */
const deepest = 24;

/** Syntax elements that are followed in all; what is beyond stays unknown. */
const mostSteps = 400_000;

/** Rounds until what variables depend on is known; in the last one nothing new comes up. */
const mostRounds = 4;

/** Thrown where a program is too much to be followed. */
class TooMuch extends Error {}

/** Invocations of a workgroup per axis; what is not known counts as 1. */
export function workgroupSize(program: Omit<FollowedProgram, 'workgroup'>): FollowedProgram['workgroup'] {
  const one = constant(1);
  const findings = noFindings();
  const values = new Evaluator(
    { ...program, workgroup: [one, one, one] },
    findings,
    new Map(),
    () => unknownValue,
  );
  const written = attributeOf(program.entry.attributes, 'workgroup_size') ?? [];
  const size = (axis: number) => {
    const expression = written[axis]?.expression;
    return (expression === undefined ? null : rangeOf(values.evaluate(expression)).high) ?? one;
  };
  return [size(0), size(1), size(2)];
}

/** Follows a program from its entry point; null if there is too much of it. */
export function follow(program: FollowedProgram): Findings | null {
  const findings = noFindings();
  const dependencies = new Map<DeclIdent, ReadonlySet<string>>();
  try {
    for (let round = 0; round < mostRounds; round++) {
      const before = sizeOf(dependencies);
      findings.guards.length = 0;
      new Follower(program, findings, dependencies).run();
      if (sizeOf(dependencies) === before) break;
    }
  } catch (error) {
    if (error instanceof TooMuch) return null;
    throw error;
  }
  return findings;
}

function sizeOf(dependencies: ReadonlyMap<DeclIdent, ReadonlySet<string>>): number {
  let size = 0;
  for (const sources of dependencies.values()) size += sources.size;
  return size;
}

/** Walks statements in order; calls are followed with the arguments that they are given. */
class Follower {
  readonly #program: FollowedProgram;
  readonly #module: WgslModule;
  readonly #values: Evaluator;
  readonly #conditions: Conditions;
  readonly #findings: Findings;
  #returned: Value | null = null;
  #depth = 0;
  #steps = 0;

  constructor(
    program: FollowedProgram,
    findings: Findings,
    dependencies: Map<DeclIdent, ReadonlySet<string>>,
  ) {
    this.#program = program;
    this.#module = program.module;
    this.#findings = findings;
    this.#values = new Evaluator(program, findings, dependencies, (fn, args) => this.#call(fn, args));
    this.#conditions = new Conditions(this.#values, findings);
  }

  run(): void {
    const { entry } = this.#program;
    this.#values.bindInputs(entry);
    this.#block(entry.body.body);
  }

  #call(fn: FnElem, args: readonly Value[]): Value {
    if (this.#depth >= deepest) return unknownValue;
    const outer = this.#returned;
    this.#returned = null;
    this.#depth++;
    for (const [i, { name }] of fn.params.entries()) {
      this.#values.define(name.decl.ident, args[i] ?? unknownValue, null);
    }
    const facts = this.#values.facts;
    this.#block(fn.body.body);
    this.#values.facts = facts;
    this.#depth--;
    const result: Value = this.#returned ?? unknownValue;
    this.#returned = outer;
    return { ...result, place: null };
  }

  /** @returns whether what stands behind the statements is never reached from their end */
  #block(statements: readonly Statement[]): boolean {
    let ends = false;
    for (const statement of statements) ends = this.#statement(statement) || ends;
    return ends;
  }

  #scoped(statements: readonly Statement[]): boolean {
    const { facts } = this.#values;
    const ends = this.#block(statements);
    this.#values.facts = facts;
    return ends;
  }

  #statement(statement: Statement): boolean {
    if (++this.#steps > mostSteps) throw new TooMuch();
    const values = this.#values;
    switch (statement.kind) {
      case 'block':
        return this.#scoped(statement.body);
      case 'let':
      case 'const':
      case 'var':
        this.#declare(statement);
        return false;
      case 'assign':
        if (statement.lhs.kind === 'phony') values.evaluate(statement.rhs);
        else this.#assign(statement.lhs, statement.op.value, values.evaluate(statement.rhs));
        return false;
      case 'increment':
        this.#assign(statement.target, '+=', { ...unknownValue, ranges: [exactly(constant(1))] });
        return false;
      case 'decrement':
        this.#assign(statement.target, '-=', { ...unknownValue, ranges: [exactly(constant(1))] });
        return false;
      case 'call':
        values.evaluate(statement.call);
        return false;
      case 'return':
        if (statement.value !== undefined) {
          const value = values.evaluate(statement.value);
          this.#returned = this.#returned === null ? value : eitherOf(this.#returned, value);
        }
        return true;
      case 'break':
        if (statement.condition !== undefined) this.#conditions.read(statement.condition);
        return statement.condition === undefined;
      case 'continue':
      case 'discard':
        return true;
      case 'if':
        return this.#if(statement);
      case 'for':
      case 'while':
      case 'loop':
        this.#loop(statement);
        return false;
      case 'continuing':
        this.#block(statement.body.body);
        if (statement.breakIf !== undefined) this.#conditions.read(statement.breakIf);
        return false;
      case 'switch':
        this.#conditions.use(values.evaluate(statement.selector));
        for (const clause of statement.clauses) {
          const before = values.snapshot();
          this.#scoped(clause.body.body);
          values.join(before);
        }
        return false;
      default:
        return false;
    }
  }

  #declare(statement: Extract<Statement, { kind: 'let' | 'const' | 'var' }>): void {
    const { init, name } = statement;
    const values = this.#values;
    const value = init === undefined ? unknownValue : values.evaluate(init);
    // A variable without a value holds zeros; only of single numbers that says something.
    const isZero = statement.kind === 'var' && init === undefined;
    const start = isZero ? values.zeroOf(name.decl.ident) : value;
    if (statement.kind === 'var') values.set(name.decl.ident, { ...start, place: null });
    else values.define(name.decl.ident, value, init ?? null);
  }

  #assign(target: ExpressionElem, operator: string, value: Value): void {
    const values = this.#values;
    const before = values.evaluate(target, operator !== '=');
    const { place } = before;
    if (place === null) return;
    const old = operator === '=' ? null : rangeOf(before);
    const range = old === null ? rangeOf(value) : combine(operator.slice(0, -1), old, rangeOf(value));
    const ranges = old === null ? value.ranges : [range];
    values.assign(place, { ranges, sources: value.sources, place: null });
  }

  #if(statement: Extract<Statement, { kind: 'if' }>): boolean {
    const values = this.#values;
    const { facts } = values;
    const { condition, body } = statement;
    this.#conditions.read(condition);
    const before = values.snapshot();
    this.#conditions.assume(condition, true);
    const thenEnds = this.#block(body.body);
    const after = values.snapshot();
    values.restore(before);
    values.facts = facts;
    this.#conditions.assume(condition, false);
    const otherwise = statement.else;
    const elseEnds =
      otherwise === undefined
        ? false
        : otherwise.kind === 'if'
          ? this.#if(otherwise)
          : this.#block(otherwise.body);
    if (thenEnds) {
      // What follows is reached where the condition was false.
      if (otherwise !== undefined) values.facts = facts;
      if (otherwise !== undefined) this.#conditions.assume(condition, false);
      return elseEnds;
    }
    if (elseEnds) values.restore(after);
    else values.join(after);
    values.facts = facts;
    if (elseEnds) this.#conditions.assume(condition, true);
    return false;
  }

  #loop(loop: Extract<Statement, { kind: 'for' | 'while' | 'loop' }>): void {
    const values = this.#values;
    const { facts } = values;
    if (loop.kind === 'for' && loop.init !== undefined) this.#statement(loop.init);
    const parts: AbstractElem[] = [loop.body];
    if (loop.kind === 'for' && loop.update !== undefined) parts.push(loop.update);
    if (loop.kind === 'loop' && loop.continuing !== undefined) parts.push(loop.continuing);
    const start = values.snapshot();
    const condition = loop.kind === 'loop' ? undefined : loop.condition;
    if (condition !== undefined) this.#noteRows(condition);
    // What a loop starts from may depend on the launch: `for (var i = id.x; i < n; i += all)`.
    if (condition !== undefined) this.#conditions.assume(condition, true);
    values.facts = facts;
    for (const [variable, changes] of changedIn(parts, this.#module)) this.#loosen(variable, changes);
    if (condition !== undefined) {
      this.#conditions.read(condition, 'index');
      this.#conditions.assume(condition, true);
    }
    if (loop.kind === 'for') this.#noteTurns(loop.update);
    this.#block(loop.body.body);
    if (loop.kind === 'loop' && loop.continuing !== undefined) this.#statement(loop.continuing);
    if (loop.kind === 'for' && loop.update !== undefined) this.#statement(loop.update);
    for (const [variable] of changedIn(parts, this.#module))
      values.set(variable, { ...values.get(variable), ranges: null });
    values.join(start);
    values.facts = facts;
  }

  /** A loop from one number of a buffer to another, as a row of a sparse matrix is gone through. */
  #noteRows(condition: ExpressionElem): void {
    if (condition.kind === 'parenthesized-expression') this.#noteRows(condition.expression);
    if (condition.kind !== 'binary-expression') return;
    const { left, right } = condition;
    const [from, to] = [left, right].map((side) => this.#values.evaluate(side).sources);
    for (const { name, isListed, written } of this.#program.buffers) {
      if (!isListed && !written && from?.has(name) && to?.has(name)) this.#findings.rowStarts.add(name);
    }
  }

  /** A loop that steps by what is launched: `i += workgroups * size`. */
  #noteTurns(update: AbstractElem | undefined): void {
    if (update?.kind !== 'assign') return;
    const { high } = rangeOf(this.#values.evaluate((update as Extract<Statement, { kind: 'assign' }>).rhs));
    for (const name of high === null ? [] : launchSymbols(high)) this.#findings.turns.add(name);
  }

  /** In a loop a variable is anything that its changes make of it. */
  #loosen(variable: DeclIdent, changes: ReadonlySet<string>): void {
    const value = this.#values.get(variable);
    const { low, high } = rangeOf(value);
    const only = (kinds: readonly string[]) => [...changes].every((change) => kinds.includes(change));
    const range: Range = only(['+', '*', '<<'])
      ? { low, high: null }
      : only(['-', '/', '>>', '%', '&'])
        ? { low: only(['-']) ? null : constant(0), high }
        : anyNumber;
    this.#values.set(variable, {
      ...value,
      ranges: value.ranges?.length === 1 ? [range] : null,
      place: null,
    });
  }
}
