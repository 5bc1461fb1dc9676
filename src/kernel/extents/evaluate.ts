import {
  constantNumber,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  type FnElem,
  type FunctionCallExpression,
  type SizedArray,
  type Type,
  typeOf,
  typeOfDeclaration,
} from '../wesl.ts';
import { builtinCall } from './builtin-calls.ts';
import { expressionKey } from './expression-key.ts';
import { Facts } from './facts.ts';
import { inputValue } from './inputs.ts';
import { constant, symbol } from './polynomial.ts';
import { type Findings, type FollowedProgram, launchSymbols, symbols, type Use } from './program.ts';
import { anyNumber, combine, exactly, type Range, upTo } from './range.ts';
import { allSources, eitherOf, type Place, rangeOf, unknownValue, type Value, workedOut } from './value.ts';

type Variables = ReadonlyMap<DeclIdent, Value>;

const uses: readonly Use[] = ['data', 'condition', 'bits', 'index'];

/** Values of expressions at the point that a follower has come to. */
export class Evaluator {
  facts = new Facts();
  readonly program: FollowedProgram;
  readonly #findings: Findings;
  readonly #call: (fn: FnElem, args: readonly Value[]) => Value;
  /** What variables may depend on, at any time. */
  readonly #dependencies: Map<DeclIdent, ReadonlySet<string>>;
  readonly #buffers: ReadonlyMap<string, FollowedProgram['buffers'][number]>;
  #variables = new Map<DeclIdent, Value>();
  /** What names mean in keys: those of constants what they stand for, those of variables a number for each value. */
  readonly #keys = new Map<DeclIdent, string>();
  readonly #members = new Map<DeclIdent, ReadonlyMap<string, Value>>();
  #lastKey = 0;

  constructor(
    program: FollowedProgram,
    findings: Findings,
    dependencies: Map<DeclIdent, ReadonlySet<string>>,
    call: (fn: FnElem, args: readonly Value[]) => Value,
  ) {
    this.program = program;
    this.#findings = findings;
    this.#dependencies = dependencies;
    this.#call = call;
    this.#buffers = new Map(program.buffers.map((buffer) => [buffer.name, buffer]));
  }

  /** The parameters of the entry point. */
  bindInputs(entry: FnElem): void {
    for (const { name, attributes } of entry.params) {
      const { ident } = name.decl;
      const value = inputValue(attributes, this.program);
      if (value !== null) this.define(ident, value, null);
      const type = typeOfDeclaration(ident, this.program.module);
      if (type.kind !== 'struct') continue;
      const members = (type.structElem?.members ?? []).flatMap((member) => {
        const input = inputValue(member.attributes, this.program);
        return input === null ? [] : [[member.name.name, input] as const];
      });
      this.#members.set(ident, new Map(members));
    }
  }

  /** Gives a name that never changes its value. */
  define(name: DeclIdent, value: Value, init: ExpressionElem | null): void {
    this.#variables.set(name, value);
    this.#keys.set(name, (init === null ? null : this.key(init)) ?? this.#freshKey());
  }

  get(variable: DeclIdent): Value {
    return this.#variables.get(variable) ?? unknownValue;
  }

  /** Gives a variable a value; what it depends on adds up. */
  set(variable: DeclIdent, value: Value): void {
    if (value.place !== null) this.consume(value);
    this.#depend(variable, value.sources);
    this.#variables.set(variable, { ...value, sources: this.#dependencies.get(variable) ?? value.sources });
    this.#keys.set(variable, this.#freshKey());
  }

  assign({ variable, path }: Place, value: Value): void {
    const declaration = variable.declElem;
    if (declaration?.kind === 'gvar') {
      if (!this.#buffers.has(variable.originalName)) this.#depend(variable, value.sources);
      return;
    }
    if (path === '') {
      this.set(variable, value);
      return;
    }
    const before = this.get(variable);
    const at = 'xyzw'.indexOf(path.slice(1));
    const ranges =
      before.ranges === null || path.length !== 2 || at === -1
        ? null
        : before.ranges.map((range, i) => (i === at ? rangeOf(value) : range));
    this.set(variable, { ranges, sources: allSources([before, value]), place: null });
  }

  #depend(variable: DeclIdent, sources: ReadonlySet<string>): void {
    const known = this.#dependencies.get(variable);
    if (known === undefined) this.#dependencies.set(variable, sources);
    else if ([...sources].some((source) => !known.has(source)))
      this.#dependencies.set(variable, new Set([...known, ...sources]));
  }

