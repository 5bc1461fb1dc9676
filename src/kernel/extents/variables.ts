import {
  type DeclIdent,
  declarationOf,
  type ExpressionElem,
  typeOfDeclaration,
  type WgslModule,
} from '../wesl.ts';
import { expressionKey } from './expression-key.ts';
import { constant } from './polynomial.ts';
import type { FollowedProgram } from './program.ts';
import { exactly } from './range.ts';
import { allSources, eitherOf, type Place, rangeOf, unknownValue, type Value, workedOut } from './value.ts';
import { wholeComponents } from './value-parts.ts';

type Snapshot = ReadonlyMap<DeclIdent, Value>;

/** What names and variables hold at the point that a follower has come to. */
export abstract class Variables {
  readonly #module: WgslModule;
  readonly #buffers: ReadonlySet<string>;
  /** What variables may depend on, at any time. */
  readonly #dependencies: Map<DeclIdent, ReadonlySet<string>>;
  #variables = new Map<DeclIdent, Value>();
  /** What names mean in keys: those of constants what they stand for, those of variables a number for each value. */
  readonly #keys = new Map<DeclIdent, string>();
  #lastKey = 0;

  constructor({ module, buffers }: FollowedProgram, dependencies: Map<DeclIdent, ReadonlySet<string>>) {
    this.#module = module;
    this.#buffers = new Set(buffers.map(({ name }) => name));
    this.#dependencies = dependencies;
  }

  /** All of a value is read, whatever parts it has. */
  abstract consume(value: Value): void;

  has(name: DeclIdent): boolean {
    return this.#variables.has(name);
  }

  /** What a variable may depend on; undefined if it was never given anything. */
  sourcesOf(variable: DeclIdent): ReadonlySet<string> | undefined {
    return this.#dependencies.get(variable);
  }

  #isBuffer(variable: DeclIdent): boolean {
    return this.#buffers.has(variable.originalName);
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
      if (!this.#isBuffer(variable)) this.#depend(variable, value.sources);
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

  snapshot(): Snapshot {
    return new Map(this.#variables);
  }

  restore(snapshot: Snapshot): void {
    for (const [variable, value] of snapshot) {
      if (this.#variables.get(variable) !== value && variable.declElem?.kind === 'var')
        this.#keys.set(variable, this.#freshKey());
    }
    this.#variables = new Map(snapshot);
  }

  /** Either what is known now or what was. */
  join(other: Snapshot): void {
    for (const [variable, value] of other) {
      const now = this.#variables.get(variable);
      if (now === value) continue;
      this.#variables.set(variable, now === undefined ? value : eitherOf(now, value));
      if (variable.declElem?.kind === 'var') this.#keys.set(variable, this.#freshKey());
    }
  }

  /** What a variable holds that is given nothing. */
  zeroOf(variable: DeclIdent): Value {
    const type = typeOfDeclaration(variable, this.#module);
    const count = wholeComponents(type);
    return workedOut(count === 0 ? null : Array.from({ length: count }, () => exactly(constant(0))));
  }

  /** A name for what an expression is now; null if it has none. */
  key(expression: ExpressionElem): string | null {
    return expressionKey(expression, (ident) => {
      const declaration = declarationOf(ident, this.#module);
      return declaration === undefined ? null : (this.#keys.get(declaration) ?? declaration.originalName);
    });
  }
}
