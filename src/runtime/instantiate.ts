import type {
  RuntimeConfiguration,
  RuntimeFormula,
  RuntimeKernel,
  RuntimeLayout,
  RuntimeTemplate,
} from '../schema/index.ts';
import { limitsOf } from './device-limits.ts';
import { evaluate, NoValue } from './evaluate.ts';
import type { RuntimeBinding, RuntimeDevice, RuntimeVariant, ScalarType, Values } from './types.ts';

type Variables = ReadonlyMap<string, number | boolean | string>;

/** Bytes of one scalar element. */
const bytesPerElement: Readonly<Record<ScalarType, number>> = { f32: 4, f16: 2, i32: 4, u32: 4 };

/** Why a configuration cannot be used, in one sentence. */
export class Unfit extends Error {}

/** A configuration as a program. @throws Unfit where constraints, limits or missing templates forbid it */
export function instantiate(options: {
  readonly kernel: RuntimeKernel;
  readonly configuration: RuntimeConfiguration;
  readonly workload: Values;
  readonly device: RuntimeDevice;
}): Omit<RuntimeVariant, 'choice'> {
  const { kernel, configuration, workload, device } = options;
  const limits = limitsOf(device);
  const values: Values = { ...workload, ...configuration.values };
  const variables: Variables = new Map(Object.entries({ ...limits, ...values }));
  try {
    for (const constraint of kernel.constraints) {
      if (evaluate(constraint, variables) !== true) throw new Unfit('a constraint is not met');
    }
    const template = templateFor(kernel, values);
    const dispatch = kernel.dispatch.map((formula) => count(formula, variables));
    const buffers = kernel.buffers.map((buffer, index) => {
      const layout = template.layouts?.[index] ?? null;
      const kind = template.kinds[index]!;
      return layout === null ? bind(buffer, kind, variables) : laidOut(buffer, { kind, layout, variables });
    });
    const [x, y, z] = configuration.workgroupSize ?? [1, 1, 1];
    const demands: readonly (readonly [string, number, number])[] = [
      ['workgroup size in x', x!, limits.max_workgroup_size_x],
      ['workgroup size in y', y!, limits.max_workgroup_size_y],
      ['workgroup size in z', z!, limits.max_workgroup_size_z],
      ['invocations of a workgroup', x! * y! * z!, limits.max_invocations],
      ['bytes of workgroup memory', configuration.workgroupBytes ?? 0, limits.max_workgroup_storage],
      ['workgroups', Math.max(...dispatch), limits.max_workgroups],
      ['bytes of a buffer', Math.max(0, ...buffers.map((one) => one.byteLength)), limits.max_buffer_bytes],
    ];
    const exceeded = demands.find(([, wanted, limit]) => wanted > limit);
    if (exceeded) throw new Unfit(`${exceeded[0]}: ${exceeded[1]}, the device allows ${exceeded[2]}`);
    const missing = template.requiredFeatures.find((feature) => !device.features.has(feature));
    if (missing !== undefined) throw new Unfit(`the device was requested without ${missing}`);
    return {
      wgsl: fill(template, values),
      entryPoint: kernel.entry,
      dispatch: [dispatch[0]!, dispatch[1]!, dispatch[2]!],
      buffers,
      requiredFeatures: template.requiredFeatures,
      configuration: configuration.values,
    };
  } catch (error) {
    if (error instanceof NoValue) throw new Unfit(error.message);
    throw error;
  }
}

/** Conditions as the linker has them: a boolean by its name, texts and whole numbers as `NAME_value`. */
function templateFor(kernel: RuntimeKernel, values: Values): RuntimeTemplate {
  const isTrue = new Set(
    Object.entries(values).map(([name, value]) =>
      typeof value === 'boolean' ? (value ? name : '') : `${name}_${value}`,
    ),
  );
  const key = kernel.conditions.filter((condition) => isTrue.has(condition)).join();
  const template = kernel.templates.find(
    ({ conditions, fixed }) =>
      conditions.join() === key && Object.entries(fixed).every(([name, value]) => values[name] === value),
  );
  if (template) return template;
  throw new Unfit('no workload of the manifest has these values, so its program was not exported');
}

function fill({ wgsl }: RuntimeTemplate, values: Values): string {
  return wgsl.map((piece, index) => (index % 2 === 0 ? piece : String(values[piece]))).join('');
}

/** A whole number from 1 up. */
function count(formula: RuntimeFormula, variables: Variables): number {
  const value = evaluate(formula, variables);
  if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value);
  throw new Unfit(`a count is ${value}; it must be a whole number, at least 1`);
}

/** A buffer whose values are of several types, or have gaps between them. */
function laidOut(
  { name, group, binding }: RuntimeKernel['buffers'][number],
  options: {
    readonly kind: RuntimeBinding['kind'];
    readonly layout: RuntimeLayout;
    readonly variables: Variables;
  },
): RuntimeBinding {
  const { kind, layout, variables } = options;
  const { type, byteLength, members } = layout;
  const isPlain = members.every(
    (member, i) => member.type === type && member.offsetBytes === i * bytesPerElement[type],
  );
  return {
    name,
    group,
    binding,
    kind,
    type,
    length: isPlain ? members.length : byteLength / bytesPerElement[type],
    byteLength,
    values: members.map(({ value }) => Number(evaluate(value, variables))),
    ...(isPlain
      ? {}
      : { slots: members.map((member) => ({ type: member.type, offsetBytes: member.offsetBytes })) }),
  };
}

function bind(
  buffer: RuntimeKernel['buffers'][number],
  kind: RuntimeBinding['kind'],
  variables: Variables,
): RuntimeBinding {
  const named = typeof buffer.type === 'string' ? buffer.type : variables.get(buffer.type.parameter);
  if (!Object.hasOwn(bytesPerElement, String(named))) throw new Unfit(`${named} is no scalar type`);
  const type = named as ScalarType;
  const length = count(buffer.length, variables);
  // Copies move whole words; uniform structures are rounded up to 16 bytes at most.
  const align = buffer.kind === 'uniform' ? 16 : 4;
  return {
    name: buffer.name,
    group: buffer.group,
    binding: buffer.binding,
    kind,
    type,
    length,
    byteLength: Math.ceil((length * bytesPerElement[type]) / align) * align,
    values: buffer.values?.map((value) => Number(evaluate(value, variables))) ?? null,
  };
}
