import {
  createTemplateBuilder,
  type PrintSource,
  type ProgramTemplate,
  type TemplateBuilder,
} from '../../kernel/index.ts';
import type { KernelDefinition, PassDefinition, WorkloadParameter } from '../../manifest/index.ts';
import type { RuntimeConfiguration, RuntimeTaken, RuntimeTemplate } from '../../schema/index.ts';
import type { Configuration } from '../../space/index.ts';
import { formulaOf } from './formula.ts';

/** Of a workload, by name. */
export type Parameters = Readonly<Record<string, WorkloadParameter>>;

/** One pass with its programs, each set of conditions once. */
interface PassPrograms {
  readonly definition: PassDefinition;
  readonly builder: TemplateBuilder;
  readonly conditions: readonly string[];
  readonly templates: Map<string, RuntimeTemplate>;
}

/** The programs of one kernel's configurations, each WGSL once. The first configuration added is number 0. */
export class Programs {
  readonly passes: readonly PassPrograms[];
  readonly #texts = new Map<string, number>();
  readonly #configurations = new Map<string, RuntimeConfiguration>();
  readonly #kernel: KernelDefinition;

  /** @param print absent: programs that others print cannot be built */
  constructor(kernel: KernelDefinition, print?: PrintSource) {
    this.#kernel = kernel;
    this.passes = kernel.passes.map((definition) => {
      const builder = createTemplateBuilder(kernel, definition, print);
      return { definition, builder, conditions: builder.conditions, templates: new Map() };
    });
  }

  get texts(): readonly (readonly string[])[] {
    return [...this.#texts.keys()].map((pieces) => JSON.parse(pieces) as string[]);
  }

  get configurations(): readonly RuntimeConfiguration[] {
    return [...this.#configurations.values()];
  }

  indexOf(configuration: Configuration): number {
    return [...this.#configurations.keys()].indexOf(keyOf(configuration));
  }

  #layouts(layouts: ProgramTemplate['layouts']): NonNullable<RuntimeTemplate['layouts']> {
    const { buffers } = this.#kernel;
    return layouts.map((layout, i) => {
      if (layout === null) return null;
      const { type, byteLength } = layout;
      const members = layout.members.map((member) => {
        const expression = member.value === null ? undefined : buffers[i]?.values?.[member.value];
        const value = expression === undefined ? 0 : (member.fromBits ?? formulaOf(this.#kernel, expression));
        return { type: member.type, offsetBytes: member.offsetBytes, value };
      });
      return { type, byteLength, members };
    });
  }

  /** Adds the programs of a configuration for workloads like this one. Why it cannot be built, or null. */
  async add(configuration: Configuration, parameters: Parameters): Promise<string | null> {
    const key = keyOf(configuration);
    const known = this.#configurations.get(key)?.passes ?? [];
    const taken: (RuntimeTaken | null)[] = [];
    for (const [index, pass] of this.passes.entries()) {
      const own = await this.#addPass(pass, configuration, parameters);
      // One that is left out somewhere need not be possible everywhere.
      if (typeof own === 'string' && pass.definition.when === null) return own;
      taken.push(typeof own === 'string' ? (known[index] ?? null) : most(known[index] ?? null, own));
    }
    this.#configurations.set(key, { values: configuration, passes: taken });
    return null;
  }

  /** What the pass takes; a text: why it cannot be built. */
  async #addPass(
    { builder, conditions, templates }: PassPrograms,
    configuration: Configuration,
    parameters: Parameters,
  ): Promise<RuntimeTaken | string> {
    let taken: RuntimeTaken | null = null;
    for (const variation of variations(parameters, conditions)) {
      const built = await builder.build(variation, configuration);
      if (!built.ok) return built.failure.message;
      const { conditions, fixed, pieces, requiredFeatures, bindings, layouts } = built.value;
      const { workgroupSize, workgroupBytes } = built.value;
      const text = JSON.stringify(pieces);
      this.#texts.set(text, this.#texts.get(text) ?? this.#texts.size);
      templates.set(JSON.stringify([conditions, fixed]), {
        conditions,
        fixed,
        text: this.#texts.get(text) ?? 0,
        requiredFeatures,
        bindings,
        ...(layouts.every((layout) => layout === null) ? {} : { layouts: this.#layouts(layouts) }),
      });
      taken = most(taken, { workgroupSize, workgroupBytes });
    }
    return taken ?? 'it has no variation';
  }
}

/** What a pass takes at most, of two workloads. */
function most(known: RuntimeTaken | null, { workgroupSize, workgroupBytes }: RuntimeTaken): RuntimeTaken {
  return {
    workgroupSize: known?.workgroupSize ?? workgroupSize,
    workgroupBytes: Math.max(known?.workgroupBytes ?? 0, workgroupBytes ?? 0),
  };
}

function keyOf(configuration: Configuration): string {
  return JSON.stringify(Object.entries(configuration).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** More variations of one workload than this are not worth their place in the file. */
const maxVariations = 64;

/**
 * The workload, and others whose numbers make other conditions true: where a program asks `@if(k_1)`, one with k = 1 and
 * one without.
 */
function variations(parameters: Parameters, conditions: readonly string[]): readonly Parameters[] {
  let found: readonly Parameters[] = [parameters];
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value !== 'number') continue;
    const asked = conditions
      .filter((condition) => condition.startsWith(`${name}_`))
      .map((condition) => condition.slice(name.length + 1))
      .filter((text) => /^(0|[1-9]\d{0,14})$/.test(text))
      .map(Number);
    if (asked.length === 0) continue;
    let other = value;
    while (asked.includes(other)) other++;
    const values = [...new Set([value, other, ...asked])];
    const all = found.flatMap((one) => values.map((replaced) => ({ ...one, [name]: replaced })));
    if (all.length > maxVariations) return found;
    found = all;
  }
  return found;
}
