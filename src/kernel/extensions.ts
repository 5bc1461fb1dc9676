import {
  type KernelDefinition,
  type ProgramSource,
  SourceText,
  sourceGenerators,
} from '../manifest/index.ts';
import { nearestName } from '../schema/index.ts';
import { lineStarts, positionAt, type TextPosition } from './text-position.ts';
import { blankComments } from './tokens.ts';
import type { WgslModule } from './wesl.ts';

/**
 * The WebGPU feature behind each WGSL extension; null: needs none. These are the extensions that the compiler of Dawn names
 * when it meets an unknown one, as far as the npm package `webgpu` can ask a device for their feature: what is not here, no
 * device of ours has. A test asks Dawn for its list.
 */
export const featureOfExtension: Readonly<Record<string, string | null>> = {
  atomic_vec2u_min_max: 'atomic-vec2u-min-max',
  chromium_disable_uniformity_analysis: null,
  chromium_experimental_resource_table: 'chromium-experimental-sampling-resource-table',
  chromium_experimental_subgroup_matrix: 'chromium-experimental-subgroup-matrix',
  clip_distances: 'clip-distances',
  dual_source_blending: 'dual-source-blending',
  f16: 'shader-f16',
  primitive_index: 'primitive-index',
  subgroup_size_control: 'subgroup-size-control',
  subgroups: 'subgroups',
};

/** An extension that a program enables. */
export interface EnabledExtension extends TextPosition {
  readonly extension: string;
  /** The WebGPU feature that has to be asked for; null if none, or no device has the extension. */
  readonly feature: string | null;
}

/** The same, with the user's file. */
export interface NamedExtension extends EnabledExtension {
  readonly file: string;
}

function isKnown(extension: string): boolean {
  return Object.hasOwn(featureOfExtension, extension);
}

function enabled(extension: string, position: TextPosition): EnabledExtension {
  const feature = isKnown(extension) ? (featureOfExtension[extension] ?? null) : null;
  return { extension, feature, ...position };
}

/** What a program enables, with the places in its text. */
export function enabledExtensions(module: WgslModule): readonly EnabledExtension[] {
  const starts = lineStarts(module.text);
  return module.declarations.flatMap((item) =>
    item.kind === 'directive' && item.directive.kind === 'enable'
      ? item.directive.extensions.map(({ name, start }) => enabled(name, positionAt(starts, start)))
      : [],
  );
}

/** The WebGPU features among them, sorted. */
export function featuresOfExtensions(extensions: readonly EnabledExtension[]): string[] {
  const features = extensions.flatMap(({ feature }) => (feature === null ? [] : [feature]));
  return [...new Set(features)].sort();
}

/** Every extension that a kernel's files enable, under conditions too and the reference's included, each file's once. */
export function extensionsNamed({ passes, reference }: KernelDefinition): readonly NamedExtension[] {
  const found = new Map<string, NamedExtension>();
  for (const source of new Set([...passes, ...(reference?.passes ?? [])].map((pass) => pass.source))) {
    for (const extension of extensionsIn(source)) {
      const key = `${extension.file} ${extension.extension}`;
      if (!found.has(key)) found.set(key, extension);
    }
  }
  return [...found.values()];
}

/** Every extension that the files of a program enable, under conditions too. */
export function extensionsIn({ files, origins }: ProgramSource): readonly NamedExtension[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const plain = blankComments(text);
    const origin = origins?.[file] ?? new SourceText(file, text);
    return [...plain.matchAll(/\benable\s+([\w\s,]+);/dg)].flatMap(({ 1: list = '', indices }) =>
      [...list.matchAll(/\w+/g)].map(({ 0: name, index }) => {
        const { file: own, ...position } = origin.place((indices?.[1]?.[0] ?? 0) + index);
        return { file: own, ...enabled(name, position) };
      }),
    );
  });
}

/** Whether nobody knows before it is built what a kernel's program enables, because another prints it. */
export function mayEnableAnything(kernel: KernelDefinition): boolean {
  return sourceGenerators(kernel).length > 0;
}

/**
 * The first extension that a device does not have, and why in one sentence; null if it has all.
 * @param features the device's; undefined: any
 */
export function lackingExtension<Extension extends EnabledExtension>(
  extensions: readonly Extension[],
  features: readonly string[] | undefined,
): { readonly lacking: Extension; readonly message: string } | null {
  for (const lacking of extensions) {
    const { extension, feature } = lacking;
    if (!isKnown(extension)) {
      const nearest = nearestName(extension, Object.keys(featureOfExtension));
      const hint = nearest === null ? '' : `; did you mean \`${nearest}\`?`;
      return { lacking, message: `the program enables \`${extension}\`, which no device has${hint}` };
    }
    if (feature === null || features === undefined || features.includes(feature)) continue;
    const message = `the program enables \`${extension}\`, and the device does not have the feature ${feature}`;
    return { lacking, message };
  }
  return null;
}
