import { arrayLength, arrayStride, layoutOf, roundUp } from '../layout.ts';
import type { BoundVariable } from '../reflect.ts';
import { attributeOf, bindingKind, isComputeEntry, requiredFeaturesOf } from '../reflect.ts';
import {
  type AttributeElem,
  type DeclIdent,
  type FnElem,
  type GlobalVarElem,
  typeOfDeclaration,
  type WgslModule,
} from '../wesl.ts';
import { constantCode } from './constants.ts';
import { entryFrame, type Launch, type NumberCode, type Run, startRun, unknownLaunch } from './run.ts';
import { functionScope, moduleScope, type Program, type Scope } from './scope.ts';
import { sizeCode } from './sizes.ts';
import { type Survey, surveyFrom } from './survey.ts';
import { perform, Tally } from './tally.ts';
import { functionCode } from './walk.ts';

/** Values of the constants that a configuration and workload put in. */
export type Numbers = Run['numbers'];

/** What a program asks of a device, for a configuration. */
export interface ProgramNeeds {
  readonly bindings: readonly BoundVariable[];
  readonly workgroupSize: readonly [number, number, number] | null;
  /** NaN if unknown. */
  readonly workgroupBytes: number;
}

/** A program made into code that answers for every configuration of the same structure. */
export interface ProgramCode {
  readonly requiredFeatures: readonly string[];
  needs(numbers: Numbers): ProgramNeeds;
  /** Counts per invocation. */
  count(launch: Launch, numbers: Numbers): Tally;
  /** Bytes of the arrays that functions declare; scalars and vectors are taken to live in registers. */
  privateBytes(numbers: Numbers): number;
}

/** What program code is made with. */
export interface CodeOptions extends Pick<Program, 'module' | 'isNumber' | 'fixedNumbers' | 'statementCode' | 'slots'> {
  readonly entryPoint: string;
}

/** Makes the code of a program; null if it has no such entry point. */
export function programCode(options: CodeOptions): ProgramCode | null {
  const { module, entryPoint } = options;
  const entry = module.declarations.find(
    (item): item is FnElem =>
      item.kind === 'fn' && item.name.ident.originalName === entryPoint && isComputeEntry(item),
  );
  if (!entry) return null;
  const survey = surveyFrom(entry, module);
  const scope = moduleScope({ ...options, assignments: survey.assignments });
  const body = functionCode(entry, functionScope(entry, scope));
  const needs = needsCode(entry, survey, scope);
  const privates = privateSizes(survey, scope);
  const run = (numbers: Numbers, launch: Launch = unknownLaunch) => startRun(launch, numbers);
  return {
    requiredFeatures: requiredFeaturesOf(module),
    needs: (numbers) => needs(run(numbers)),
    count: (launch, numbers) => {
      const tally = new Tally();
      const code = body();
      if (code !== null && code !== 'unfinished') perform(code, run(numbers, launch), entryFrame(), tally, 1);
      return tally;
    },
    privateBytes: (numbers) => {
      const one = run(numbers);
      return privates.reduce((sum, size) => sum + size(one), 0);
    },
  };
}

function needsCode(entry: FnElem, { variables }: Survey, scope: Scope): (run: Run) => ProgramNeeds {
  const { module } = scope.program;
  const declared = module.declarations.filter((item): item is GlobalVarElem => item.kind === 'gvar');
  const workgroup = declared.filter((variable) => variables.has(variable) && isWorkgroup(variable));
  const sizes = workgroup.map((variable) => typeSize(variable.name.decl.ident, scope));
  const bound = declared.flatMap((variable) => bindingCode(variable, variables.has(variable), scope) ?? []);
  const axes = attributeOf(entry.attributes, 'workgroup_size')
    ?.slice(0, 3)
    .map((parameter) => constantCode(parameter.expression, scope));
  return (run) => {
    const [x, y = 1, z = 1] = (axes ?? []).map((axis) => axis(run));
    return {
      bindings: bound.map((variable) => variable(run)),
      workgroupSize: x === undefined || Number.isNaN(x * y * z) ? null : [x, y, z],
      // WebGPU rounds every variable up to 16 bytes before it compares with the limit.
      workgroupBytes: sizes.reduce((sum, size) => sum + roundUp(16, size(run)), 0),
    };
  };
}

function isWorkgroup(variable: GlobalVarElem): boolean {
  return variable.template?.[0]?.name === 'workgroup';
}

function bindingCode(
  variable: GlobalVarElem,
  used: boolean,
  scope: Scope,
): ((run: Run) => BoundVariable) | null {
  const group = attributeCode(variable.attributes, 'group', scope);
  const binding = attributeCode(variable.attributes, 'binding', scope);
  if (isWorkgroup(variable) || (group === null && binding === null)) return null;
  const name = variable.name.decl.ident.originalName;
  const kind = bindingKind(variable);
  const refusal = kind === null ? { line: 1, column: 1, reason: 'is no buffer' } : null;
  return (run) => ({
    name,
    group: group?.(run) ?? Number.NaN,
    binding: binding?.(run) ?? Number.NaN,
    kind,
    // Says what has to be filled before a launch, and nothing about its cost.
    read: true,
    used,
    refusal,
  });
}

function attributeCode(
  attributes: readonly AttributeElem[] | undefined,
  name: string,
  scope: Scope,
): NumberCode | null {
  const parameter = attributeOf(attributes, name)?.[0];
  return parameter ? constantCode(parameter.expression, scope) : null;
}

function typeSize(declaration: DeclIdent, scope: Scope): NumberCode {
  const size = sizeCode(typeOfDeclaration(declaration, scope.program.module), scope);
  return typeof size === 'number' ? () => size : size;
}

function privateSizes({ locals }: Survey, scope: Scope): readonly NumberCode[] {
  return locals.flatMap((type) => {
    if (type.kind !== 'array' && type.kind !== 'struct') return [];
    const size = sizeCode(type, scope, (one, numbers) =>
      one.kind === 'array'
        ? arrayLength(one, numbers) * arrayStride(one.elem, numbers)
        : layoutOf(one, numbers).size,
    );
    return [typeof size === 'number' ? () => size : size];
  });
}

/** How a program without any numbers from outside is made into code. */
export function ownCode(module: WgslModule): Omit<CodeOptions, 'slots' | 'entryPoint'> {
  return {
    module,
    isNumber: () => false,
    fixedNumbers: {},
    statementCode: (_statement, _scope, make) => make(),
  };
}