  #freshKey(): string {
    return `#${++this.#lastKey}`;
  }

  snapshot(): Variables {
    return new Map(this.#variables);
  }

  restore(snapshot: Variables): void {
    for (const [variable, value] of snapshot) {
      if (this.#variables.get(variable) !== value && variable.declElem?.kind === 'var')
        this.#keys.set(variable, this.#freshKey());
    }
    this.#variables = new Map(snapshot);
  }

  /** Either what is known now or what was. */
  join(other: Variables): void {
    for (const [variable, value] of other) {
      const now = this.#variables.get(variable);
      if (now === value) continue;
      this.#variables.set(variable, now === undefined ? value : eitherOf(now, value));
      if (variable.declElem?.kind === 'var') this.#keys.set(variable, this.#freshKey());
    }
  }

  /** What a variable holds that is given nothing. */
  zeroOf(variable: DeclIdent): Value {
    const type = typeOfDeclaration(variable, this.program.module);
    const count = wholeComponents(type);
    return workedOut(count === 0 ? null : Array.from({ length: count }, () => exactly(constant(0))));
  }

  /** A name for what an expression is now; null if it has none. */
  key(expression: ExpressionElem): string | null {
    return expressionKey(expression, (ident) => {
      const declaration = declarationOf(ident, this.program.module);
      return declaration === undefined ? null : (this.#keys.get(declaration) ?? declaration.originalName);
    });
  }

  /** Notes what sources are used for. */
  use(sources: Iterable<string>, use: Use): void {
    for (const source of sources) {
      const before = this.#findings.uses.get(source);
      if (before === undefined || uses.indexOf(use) > uses.indexOf(before))
        this.#findings.uses.set(source, use);
    }
  }

  /** All of a value is read, whatever parts it has. */
  consume({ place }: Value): void {
    if (place !== null && this.#buffers.get(place.variable.originalName)?.isListed === true)
      this.#read(place);
  }

  #read({ variable, path }: Place): string {
    const member = symbols.member(variable.originalName, path.replace(/\[\*\].*$/, ''));
    this.#findings.read.add(member);
    this.use([member], 'data');
    return member;
  }

  evaluate(expression: ExpressionElem, reads = true): Value {
    const value = this.#evaluate(expression, reads);
    if (value.ranges === null || value.ranges.length !== 1) return value;
    const [range] = value.ranges;
    const narrowed = this.facts.narrow(this.key(expression), range as Range);
    return narrowed === range ? value : { ...value, ranges: [narrowed] };
  }

  /** As it is without what conditions say of it. */
  natural(expression: ExpressionElem): Value {
    const { facts } = this;
    this.facts = new Facts();
    const value = this.evaluate(expression);
    this.facts = facts;
    return value;
  }

  #evaluate(expression: ExpressionElem, reads: boolean): Value {
    switch (expression.kind) {
      case 'literal':
        return literal(expression.value);
      case 'parenthesized-expression':
        return this.evaluate(expression.expression, reads);
      case 'unary-expression': {
        const value = this.evaluate(expression.expression, reads && expression.operator.value !== '&');
        if (expression.operator.value === '*' || expression.operator.value === '&') return value;
        const negative = expression.operator.value === '-';
        const ranges = value.ranges?.map((range) => combine('-', exactly(constant(0)), range)) ?? null;
        return workedOut(negative ? ranges : null, value.sources);
      }
      case 'binary-expression': {
        const a = this.evaluate(expression.left);
        const b = this.evaluate(expression.right);
        this.#lookAt(a);
        this.#lookAt(b);
        return workedOut(componentwise(expression.operator.value, a, b), allSources([a, b]));
      }
      case 'call-expression':
        return this.#evaluateCall(expression);
      case 'component-expression':
      case 'component-member-expression':
        return this.#part(expression, reads);
      case 'ref':
        return this.#name(expression, reads);
      default:
        return unknownValue;
    }
  }

  #name(expression: Extract<ExpressionElem, { kind: 'ref' }>, reads: boolean): Value {
    const { module, given } = this.program;
    const declaration = declarationOf(expression.ident, module);
    const name = expression.ident.originalName;
    if (declaration === undefined) return given.has(name) ? workedOut([exactly(symbol(name))]) : unknownValue;
    const element = declaration.declElem;
    switch (element?.kind) {
      case 'override':
      case 'const':
        if (!this.#variables.has(declaration)) {
          if (given.has(name) && element.kind === 'override')
            return wholeComponents(typeOfDeclaration(declaration, module)) === 1
              ? workedOut([exactly(symbol(name))])
              : unknownValue;
          if (given.has(name)) return workedOut([exactly(symbol(name))]);
          this.#variables.set(
            declaration,
            element.init === undefined ? unknownValue : this.#constant(element.init),
          );
        }
        return this.get(declaration);
      case 'gvar':
        return this.#load({ variable: declaration, path: '' }, expression, reads);
      case 'var':
        return { ...this.get(declaration), place: { variable: declaration, path: '' } };
      default:
        return this.get(declaration);
    }
  }

  #constant(init: ExpressionElem): Value {
    const value = this.evaluate(init);
    if (value.ranges !== null) return value;
    const number = constantNumber(init, this.program.module);
    const isWhole =
      number !== null && Number.isInteger(number) && wholeComponents(typeOf(init, this.program.module)) === 1;
    return isWhole ? workedOut([exactly(constant(number))]) : value;
  }

  /** `x.a`, `x[i]`. */
  #part(
    expression: Extract<ExpressionElem, { kind: 'component-expression' | 'component-member-expression' }>,
    reads: boolean,
  ): Value {
    const { base } = expression;
    const input = base.kind === 'ref' ? this.#inputMember(expression) : null;
    if (input !== null) return input;
    const from = this.evaluate(base, false);
    const { module } = this.program;
    if (expression.kind === 'component-member-expression') {
      const { name } = expression.access;
      const letters = [...name].map((letter) => 'xyzwrgba'.indexOf(letter) % 4);
      const isVector =
        typeOf(base, module).kind === 'vector' || (from.place === null && from.ranges !== null);
      if (!isVector) {
        if (from.place === null) return workedOut(null, from.sources);
        return this.#load({ ...from.place, path: `${from.place.path}.${name}` }, expression, reads);
      }
      if (from.place !== null && letters.length === 1)
        return this.#load(
          { ...from.place, path: `${from.place.path}.${'xyzw'[letters[0] ?? 0]}` },
          expression,
          reads,
        );
      const whole = from.place === null ? from : this.evaluate(base, reads);
      const ranges = whole.ranges === null ? null : letters.map((i) => whole.ranges?.[i] ?? anyNumber);
      const part = workedOut(ranges, whole.sources);
      this.#lookAt(part);
      return part;
    }
    const index = this.evaluate(expression.access);
    this.use(index.sources, 'index');
    if (from.place === null) return workedOut(null, from.sources);
    const type = typeOf(base, module);
    const buffer = this.#buffers.get(from.place.variable.originalName);
    if (type.kind === 'array' && buffer !== undefined && isRuntimeSized(type)) {
      const { high } = rangeOf(index);
      const known = this.#findings.indices.get(buffer.name) ?? new Map();
      this.#findings.indices.set(buffer.name, known.set(high?.key ?? '', high));
    }
    const at = expression.access.kind === 'literal' ? Number.parseInt(expression.access.value, 10) : null;
    const path = `${from.place.path}[${at ?? '*'}]`;
    return this.#load({ ...from.place, path }, expression, reads);
  }

  /** Notes which positions a value is made of. */
  #lookAt({ ranges }: Value): void {
    for (const { high } of ranges ?? []) {
      if (high !== null) for (const name of launchSymbols(high)) this.#findings.positions.add(name);
    }
  }

  #inputMember(
    expression: Extract<ExpressionElem, { kind: 'component-expression' | 'component-member-expression' }>,
  ): Value | null {
    if (expression.kind !== 'component-member-expression' || expression.base.kind !== 'ref') return null;
    const declaration = declarationOf(expression.base.ident, this.program.module);
    const members = declaration === undefined ? undefined : this.#members.get(declaration);
    return members?.get(expression.access.name) ?? null;
  }

  #load(place: Place, expression: ExpressionElem, reads: boolean): Value {
    const { variable, path } = place;
    const type = typeOf(expression, this.program.module);
    const name = variable.originalName;
    const buffer = variable.declElem?.kind === 'gvar' ? this.#buffers.get(name) : undefined;
    const components = wholeComponents(type);
    if (variable.declElem?.kind !== 'gvar') {
      const whole = this.get(variable);
      const at = path.length === 2 ? 'xyzw'.indexOf(path.slice(1)) : -1;
      const ranges = path === '' ? whole.ranges : at === -1 ? null : [whole.ranges?.[at] ?? anyNumber];
      return { ranges, sources: this.#dependencies.get(variable) ?? whole.sources, place };
    }
    if (buffer === undefined)
      return { ranges: null, sources: this.#dependencies.get(variable) ?? unknownValue.sources, place };
    const isValue =
      type.kind === 'scalar' || type.kind === 'vector' || type.kind === 'matrix' || type.kind === 'atomic';
    if (!isValue || !reads)
      return { ...unknownValue, sources: buffer.isListed ? unknownValue.sources : new Set([name]), place };
    if (!buffer.isListed) {
      const isPlain = /^(?:\[[^\]]*\])*(?:\.[xyzw])?$/.test(path) && !buffer.written;
      const below: Range = upTo(subtractOne(symbols.below(name)));
      const ranges = isPlain && components > 0 ? Array.from({ length: components }, () => below) : null;
      return { ranges, sources: new Set([name]), place };
    }
    const source = this.#read(place);
    if (components === 0 || path.includes('*')) return { ranges: null, sources: new Set([source]), place };
    const paths =
      components === 1 ? [path] : [...'xyzw'.slice(0, components)].map((letter) => `${path}.${letter}`);
    const members = paths.map((one) => symbols.member(name, one));
    return {
      ranges: members.map((one) => exactly(symbol(one))),
      sources: new Set([...members, source]),
      place,
    };
  }

  #evaluateCall(call: FunctionCallExpression): Value {
    const { module } = this.program;
    const callee = call.function.kind === 'ref' ? call.function.ident : call.function.name;
    const declared = declarationOf(callee, module)?.declElem;
    const args = call.arguments.map((argument) => this.evaluate(argument));
    if (declared?.kind === 'fn') {
      args.forEach((argument, i) => {
        const type = declared.params[i]?.name.typeRef?.name.originalName;
        if (type !== 'ptr' && argument.place?.variable.declElem?.kind === 'var')
          args[i] = { ...argument, place: null };
      });
      return this.#call(declared, args);
    }
    for (const argument of args) {
      this.consume(argument);
      this.#lookAt(argument);
    }
    return builtinCall(callee.originalName, {
      call,
      args,
      type: () => typeOf(call, module),
      use: (sources, use) => this.use(sources, use),
    });
  }
}

