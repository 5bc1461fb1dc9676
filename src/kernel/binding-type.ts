import { canonicalTokens } from './tokens.ts';
import type { GlobalVarElem, WgslModule } from './wesl.ts';

/** A variable's declared type in one line, e.g. `array<vec4<f32>>`. */
export function typeText(variable: GlobalVarElem, module: WgslModule): string {
  const reference = variable.name.typeRef;
  const text = reference === undefined ? '' : module.text.slice(reference.start, reference.end);
  return canonicalTokens(text).join('').replaceAll(',', ', ');
}

/** Why a variable that is neither a storage nor a uniform buffer cannot be bound, to follow its name. */
export function noBuffer(variable: GlobalVarElem, module: WgslModule): string {
  const text = typeText(variable, module);
  return `is ${kindOf(text)} (${text}); only buffers can be filled and compared`;
}

function kindOf(type: string): string {
  if (type.startsWith('sampler')) return 'a sampler';
  if (type.startsWith('texture_storage')) return 'a storage texture';
  if (type.startsWith('binding_array')) return 'an array of bindings';
  return type.startsWith('texture') ? 'a texture' : 'no buffer';
}
