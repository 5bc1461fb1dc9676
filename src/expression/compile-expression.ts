import { JoulegateError } from '../errors/index.ts';
import { parseCel } from './cel.ts';
import { explainFault, explainResult } from './explain.ts';
import { keepOrigin } from './formula.ts';
import { EvaluationFault } from './functions.ts';
import { lower } from './lower.ts';
import type { CompiledExpression, Expression, ExpressionType } from './types.ts';

export interface ExpressionContext {
  /** Variables the expression may read, with their types. */
  readonly variables: Readonly<Record<string, ExpressionType>>;
  /** The type, or types, that its place needs. */
  readonly expect: ExpressionType | readonly ExpressionType[];
}

function isExpressionType(type: string, expect: readonly ExpressionType[]): type is ExpressionType {
  return (expect as readonly string[]).includes(type);
}

/**
 * Compiles CEL text. Nothing is evaluated; faults of the text come back with their place in it.
 * A declared variable whose name CEL reserves (`isReservedName`) cannot be read.
 */
export function compileExpression(source: string, context: ExpressionContext): CompiledExpression {
  const expect = typeof context.expect === 'string' ? [context.expect] : context.expect;
  const { variables } = context;
  const parsed = parseCel(source, variables);
  if ('fault' in parsed) return { ok: false, ...explainFault(parsed.fault, source, Object.keys(variables)) };
  const { program } = parsed;
  const { type } = program;
  if (!isExpressionType(type, expect)) return { ok: false, ...explainResult(type, expect, source) };

  const run = lower(program.root, variables)?.run ?? program.run;
  const evaluate: Expression['evaluate'] = (values) => {
    try {
      return run(values);
    } catch (error) {
      if (!(error instanceof EvaluationFault)) throw error;
      // A source may hold anything, and messages end up on terminals.
      const shown = source.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 500);
      throw new JoulegateError('bad-input', `\`${shown}\`: ${error.message.slice(0, 500)}`, {
        code: 'expression-failed',
        nextStep: 'Change the expression or the values it is given.',
        cause: error,
      });
    }
  };
  const expression: Expression = { source, names: program.names, type, evaluate };
  keepOrigin(expression, program.root, variables);
  return { ok: true, expression };
}