function subtractOne(name: string) {
  return combine('-', exactly(symbol(name)), exactly(constant(1))).high ?? symbol(name);
}

function literal(text: string): Value {
  return /^(?:0x[\da-f]+|\d+)[iu]?$/i.test(text)
    ? workedOut([exactly(constant(Number(text.replace(/[iu]$/i, ''))))])
    : unknownValue;
}

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '<<', '>>', '&']);

function componentwise(
  operator: string,
  { ranges: a }: Value,
  { ranges: b }: Value,
): readonly Range[] | null {
  if (a === null || b === null || !arithmetic.has(operator)) return null;
  const length = Math.max(a.length, b.length);
  const at = (ranges: readonly Range[], i: number) => ranges[ranges.length === 1 ? 0 : i] ?? anyNumber;
  return Array.from({ length }, (_, i) => combine(operator, at(a, i), at(b, i)));
}

/** How many whole numbers a value of a type is; 0 for types of something else. */
export function wholeComponents(type: Type): number {
  if (type.kind === 'vector') return wholeComponents(type.elem) === 1 ? type.size : 0;
  return type.kind === 'scalar' && ['i32', 'u32', 'abstract-int'].includes(type.scalar) ? 1 : 0;
}

function isRuntimeSized({ count, countExpression }: SizedArray): boolean {
  return count === undefined && countExpression === undefined;
}
