/** The only file that runs `wesl`: parsing, linking, types and constant values of WESL and WGSL. */
import {
  type AbstractElem,
  type AttributeElem,
  type BindResults,
  bindIdents,
  type ConstValue,
  childElems,
  composeResolvers,
  createConstantsResolver,
  type DeclIdent,
  type ExpressionElem,
  evalConstExpr,
  filterValidElements,
  linkRegistry,
  type ModuleElem,
  type ModuleResolver,
  parseSrcModule,
  type RefIdent,
  refDecl,
  refTarget,
  type SrcMap,
  scalarToNumber,
  type Type,
  typeOfDecl,
  typeOfExpr,
  type WeslAST,
  WeslParseError,
  withLoggerAsync,
} from 'wesl/core';
import type { ProgramSource } from '../manifest/index.ts';
import { associate } from './associate.ts';
import { failed, succeeded } from './failure.ts';
import { ungrouped } from './grouped-declarations.ts';
import { withLessThans } from './less-than.ts';
import { lineStarts, positionAt } from './text-position.ts';
import type { Outcome, PrintedText, VariantFailure } from './types.ts';
import { markLoops, misplacedDirective } from './unroll-directives.ts';

export type * from './wesl-syntax.ts';

/** A parsed and bound program: WGSL as it is, or WESL under conditions. */
export interface WgslModule {
  /** WGSL text; empty for WESL, which comes from several files. */
  readonly text: string;
  readonly declarations: ModuleElem['decls'];
  readonly bindings: BindResults['bindings'];
  /** What is true in `@if`; null where there are no conditions. */
  readonly conditions: Readonly<Record<string, boolean>> | null;
}

/** An array type whose length is known by the expression that gives it. */
export type SizedArray = Extract<Type, { kind: 'array' }> & { readonly countExpression?: ExpressionElem };

/** What a configuration and workload put into a WESL program. */
export interface LinkParameters {
  /** Values of the virtual module `constants`. */
  readonly constants: Readonly<Record<string, string | number>>;
  /** Names that are true in `@if`; all others are false. */
  readonly conditions: Readonly<Record<string, boolean>>;
}

/** Linked WGSL, and where each character of it comes from. */
export interface LinkedText {
  readonly wgsl: string;
  /** The user's file and offset for an offset of `wgsl`; null for generated text. */
  origin(offset: number): { readonly file: string; readonly text: string; readonly offset: number } | null;
}

const packageName = 'package';
const constantsFile = 'constants';

/** The modules of one program source, parsed at most once however often they are linked. */
export class SourceModules implements ModuleResolver {
  readonly source: ProgramSource;
  readonly rootModule: string;
  readonly #files = new Map<string, string>();
  readonly #parsed = new Map<string, WeslAST>();
  readonly #marked = new Map<string, string>();
  #misplaced: VariantFailure | null = null;

  /** Present if a program printed the text. */
  readonly printed?: PrintedText;

