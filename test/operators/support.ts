import { createHash } from 'node:crypto';
import {
  bufferContents,
  createVariantBuilder,
  type Program,
  singlePass,
  type Variant,
} from '../../src/kernel/index.ts';
import {
  createKernelSpace,
  type DeviceLimits,
  formatProblems,
  type KernelDefinition,
  noFiles,
  type OutputCheck,
  parseManifest,
  type Workload,
} from '../../src/manifest/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { operators } from '../../src/operators/index.ts';
import { type Configuration, configurationId } from '../../src/space/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { isFull } from '../support/full.ts';

/** Parameters of a workload as a manifest gives them. */
export type Sizes = Readonly<Record<string, number | string | boolean>>;

/** What WebGPU promises on every device, and no more. */
export const lowestLimits: DeviceLimits = {
  max_workgroup_storage: 16384,
  max_invocations: 256,
  max_workgroup_size_x: 256,
  max_workgroup_size_y: 256,
  max_workgroup_size_z: 64,
  max_workgroups: 65535,
  max_buffer_bytes: 134217728,
  has_f16: false,
  has_subgroups: false,
  subgroup_min: 4,
  subgroup_max: 128,
};

/** Limits of a large GPU. */
export const largeLimits: DeviceLimits = {
  ...lowestLimits,
  max_workgroup_storage: 49152,
  max_invocations: 1024,
  max_workgroup_size_x: 1024,
  max_workgroup_size_y: 1024,
  max_buffer_bytes: 2 ** 31,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 32,
  subgroup_max: 32,
};

/** The kernel of a manifest that uses an operator with these workloads and nothing else. */
export function operatorKernel(operator: string, workloads: readonly Sizes[]): KernelDefinition {
  const text = JSON.stringify({ version: 1, kernels: { product: { operator, workloads } } });
  const { manifest, problems } = parseManifest({ path: 'joulegate.yaml', text, reader: noFiles, operators });
  const kernel = manifest?.kernels[0];
  if (!kernel) throw new Error(formatProblems(problems, { colour: false }));
  return kernel;
}

/** The kernel of an operator with one workload, and that workload. */
export function operatorWorkload(
  operator: string,
  sizes: Sizes,
): { readonly kernel: KernelDefinition; readonly workload: Workload } {
  const kernel = operatorKernel(operator, [sizes]);
  return { kernel, workload: kernel.workloads[0] as Workload };
}

const { JOULEGATE_OPERATOR_SHAPES: shapes, JOULEGATE_OPERATOR_CONFIGURATIONS: configurations } = process.env;

/**
 * How thoroughly operators are checked: a sample in `npm test`, more in `npm run test:full`, and what
 * `JOULEGATE_OPERATOR_SHAPES=20 JOULEGATE_OPERATOR_CONFIGURATIONS=8` say. Seeds are fixed.
 */
export const thoroughness = {
  shapes: (some: number) => Number(shapes ?? (isFull ? some : Math.ceil(some / 2))),
  configurations: (some: number) => Number(configurations ?? (isFull ? 2 * some : Math.ceil(some / 2))),
  isQuick: shapes === undefined && !isFull,
  /** Says how much a long run has checked. */
  report: (operator: string, right: number) => {
    if (!thoroughness.isQuick) console.log(`${operator}: ${right} programs right, references included`);
  },
  /** Time for one test that checks this much. */
  timeoutMs: 3_600_000,
};

/** Half-precision bits as a number. */
export function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** What a program's buffer holds before the launch, as numbers. */
export function contentsOf(program: Program, name: string): Float64Array {
  const binding = program.buffers.find((buffer) => buffer.name === name);
  if (binding === undefined) throw new Error(`there is no buffer ${name}`);
  const bytes = bufferContents(binding);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: binding.length }, (_, i) => {
    switch (binding.type) {
      case 'f32':
        return view.getFloat32(4 * i, true);
      case 'f16':
        return halfOf(view.getUint16(2 * i, true));
      case 'i32':
        return view.getInt32(4 * i, true);
      case 'u32':
        return view.getUint32(4 * i, true);
    }
  });
}

/** Most elements an output may have to be compared with numbers of ours: they reach the device as a uniform. */
export const maxExpected = 16384;

/** Whether an output may have this many elements to be compared with numbers of ours. */
export function fewElements(length: number): boolean {
  return length <= maxExpected;
}

