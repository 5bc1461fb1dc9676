import { JoulegateError } from '../../errors/index.ts';
import { type Expression, expressionFormula } from '../../expression/index.ts';
import type { KernelDefinition } from '../../manifest/index.ts';

/** An expression as the runtime knows it. @throws JoulegateError bad-input for parts of CEL that it does not know */
export function formulaOf(kernel: KernelDefinition, expression: Expression) {
  const formula = expressionFormula(expression);
  if (formula !== null) return formula;
  throw refused(kernel, `\`${expression.source}\` uses parts of CEL that the runtime does not know`);
}

const usualNextStep =
  'Write the expression with arithmetic, comparisons, ?:, in, and the functions of docs/manifest.md, and see that `joulegate validate` passes.';

/** Why a kernel cannot be exported. */
export function refused(kernel: KernelDefinition, reason: string, nextStep = usualNextStep): JoulegateError {
  return new JoulegateError('bad-input', `Kernel "${kernel.name}" cannot be exported: ${reason}.`, {
    code: 'cannot-export',
    nextStep,
  });
}