  constructor(source: ProgramSource, printed?: PrintedText) {
    this.source = source;
    if (printed !== undefined) this.printed = printed;
    const own = source.path.slice(0, Math.max(0, source.path.lastIndexOf('/')));
    const roots = Object.entries(source.roots ?? { [packageName]: own });
    for (const path of Object.keys(source.files)) {
      for (const [name, root] of roots) {
        const module = moduleOf(path, name, root);
        // `util.wesl` wins over `util.wgsl`, as in WESL itself.
        if (module !== null && (!this.#files.has(module) || path.endsWith('.wesl')))
          this.#files.set(module, path);
      }
    }
    const root = moduleOf(source.path, packageName, source.roots?.[packageName] ?? own) ?? packageName;
    // Not every file that a program stands in has the name of a module.
    this.rootModule = root.replaceAll(/[^\w:]/g, '_');
    this.#files.set(this.rootModule, source.path);
  }

  /** The modules that linking has asked for so far. */
  get asts(): readonly WeslAST[] {
    return [...this.#parsed.values()];
  }

  /** Files of the modules that linking has asked for so far. */
  get loaded(): readonly string[] {
    return [...this.#parsed.keys()];
  }

  /** The first directive in the files read so far that cannot be followed. */
  get misplaced(): VariantFailure | null {
    return this.#misplaced;
  }

  /** A file's text without comments, over some of which the library's parser stumbles, but with marks for directives. */
  marked(path: string): string {
    const known = this.#marked.get(path);
    if (known !== undefined) return known;
    const source = this.source.files[path] ?? '';
    const marked = ungrouped(markLoops(source));
    this.#marked.set(path, marked);
    const misplaced = misplacedDirective(source);
    if (misplaced) this.#misplaced ??= { kind: 'compile', file: path, ...misplaced };
    return marked;
  }

  resolveModule(modulePath: string): WeslAST | undefined {
    const path = this.#files.get(modulePath);
    if (path === undefined || this.source.files[path] === undefined) return undefined;
    // A package may go by two names, and has its declarations once.
    const known = this.#parsed.get(path);
    if (known) return known;
    const src = this.marked(path);
    const parsed = parseModule({ modulePath, debugFilePath: path, src });
    this.#parsed.set(path, parsed);
    return parsed;
  }
}

/** The module that a file is of a package; null if it is none. */
function moduleOf(path: string, name: string, root: string): string | null {
  const place = path.replace(/\.(wesl|wgsl)$/i, '');
  if (place === root) return name;
  const prefix = root === '' ? '' : `${root}/`;
  if (!place.startsWith(prefix)) return null;
  const parts = place.slice(prefix.length).split('/');
  return parts.join('/') === 'lib' && name !== packageName ? name : [name, ...parts].join('::');
}

/** Links a program; faults of the source come back as `compile` failures with the user's file, line and column. */
export async function linkModules(
  modules: SourceModules,
  parameters: LinkParameters,
): Promise<Outcome<LinkedText>> {
  const resolver = composeResolvers(
    modules,
    createConstantsResolver({ ...parameters.constants }, packageName),
  );
  // No inherited names: `@if(toString)` must be false.
  const conditions: Record<string, boolean> = Object.assign(Object.create(null), parameters.conditions);
  let linked: SrcMap;
  try {
    // The library prints its errors besides throwing them; ours reach the user as failures.
    linked = await withLoggerAsync(
      () => {},
      async () => linkRegistry({ resolver, rootModuleName: modules.rootModule, conditions }),
    );
  } catch (error) {
    return linkFailure(error, modules.source);
  }
  return succeeded({
    wgsl: linked.dest.text,
    origin(offset) {
      const { src, position } = linked.destToSrc(offset);
      if (src.path === undefined || src.path === constantsFile) return null;
      return { file: src.path, text: src.text, offset: position };
    },
  });
}

/** A program's modules and constants, to be bound under ever other conditions without being linked into a text. */
export class BindableProgram {
  readonly #modules: SourceModules;
  readonly #resolver: ModuleResolver;
  readonly #constants: WeslAST | undefined;

  /** @param constants any values of their kinds: what is found out about the program must not depend on them. */
  constructor(modules: SourceModules, constants: LinkParameters['constants']) {
    const own = createConstantsResolver({ ...constants }, packageName);
    this.#modules = modules;
    this.#constants = own?.resolveModule(constantsFile);
    this.#resolver = composeResolvers(modules, own);
  }

  /** Whether a declaration is one of the virtual module `constants`. */
  isConstant(declaration: DeclIdent): boolean {
    return declaration.srcModule === this.#constants?.srcModule;
  }

  /** Declarations of the modules that were asked for so far. */
  get modules(): readonly (readonly AbstractElem[])[] {
    return this.#modules.asts.map((ast) => ast.moduleElem.decls);
  }

  /**
   * The program under conditions. Names are resolved when they are first asked for.
   *
   * @throws what `bindingFailure` knows, where something is asked for in a program that cannot be linked.
   */
  bind(parameters: LinkParameters['conditions']): WgslModule {
    const conditions: Record<string, boolean> = Object.assign(Object.create(null), parameters);
    const rootAst = this.#resolver.resolveModule(this.#modules.rootModule);
    if (!rootAst) throw new Error('the file is missing');
    const declarations = filterValidElements(rootAst.moduleElem.decls, conditions);
    const directives = this.modules
      .filter((module) => module.some(isDirective))
      .flatMap((module) => filterValidElements(module, conditions).filter(isDirective));
    const resolver = this.#resolver;
    let bindings: BindResults['bindings'] | null = null;
    return {
      text: '',
      declarations: [...new Set([...declarations, ...directives])],
      conditions,
      get bindings() {
        if (bindings === null) {
          bindings = quietly(() => bindIdents({ rootAst, resolver, conditions }).bindings);
          bindings.expressionTypes = new TypeTable();
        }
        return bindings;
      },
    };
  }
}

function isDirective({ kind }: AbstractElem): boolean {
  return kind === 'directive';
}

/** The failure that an error of linking or binding stands for; others are thrown again. */
export function bindingFailure(error: unknown, rootPath: string): VariantFailure | null {
  const outcome = linkFailure(error, { path: rootPath });
  return outcome.ok ? null : outcome.failure;
}

/** Programs parsed last, by their text: each is asked for several times on its way, and of two revisions many are alike. */
const latest = new Map<string, WgslModule>();
/** Characters of the texts of `latest`, but for the last, which is kept however long it is. */
const keptCharacters = 64 * 1024;

function remember(text: string, module: WgslModule): WgslModule {
  latest.delete(text);
  latest.set(text, module);
  let characters = 0;
  for (const one of [...latest.keys()].reverse()) {
    characters += one.length;
    if (characters > keptCharacters && one !== text) latest.delete(one);
  }
  return module;
}

/**
 * Parses WGSL that is complete as it is.
 *
 * Names that are not declared are left to the device's compiler, which knows them better.
 *
 * @param path names the file in failures.
 */
export function parseWgsl(path: string, text: string): Outcome<WgslModule> {
  const known = latest.get(text);
  if (known !== undefined) return succeeded(remember(text, known));
  try {
    const modulePath = `${packageName}::main`;
    const rootAst = parseModule({ modulePath, debugFilePath: path, src: text });
    const resolver: ModuleResolver = { resolveModule: () => undefined };
    const { bindings } = bindIdents({ rootAst, resolver, conditions: {}, accumulateUnbound: true });
    bindings.expressionTypes = new TypeTable();
    const { decls: declarations } = rootAst.moduleElem;
    return succeeded(remember(text, { text, declarations, bindings, conditions: null }));
  } catch (error) {
    return linkFailure(error, { path });
  }
}

function parseModule(source: Parameters<typeof parseSrcModule>[0]): WeslAST {
  const ast = withLessThans(
    source.src,
    (src) => parseSrcModule({ ...source, src }, { keepComments: false }),
    ({ moduleElem }) => moduleElem,
    childElems,
  );
  associate(ast.moduleElem, childElems);
  return ast;
}

/** The library prints its errors besides throwing them; ours reach the user as failures. */
function quietly<T>(work: () => T): T {
  let outcome: { readonly value: T } | { readonly error: unknown } | null = null;
  // What is done before the first pause is done at once.
  void withLoggerAsync(
    () => {},
    async () => {
      try {
        outcome = { value: work() };
      } catch (error) {
        outcome = { error };
      }
    },
  );
  const done = outcome as { readonly value: T } | { readonly error: unknown } | null;
  if (done !== null && 'value' in done) return done.value;
  throw done?.error;
}

interface LocatedError extends Error {
  readonly weslLocation?: { readonly file: string; readonly line: number; readonly column: number };
}

function linkFailure(
  error: unknown,
  { path: rootPath, missing = {} }: Pick<ProgramSource, 'path' | 'missing'>,
): Outcome<never> {
  if (!(error instanceof Error)) throw error;
  if (error instanceof WeslParseError) {
    const { src, debugFilePath } = error.src;
    const place = positionAt(lineStarts(src), error.span[0]);
    const message = error.diagnostics[0]?.message ?? error.message;
    return failed('compile', message, { file: debugFilePath, ...place });
  }
  const located = (error as LocatedError).weslLocation;
  if (located) {
    const message = error.message.replace(/ in file: .*$/s, '');
    return failed('compile', moduleHint(message, missing), located);
  }
  // The library's own assertions carry no text; without a place the root module is all that can be named.
  return failed('compile', error.message || 'the program cannot be linked', { file: rootPath });
}

/** What the library says, and why a module is not there. */
function moduleHint(message: string, missing: NonNullable<ProgramSource['missing']>): string {
  const constant = /^module not found for '(?:package::)?constants::(\w+)'/.exec(message)?.[1];
  if (constant !== undefined) {
    return `no tunable or workload parameter is called \`${constant}\`, so \`constants::${constant}\` does not exist`;
  }
  const name = /^module not found for '(\w+)::/.exec(message)?.[1] ?? '';
  return Object.hasOwn(missing, name) ? `${message}: ${missing[name]}` : message;
}

/** Types by expression. Those of arrays remember the expression of their length, whose value may be a configuration's. */
class TypeTable extends Map<ExpressionElem, Type> {
  override set(expression: ExpressionElem, type: Type): this {
    const written = expression.kind === 'call-expression' ? expression.function : expression;
    if (type.kind === 'array' && written.kind === 'type' && written.name.originalName === 'array') {
      const countExpression = written.templateParams?.[1];
      if (countExpression) Object.assign(type, { countExpression });
    }
    return super.set(expression, type);
  }
}

function contextOf({ bindings, conditions }: WgslModule) {
  return { bindings, conditions: conditions ?? {} };
}

function constantOf(expression: ExpressionElem, module: WgslModule): ConstValue | null {
  return evalConstExpr(expression, contextOf(module));
}

/** The type of an expression; kind `unknown` where it cannot be told. */
export function typeOf(expression: ExpressionElem, module: WgslModule): Type {
  return module.bindings.expressionTypes.get(expression) ?? typeOfExpr(expression, contextOf(module));
}

/** The type of a declared value; kind `unknown` where it cannot be told. */
export function typeOfDeclaration(declaration: Parameters<typeof typeOfDecl>[0], module: WgslModule): Type {
  return typeOfDecl(declaration, contextOf(module));
}

/** What an identifier refers to; undefined for predeclared and unknown names. */
export function declarationOf(ident: RefIdent, module: WgslModule) {
  return refDecl(ident, module.bindings);
}

/** Whether a name refers to nothing: neither a declaration nor something that WGSL predeclares. */
export function isUnknown(ident: RefIdent, module: WgslModule): boolean {
  return refTarget(ident, module.bindings) === 'unbound';
}

/** The number a constant expression stands for; null if it is not constant or not a number. */
export function constantNumber(expression: ExpressionElem, module: WgslModule): number | null {
  const value = constantOf(expression, module);
  return (value && scalarToNumber(value)) ?? null;
}

/** The parts of a syntax element that conditions leave, in source order; none for elements that have none. */
export function childrenOf(element: AbstractElem, module: WgslModule): readonly AbstractElem[] {
  const children = childElems(element);
  if (module.conditions === null) return children;
  return live(
    children.filter((child) => child.kind !== 'attribute'),
    module,
  );
}

/** The words of a syntax element that may name something, whatever conditions leave of it; or what else is picked. */
export function wordsOf(
  element: AbstractElem,
  pick: (element: AbstractElem) => string | null = (one) =>
    one.kind === 'ref' ? one.ident.originalName : null,
): readonly string[] {
  const words: string[] = [];
  const visit = (one: AbstractElem): void => {
    const picked = pick(one);
    if (picked !== null) words.push(...picked.split('::'));
    for (const child of childElems(one)) {
      if (child.kind === 'attribute') attributeExpressions(child).forEach(visit);
      else visit(child);
    }
  };
  if (element.kind === 'attribute') attributeExpressions(element).forEach(visit);
  else visit(element);
  return words;
}

function attributeExpressions({ attribute }: AttributeElem): readonly ExpressionElem[] {
  switch (attribute.kind) {
    case '@if':
    case '@elif':
      return [attribute.param.expression];
    case '@attribute':
      return (attribute.params ?? []).map((parameter) => parameter.expression);
    default:
      return [];
  }
}

/** Those of the elements of a sequence that conditions leave. */
export function live<T extends AbstractElem>(
  elements: readonly T[],
  { conditions }: WgslModule,
): readonly T[] {
  return conditions === null ? elements : filterValidElements(elements, conditions);
}

/** The value of a constant scalar or vector expression; null if it is not constant. */
export function constantValue(
  expression: ExpressionElem,
  module: WgslModule,
): number | boolean | (number | boolean)[] | null {
  return plainValue(constantOf(expression, module));
}

/** Whether an expression costs nothing because a compiler knows its value. */
export function isConstant(expression: ExpressionElem, module: WgslModule): boolean {
  return constantOf(expression, module) !== null;
}

function plainValue(value: ConstValue | null): number | boolean | (number | boolean)[] | null {
  if (value === null) return null;
  if (value.kind === 'scalar') return typeof value.value === 'boolean' ? value.value : Number(value.value);
  if (value.type.kind !== 'vector') return null;
  const elements = value.elements.map(plainValue);
  return elements.every((element) => element !== null && typeof element !== 'object')
    ? (elements as (number | boolean)[])
    : null;
}