/** A program that writes these numbers to the outputs of `program`, so that a device can compare with them. */
function writing(variant: Variant, program: Program, expected: Float64Array | Outputs): Variant {
  const outputs = program.buffers.filter((buffer) => buffer.check !== null);
  const parts = outputs.map(({ name, length }) => {
    const values = expected instanceof Float64Array ? expected : expected[name];
    if (values?.length !== length) throw new Error(`${values?.length} numbers for ${name} of ${length}`);
    return values;
  });
  const values = parts.flatMap((part) => [...part]);
  if (values.length > maxExpected || outputs.length === 0) throw new Error(`${values.length} numbers`);
  const packs = Math.ceil(values.length / 4);
  let first = 0;
  const written = outputs.map(({ name, type, length }, i) => {
    const start = first;
    first += length;
    return {
      declaration: `@group(0) @binding(${i + 1}) var<storage, read_write> ${name}: array<${type}>;`,
      statement: `if (id.x < ${length}) {
    let at = id.x + ${start};
    let value = expected[at / 4][at % 4];
    if ((bitcast<u32>(value) & 0x7fffffff) <= 0x7f800000) { ${name}[id.x] = ${type}(value); }
  }`,
    };
  });
  const hasHalf = outputs.some(({ type }) => type === 'f16');
  const wgsl = `${hasHalf ? 'enable f16;' : ''}
@group(0) @binding(0) var<uniform> expected: array<vec4f, ${packs}>;
${written.map(({ declaration }) => declaration).join('\n')}
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  ${written.map(({ statement }) => statement).join('\n  ')}
}`;
  const digest = createHash('sha256').update(wgsl).update(new Float64Array(values)).digest('hex');
  return {
    ...variant,
    id: `${variant.id}/expected`,
    program: singlePass({
      wgsl,
      entryPoint: 'main',
      dispatch: [Math.ceil(Math.max(...outputs.map(({ length }) => length)) / 64), 1, 1],
      workgroupSize: [64, 1, 1],
      buffers: [
        {
          name: 'expected',
          group: 0,
          binding: 0,
          kind: 'uniform',
          type: 'f32',
          length: 4 * packs,
          byteLength: 16 * packs,
          fill: 'zeros',
          seed: 0,
          values: Array.from({ length: 4 * packs }, (_, i) => values[i] ?? 0),
          check: null,
        },
        ...outputs.map((output, i) => ({ ...output, group: 0, binding: i + 1 })),
      ],
      requiredFeatures: hasHalf ? ['shader-f16'] : [],
      identity: digest,
      lines: [],
    }),
  };
}

/** Numbers of several outputs, by name. */
type Outputs = Readonly<Record<string, Float64Array>>;

/** Computes an operator's output in f64 from its inputs; NaN where it writes nothing. */
export type Definition = (input: (name: string) => Float64Array, workload: Workload) => Float64Array;

/** The same of an operator with several outputs. */
export type DefinitionOfSeveral = (...given: Parameters<Definition>) => Outputs;

export interface OperatorCheck {
  readonly device: Device;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly definition: Definition | DefinitionOfSeveral;
  /** Which configurations are checked besides the default, or how many of the space are drawn. */
  readonly configurations: number | readonly Configuration[];
  readonly seed: number;
  /** Configurations that are checked besides. */
  readonly also?: readonly Configuration[];
  /** False: the default is left out. */
  readonly withDefault?: boolean;
  /** Stricter than what the operator gives. */
  readonly tolerance?: OutputCheck;
  /** Configurations that take a software adapter too long to compile to be checked every time. */
  readonly skip?: (configuration: Configuration) => boolean;
}

/**
 * Checks the reference, the default and a stratified sample of a workload's space against numbers computed in f64.
 * @returns what is wrong, one line each; and how many configurations were right.
 */
export async function checkOperator(
  check: OperatorCheck,
): Promise<{ readonly faults: readonly string[]; readonly right: number }> {
  const { device, kernel, workload, definition, tolerance } = check;
  const { limits } = device.info;
  const space = createKernelSpace(kernel, workload, limits);
  const builder = createVariantBuilder({ kernel, workload, limits });
  const drawn =
    typeof check.configurations === 'number'
      ? space
          .stratified(createRandom(check.seed), 4 * check.configurations)
          .map((point) => space.configuration(point))
          .filter((configuration) => !check.skip?.(configuration))
          .slice(0, check.configurations)
      : check.configurations;
  const faults = drawn
    .filter((configuration) => {
      const point = space.point(configuration);
      return point === null || !space.isValid(point);
    })
    .map((configuration) => `${configurationId(configuration, kernel.tunables)} is not in the space`);
  let right = 0;
  let expected: Variant | null = null;
  const candidates = [
    { name: 'reference', outcome: await builder.reference() },
    ...(await Promise.all(
      [...(check.withDefault === false ? [] : [kernel.defaults]), ...(check.also ?? []), ...drawn].map(
        async (configuration) => ({
          name: configurationId(configuration, kernel.tunables),
          outcome: await builder.build(configuration),
        }),
      ),
    )),
  ];
  for (const { name, outcome } of candidates) {
    const where = `${workload.name} ${name}`;
    if (!outcome.ok || outcome.value.program === null) {
      faults.push(`${where}: ${outcome.ok ? 'no program' : outcome.failure.message}`);
      continue;
    }
    const { program } = outcome.value;
    if (expected === null)
      expected = writing(
        outcome.value,
        program,
        definition((input) => contentsOf(program, input), workload),
      );
    const strict = tolerance === undefined ? program : withTolerance(program, tolerance);
    const indices = isFull || candidates[0]?.name === name;
    const verified = await device.verify({ ...outcome.value, program: strict }, expected, { indices });
    if (verified.ok) right++;
    else faults.push(`${where}: ${verified.failure.kind}: ${verified.failure.message}`);
  }
  return { faults, right };
}

function withTolerance(program: Program, tolerance: OutputCheck): Program {
  return {
    ...program,
    identity: `${program.identity}-${tolerance.relative}-${tolerance.absolute}`,
    buffers: program.buffers.map((buffer) =>
      buffer.check === null ? buffer : { ...buffer, check: tolerance },
    ),
  };
}
