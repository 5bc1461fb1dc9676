import {
  constantNumber,
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  type FnElem,
  type FunctionCallExpression,
  typeOf,
  typeOfDeclaration,
} from '../wesl.ts';
import { builtinCall } from './builtin-calls.ts';
import { Facts } from './facts.ts';
import { inputValue } from './inputs.ts';
import { constant, symbol } from './polynomial.ts';
import { type Findings, type FollowedProgram, launchSymbols, symbols, type Use } from './program.ts';
import { anyNumber, combine, exactly, type Range, upTo } from './range.ts';
import { allSources, type Place, rangeOf, unknownValue, type Value, workedOut } from './value.ts';
import { componentwise, isRuntimeSized, literal, wholeComponents } from './value-parts.ts';
import { Variables } from './variables.ts';

const uses: readonly Use[] = ['data', 'condition', 'bits', 'index'];

/** Values of expressions at the point that a follower has come to. */
export class Evaluator extends Variables {
  facts = new Facts();
  readonly program: FollowedProgram;
  readonly #findings: Findings;
  readonly #call: (fn: FnElem, args: readonly Value[]) => Value;
  readonly #buffers: ReadonlyMap<string, FollowedProgram['buffers'][number]>;
  readonly #members = new Map<DeclIdent, ReadonlyMap<string, Value>>();

  constructor(
    program: FollowedProgram,
    findings: Findings,
    dependencies: Map<DeclIdent, ReadonlySet<string>>,
    call: (fn: FnElem, args: readonly Value[]) => Value,
  ) {
    super(program, dependencies);
    this.program = program;
    this.#findings = findings;
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

  /** Notes what sources are used for. */
  use(sources: Iterable<string>, use: Use): void {
    for (const source of sources) {
      const before = this.#findings.uses.get(source);
      if (before === undefined || uses.indexOf(use) > uses.indexOf(before))
        this.#findings.uses.set(source, use);
    }
  }

  /** All of a value is read, whatever parts it has. */
  override consume({ place }: Value): void {
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
        if (!this.has(declaration)) {
          if (given.has(name) && element.kind === 'override')
            return wholeComponents(typeOfDeclaration(declaration, module)) === 1
              ? workedOut([exactly(symbol(name))])
              : unknownValue;
          if (given.has(name)) return workedOut([exactly(symbol(name))]);
          // One that is made of itself is nothing, until the compiler says so.
          this.define(declaration, unknownValue, null);
          this.define(
            declaration,
            element.init === undefined ? unknownValue : this.#constant(element.init),
            null,
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
      return { ranges, sources: this.sourcesOf(variable) ?? whole.sources, place };
    }
    if (buffer === undefined)
      return { ranges: null, sources: this.sourcesOf(variable) ?? unknownValue.sources, place };
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
