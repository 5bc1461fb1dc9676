import type {
  RuntimeConfiguration,
  RuntimeFormula,
  RuntimeKernel,
  RuntimeLayout,
  RuntimeTaken,
  RuntimeTemplate,
} from '../schema/index.ts';
import { limitsOf } from './device-limits.ts';
import { evaluate, NoValue } from './evaluate.ts';
import type {
  RuntimeBuffer,
  RuntimeDevice,
  RuntimePass,
  RuntimeVariant,
  ScalarType,
  Values,
} from './types.ts';

type Variables = ReadonlyMap<string, number | boolean | string>;

/** Bytes of one scalar element. */
const bytesPerElement: Readonly<Record<ScalarType, number>> = { f32: 4, f16: 2, i32: 4, u32: 4 };

/** Why a configuration cannot be used, in one sentence. */
export class Unfit extends Error {}

/** What a configuration is made a program with. */
interface Instance {
  readonly kernel: RuntimeKernel;
  readonly configuration: RuntimeConfiguration;
  readonly values: Values;
  readonly variables: Variables;
  readonly device: RuntimeDevice;
}

/** A pass that is launched, with its program. */
interface Launch {
  readonly pass: RuntimeKernel['passes'][number];
  readonly taken: RuntimeTaken | null;
  readonly template: RuntimeTemplate;
}

/** A configuration as a program. @throws Unfit where constraints, limits or missing templates forbid it */
export function instantiate(options: {
  readonly kernel: RuntimeKernel;
  readonly configuration: RuntimeConfiguration;
  readonly workload: Values;
  readonly device: RuntimeDevice;
}): Omit<RuntimeVariant, 'choice'> {
  const { kernel, configuration, workload, device } = options;
  const values: Values = { ...workload, ...configuration.values };
  const variables: Variables = new Map(Object.entries({ ...limitsOf(device), ...values }));
  try {
    return program({ kernel, configuration, values, variables, device });
  } catch (error) {
    if (error instanceof NoValue) throw new Unfit(error.message);
    throw error;
  }
}

function program(instance: Instance): Omit<RuntimeVariant, 'choice'> {
  const { kernel, configuration, values, variables } = instance;
  if (kernel.constraints.some((constraint) => evaluate(constraint, variables) !== true))
    throw new Unfit('a constraint is not met');
  const launches = kernel.passes.flatMap((pass, index): Launch[] => {
    if (evaluate(pass.when, variables) !== true) return [];
    return [{ pass, taken: configuration.passes[index] ?? null, template: templateFor(pass, values) }];
  });
  if (launches.length === 0) throw new Unfit('every pass is left out');
  const passes = launches.map((launch) => runtimePass(launch, instance));
  return {
    passes,
    buffers: kernel.buffers.flatMap((buffer, index) => runtimeBuffer(buffer, index, launches, instance)),
    requiredFeatures: [...new Set(launches.flatMap(({ template }) => template.requiredFeatures))].sort(),
    configuration: configuration.values,
  };
}

function runtimePass({ pass, taken, template }: Launch, instance: Instance): RuntimePass {
  const { kernel, values, variables, device } = instance;
  const limits = limitsOf(device);
  const dispatch =
    'indirect' in pass.dispatch
      ? { indirect: pass.dispatch.indirect, offsetBytes: Number(evaluate(pass.dispatch.offset, variables)) }
      : pass.dispatch.map((formula) => count(formula, variables));
  const [x, y, z] = taken?.workgroupSize ?? [1, 1, 1];
  const demands: readonly (readonly [string, number, number])[] = [
    ['workgroup size in x', x!, limits.max_workgroup_size_x],
    ['workgroup size in y', y!, limits.max_workgroup_size_y],
    ['workgroup size in z', z!, limits.max_workgroup_size_z],
    ['invocations of a workgroup', x! * y! * z!, limits.max_invocations],
    ['bytes of workgroup memory', taken?.workgroupBytes ?? 0, limits.max_workgroup_storage],
    ['workgroups', Math.max(...('indirect' in dispatch ? [0] : dispatch)), limits.max_workgroups],
  ];
  refuse(demands);
  const missing = template.requiredFeatures.find((feature) => !device.features.has(feature));
  if (missing !== undefined) throw new Unfit(`the device was requested without ${missing}`);
  return {
    name: pass.name,
    wgsl: fill(kernel.texts[template.text] ?? [], values),
    entryPoint: pass.entry,
    dispatch: 'indirect' in dispatch ? dispatch : [dispatch[0]!, dispatch[1]!, dispatch[2]!],
    bindings: template.bindings.map(({ buffer, ...place }) => ({
      buffer: kernel.buffers[buffer]!.name,
      ...place,
    })),
  };
}

