import {
  guideAt,
  type ManifestFile,
  manifestGuide,
  maxFaults,
  nearestName,
  type SchemaFault,
  validateManifest,
} from '../schema/index.ts';
import { at, splitPointer, type YamlDocument } from './document.ts';
import type { ProblemDetails } from './problem-list.ts';

/** Deeply partial: what is left of a manifest when everything that does not fit the schema is taken out. */
export type Sound<T> =
  T extends ReadonlyArray<infer Item>
    ? ReadonlyArray<Sound<Item> | undefined>
    : T extends object
      ? { readonly [K in keyof T]?: Sound<T[K]> | undefined }
      : T;

/** What the patterns of schemas/manifest.schema.json ask for, in words. */
const patternWords: Readonly<Record<string, string>> = {
  '^(?!__)[A-Za-z_][A-Za-z0-9_]*$':
    'must be a name: letters, digits and _, not starting with a digit or two underscores',
  '^(?:\\d{1,2}(?:\\.\\d{1,6})?|100(?:\\.0{1,6})?) ?%$': 'must be a share between 0 and 100 %',
  '^[^\\u0000]+$': 'must not hold the character NUL',
  '^[A-Za-z_$][A-Za-z0-9_$]*(?:\\.[A-Za-z_$][A-Za-z0-9_$]*)*$':
    "must be the name of a constant, or of a member of one as in 'shaders.matmul'",
  '^[A-Za-z0-9][A-Za-z0-9._-]*$': 'must be letters, digits, dots, dashes and underscores',
};

function exampleAt(pointer: string): string | null {
  const example = guideAt(manifestGuide, pointer)?.example ?? null;
  return example === null ? null : `write for example ${example}`;
}

function unknownKey(pointer: string, key: string): ProblemDetails {
  const known = guideAt(manifestGuide, pointer)?.keys ?? [];
  const nearest = nearestName(key, known);
  const nextStep = nearest === null ? `known keys are ${known.join(', ')}` : `did you mean '${nearest}'?`;
  return { message: `unknown key '${key}'`, nextStep };
}

function missingKey(pointer: string, key: string): ProblemDetails {
  if (key === 'source' && /^\/kernels\/[^/]+$/.test(pointer)) {
    return {
      message: "has neither 'source' nor 'generate' nor 'operator' nor 'command'",
      nextStep:
        "add 'source: kernels/NAME.wesl' for a kernel of your own, 'generate: …' for one that a program prints, 'operator: NAME', or 'command: …' for a program of another kind",
      absence: true,
    };
  }
  const example = guideAt(manifestGuide, at(pointer, key))?.example ?? null;
  return {
    message: `'${key}' is missing`,
    nextStep: example === null ? `add '${key}: …'` : `add for example '${key}: ${example}'`,
    absence: true,
  };
}

/** What is wrong with a key that is no possible name. */
function impossibleKey(key: string, pointer: string): ProblemDetails {
  const words = /^\/(?:kernels|networks(?:\/[^/]+\/calls)?)$/.test(pointer)
    ? patternWords['^[A-Za-z0-9][A-Za-z0-9._-]*$']
    : patternWords['^(?!__)[A-Za-z_][A-Za-z0-9_]*$'];
  return { message: `'${key.slice(0, 80)}' ${words}, at most 64 characters`, nextStep: 'use another name' };
}

function valueAt(data: unknown, pointer: string): unknown {
  let value = data;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return value;
}

/** Keywords whose faults only repeat others'. */
const echoes = new Set(['if', 'anyOf', 'oneOf', 'allOf']);

/** Reports one fault and returns the pointer of what has to be taken out for the rest to be sound. */
function report(fault: SchemaFault, document: YamlDocument): string | null {
  const { pointer, keyword, params } = fault;
  const value = valueAt(document.data, pointer);
  if (keyword === 'additionalProperties') {
    const inside = at(pointer, String(params.additionalProperty));
    document.reportKey(inside, unknownKey(pointer, String(params.additionalProperty)));
    return inside;
  }
  if (keyword === 'propertyNames') {
    const inside = at(pointer, String(params.propertyName));
    document.reportKey(inside, impossibleKey(String(params.propertyName), pointer));
    return inside;
  }
  if (keyword === 'required') {
    document.reportKey(pointer, missingKey(pointer, String(params.missingProperty)));
    return null;
  }
  if (keyword === 'false schema') {
    const { parent, step } = splitPointer(pointer);
    const other =
      ['operator', 'command', 'generate'].find((key) => document.has(at(parent, key))) ?? 'passes';
    const isOperator = other === 'operator';
    document.reportKey(pointer, {
      message: `'${step}' cannot be given together with '${other}'`,
      nextStep: isOperator
        ? 'remove it; the operator brings its own'
        : step === 'between-launches'
          ? 'remove it; a program of another kind puts back itself what its launches change'
          : 'remove one of them',
    });
    return pointer;
  }
  if (keyword === 'uniqueItems') {
    const inside = at(pointer, Math.max(Number(params.i), Number(params.j)));
    const repeated = valueAt(document.data, inside);
    document.reportValue(inside, {
      message: `${String(repeated)} is given twice`,
      nextStep: 'remove one of them',
    });
    return inside;
  }
  // Faults of a key's text come with the mapping's pointer, next to the 'propertyNames' fault above.
  if (/^(pattern|minLength|maxLength)$/.test(keyword) && typeof value !== 'string') return null;
  const words = keyword === 'pattern' ? patternWords[String(params.pattern)] : undefined;
  const { step } = splitPointer(pointer);
  const subject = pointer === '' ? 'the manifest' : /^\d+$/.test(step) ? 'this' : `'${step}'`;
  document.reportValue(pointer, {
    message: `${subject} ${words ?? fault.message}`,
    nextStep: suggestion(fault, value) ?? exampleAt(pointer) ?? 'see schemas/manifest.schema.json',
  });
  return pointer;
}

function suggestion({ keyword, params }: SchemaFault, value: unknown): string | null {
  if (keyword !== 'enum' || typeof value !== 'string' || !Array.isArray(params.allowedValues)) return null;
  const nearest = nearestName(value, params.allowedValues.map(String));
  return nearest === null ? null : `did you mean '${nearest}'?`;
}

/** A copy without the values at the given pointers; what is taken out of a list leaves a hole. */
function without(data: unknown, removed: ReadonlySet<string>, pointer = ''): unknown {
  if (removed.has(pointer)) return undefined;
  if (Array.isArray(data)) return data.map((item, i) => without(item, removed, at(pointer, i)));
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([key, value]) => [
    key,
    without(value, removed, at(pointer, key)),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Checks a document against the schema, reports every fault, and returns what is left without the faulty values. */
export function readSound(document: YamlDocument): Sound<ManifestFile> {
  const checked = validateManifest(document.data);
  if (checked.ok) return checked.value as Sound<ManifestFile>;
  const removed = new Set<string>();
  const forbidden = new Set(
    checked.faults.filter(({ keyword }) => keyword === 'false schema').map(({ pointer }) => pointer),
  );
  for (const fault of checked.faults) {
    if (echoes.has(fault.keyword)) continue;
    // What may not be there at all need not be right as well.
    if (fault.keyword !== 'false schema' && forbidden.has(fault.pointer)) continue;
    const pointer = report(fault, document);
    if (pointer !== null) removed.add(pointer);
  }
  // With the list of faults cut off, nobody knows what else does not fit.
  if (checked.faults.length >= maxFaults) return {};
  const sound = without(document.data, removed);
  return (typeof sound === 'object' && sound !== null ? sound : {}) as Sound<ManifestFile>;
}
