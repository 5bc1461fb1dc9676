import { valueLayout } from '../data-shape.ts';
import { type EnabledExtension, enabledExtensions } from '../extensions.ts';
import { roundUp } from '../layout.ts';
import type { BoundVariable } from '../reflect.ts';
import { attributeOf, bindingKind, isComputeEntry } from '../reflect.ts';
import {
  type AttributeElem,
  type DeclIdent,
  type FnElem,
  type GlobalVarElem,
  typeOfDeclaration,
  type WgslModule,
} from '../wesl.ts';
import { constantCode } from './constants.ts';
import { perform } from './count-code.ts';
import {
  entryFrame,
  type Launch,
  type NumberCode,
  type Run,
  startRun,
  unknownLaunch,
  usualSubgroup,
} from './run.ts';
import type { ProgramStructure, Scope } from './scope.ts';
import type { SharedParts } from './shared-parts.ts';
import { sizeCode } from './sizes.ts';
import { Structure } from './structure.ts';
import { Tally } from './tally.ts';

/** Values of the constants that a configuration and workload put in. */
export type Numbers = Run['numbers'];

/** What a program asks of a device, for a configuration. */
export interface ProgramNeeds {
  readonly bindings: readonly BoundVariable[];
  readonly workgroupSize: readonly [number, number, number] | null;
  /** What `@subgroup_size` asks for; null if nothing does, or it is unknown. */
  readonly subgroupSize: number | null;
  /** NaN if unknown. */
  readonly workgroupBytes: number;
}

/** A program made into code that answers for every configuration of the same structure. */
export interface ProgramCode {
  readonly extensions: readonly EnabledExtension[];
  /** The program with the numbers of a configuration. */
  with(numbers: Numbers): NumberedProgram;
}

/** What the code of a program says for one configuration. */
export interface NumberedProgram {
  needs(): ProgramNeeds;
  /** Counts per invocation. */
  count(launch: Launch): Tally;
  /** Bytes of the arrays that functions declare; scalars and vectors are taken to live in registers. */
  privateBytes(): number;
}

/** What program code is made with. */
export interface CodeOptions
  extends Pick<ProgramStructure, 'module' | 'isNumber' | 'fixedNumbers' | 'slots'> {
  readonly entryPoint: string;
  readonly shared: SharedParts | null;
}

/** Makes the code of a program; null if it has no such entry point. */
export function programCode(options: CodeOptions): ProgramCode | null {
  const { module, entryPoint } = options;
  const entry = module.declarations.find(
    (item): item is FnElem =>
      item.kind === 'fn' && item.name.ident.originalName === entryPoint && isComputeEntry(item),
  );
  if (!entry) return null;
  const structure = new Structure({ ...options, entry });
  const code = structure.body(entry);
  const needs = needsCode(entry, structure);
  const body = structure.body.bind(structure);
  const { privateSizes } = structure;
  return {
    extensions: enabledExtensions(module),
    with: (numbers) => {
      const run = startRun(unknownLaunch, numbers, body);
      let needed: ProgramNeeds | null = null;
      const known = () => {
        needed ??= needs(run);
        return needed;
      };
      return {
        needs: known,
        count: (launch) => {
          const tally = new Tally();
          const { constants } = run;
          const subgroupSize = known().subgroupSize ?? usualSubgroup;
          const follower = structure.follower();
          const launched = startRun(launch, numbers, body, { constants, subgroupSize, follower });
          if (code !== null && code !== 'unfinished') perform(code, launched, entryFrame(), tally, 1);
          return tally;
        },
        privateBytes: () => {
          let bytes = 0;
          for (const size of privateSizes) bytes += size(run);
          return bytes;
        },
      };
    },
  };
}

function needsCode(entry: FnElem, structure: Structure): (run: Run) => ProgramNeeds {
  const { module, scope, variables } = structure;
  const declared = new Set([
    ...module.declarations.filter((item): item is GlobalVarElem => item.kind === 'gvar'),
    ...variables,
  ]);
  const sizes: NumberCode[] = [];
  const bound: ((run: Run) => BoundVariable)[] = [];
  for (const variable of declared) {
    const used = variables.has(variable);
    if (isWorkgroup(variable)) {
      if (!used) continue;
      const ident = variable.name.decl.ident;
      sizes.push(structure.remember(variable, [variable], scope, () => typeSize(ident, scope)));
    } else {
      const make = () => bindingCode(variable, scope);
      const binding = structure.remember(variable, [variable], scope, make);
      if (binding !== null) bound.push((run) => binding(run, used));
    }
  }
  const attributes = entry.attributes ?? [];
  const { axes, lanes } = structure.remember(attributes, attributes, scope, () => ({
    axes: attributeOf(attributes, 'workgroup_size')
      ?.slice(0, 3)
      .map((parameter) => constantCode(parameter.expression, scope)),
    lanes: attributeCode(attributes, 'subgroup_size', scope),
  }));
  return (run) => {
    const subgroupSize = lanes?.(run) ?? Number.NaN;
    const [x, y = 1, z = 1] = (axes ?? []).map((axis) => axis(run));
    return {
      bindings: bound.map((variable) => variable(run)),
      subgroupSize: Number.isNaN(subgroupSize) ? null : subgroupSize,
      workgroupSize: x === undefined || Number.isNaN(x * y * z) ? null : [x, y, z],
      // WebGPU rounds every variable up to 16 bytes before it compares with the limit.
      workgroupBytes: sizes.reduce((sum, size) => sum + roundUp(16, size(run)), 0),
    };
  };
}

const noMembers: ReadonlySet<string> = new Set();

function isWorkgroup(variable: GlobalVarElem): boolean {
  return variable.template?.[0]?.name === 'workgroup';
}

function bindingCode(
  variable: GlobalVarElem,
  scope: Scope,
): ((run: Run, used: boolean) => BoundVariable) | null {
  const group = attributeCode(variable.attributes, 'group', scope);
  const binding = attributeCode(variable.attributes, 'binding', scope);
  if (group === null && binding === null) return null;
  const { ident } = variable.name.decl;
  const name = ident.originalName;
  const kind = bindingKind(variable);
  const refusal = kind === null ? { line: 1, column: 1, reason: 'is no buffer' } : null;
  return (run, used) => ({
    name,
    group: group?.(run) ?? Number.NaN,
    binding: binding?.(run) ?? Number.NaN,
    kind,
    // Says what has to be filled before a launch, and nothing about its cost.
    read: true,
    written: true,
    used,
    // Which members only fill gaps decides on values, and what a launch costs does not depend on those.
    layout: (count) =>
      valueLayout(
        typeOfDeclaration(ident, scope.program.module),
        { numbers: scope.typeNumbers(run), named: noMembers },
        count,
      ),
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

/** How a program without any numbers from outside is made into code. */
export function ownCode(module: WgslModule): Omit<CodeOptions, 'slots' | 'entryPoint'> {
  return {
    module,
    isNumber: () => false,
    fixedNumbers: {},
    shared: null,
  };
}