function refuse(demands: readonly (readonly [string, number, number])[]): void {
  const exceeded = demands.find(([, wanted, limit]) => wanted > limit);
  if (exceeded) throw new Unfit(`${exceeded[0]}: ${exceeded[1]}, the device allows ${exceeded[2]}`);
}

/** A buffer, unless no pass that is launched has to do with it. */
function runtimeBuffer(
  buffer: RuntimeKernel['buffers'][number],
  index: number,
  ...[launches, { variables, device }]: [readonly Launch[], Instance]
): readonly RuntimeBuffer[] {
  const { name, scratch, clear } = buffer;
  const isIndirect = launches.some(
    ({ pass }) => 'indirect' in pass.dispatch && pass.dispatch.indirect === name,
  );
  const binder = launches.find(({ template }) => template.bindings.some((one) => one.buffer === index));
  if (binder === undefined && !isIndirect) return [];
  const binding = binder?.template.bindings.find((one) => one.buffer === index);
  const usage = binding?.kind === 'uniform' ? 'uniform' : 'storage';
  const layout = binder?.template.layouts?.[index] ?? null;
  const contents = layout === null ? plain(buffer, variables) : laidOut(layout, variables);
  refuse([['bytes of a buffer', contents.byteLength, limitsOf(device).max_buffer_bytes]]);
  return [
    {
      name,
      usage,
      ...(isIndirect ? { indirect: true } : {}),
      ...(scratch ? { scratch } : {}),
      ...(clear === undefined ? {} : { clear }),
      ...contents,
    },
  ];
}

type Contents = Pick<RuntimeBuffer, 'type' | 'length' | 'byteLength' | 'values' | 'slots'>;

/** Conditions as the linker has them: a boolean by its name, texts and whole numbers as `NAME_value`. */
function templateFor(pass: RuntimeKernel['passes'][number], values: Values): RuntimeTemplate {
  const isTrue = new Set(
    Object.entries(values).map(([name, value]) =>
      typeof value === 'boolean' ? (value ? name : '') : `${name}_${value}`,
    ),
  );
  const key = pass.conditions.filter((condition) => isTrue.has(condition)).join();
  const template = pass.templates.find(
    ({ conditions, fixed }) =>
      conditions.join() === key && Object.entries(fixed).every(([name, value]) => values[name] === value),
  );
  if (template) return template;
  throw new Unfit('no workload of the manifest has these values, so its program was not exported');
}

function fill(pieces: readonly string[], values: Values): string {
  return pieces.map((piece, index) => (index % 2 === 0 ? piece : String(values[piece]))).join('');
}

/** A whole number from 1 up. */
function count(formula: RuntimeFormula, variables: Variables): number {
  const value = evaluate(formula, variables);
  if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value);
  throw new Unfit(`a count is ${value}; it must be a whole number, at least 1`);
}

/** What a buffer holds whose values are of several types, or have gaps between them. */
function laidOut({ type, byteLength, members }: RuntimeLayout, variables: Variables): Contents {
  const isPlain = members.every(
    (member, i) => member.type === type && member.offsetBytes === i * bytesPerElement[type],
  );
  return {
    type,
    length: isPlain ? members.length : byteLength / bytesPerElement[type],
    byteLength,
    values: members.map(({ value }) => Number(evaluate(value, variables))),
    ...(isPlain
      ? {}
      : { slots: members.map((member) => ({ type: member.type, offsetBytes: member.offsetBytes })) }),
  };
}

function plain(buffer: RuntimeKernel['buffers'][number], variables: Variables): Contents {
  const named = typeof buffer.type === 'string' ? buffer.type : variables.get(buffer.type.parameter);
  if (!Object.hasOwn(bytesPerElement, String(named))) throw new Unfit(`${named} is no scalar type`);
  const type = named as ScalarType;
  const length = count(buffer.length, variables);
  // Copies move whole words; uniform structures are rounded up to 16 bytes at most.
  const align = buffer.kind === 'uniform' ? 16 : 4;
  return {
    type,
    length,
    byteLength: Math.ceil((length * bytesPerElement[type]) / align) * align,
    values: buffer.values?.map((value) => Number(evaluate(value, variables))) ?? null,
  };
}
