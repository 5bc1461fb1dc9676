import { nearestName } from '../schema/index.ts';
import type { CelFault } from './cel-node.ts';
import { addedFunctions, functionNames } from './functions.ts';
import type { ExpressionFault, ExpressionType } from './types.ts';

const tokens: Readonly<Record<string, string>> = {
  RPAREN: "')'",
  LPAREN: "'('",
  RBRACKET: "']'",
  RBRACE: "'}'",
  COLON: "':'",
  COMMA: "','",
  EOF: 'the end',
};

/** What people write who come from other languages, by the text before and from the fault, and how CEL says it. */
const habits: readonly { readonly before?: RegExp; readonly from: RegExp; readonly nextStep: string }[] = [
  { before: /\bnot\s*$/, from: /^/, nextStep: "write '!'" },
  { before: /\*$/, from: /^\*/, nextStep: 'there is no power operator; multiply' },
  { before: /\/$/, from: /^\//, nextStep: "'/' of whole numbers rounds towards zero" },
  { from: /^=(?!=)/, nextStep: "compare with '=='" },
  { from: /^and\b/, nextStep: "write '&&'" },
  { from: /^or\b/, nextStep: "write '||'" },
  { from: /^\^/, nextStep: 'there is no power operator; multiply' },
  { from: /^[<>]/, nextStep: 'there is no shift operator; multiply or divide' },
  { from: /^[&|]/, nextStep: "write '&&' or '||'" },
];

const typeNames: Readonly<Record<ExpressionType, string>> = {
  int: 'a whole number',
  double: 'a number with a fraction',
  bool: 'true or false',
  string: 'a text',
};

function didYouMean(name: string, known: readonly string[]): string | null {
  const nearest = nearestName(name, known);
  if (nearest !== null) return `did you mean '${nearest}'?`;
  return known.length > 0 && known.length <= 24 ? `known are ${known.join(', ')}` : null;
}

function explainSyntax({ code, summary, start, end }: CelFault, source: string): [string, string | null] {
  if (start >= source.length) {
    const expected = /^Expected (\w+)/.exec(summary)?.[1];
    const missing = expected === undefined ? null : (tokens[expected] ?? null);
    return ['the expression ends too early', missing === null ? 'complete it' : `${missing} is missing`];
  }
  const rest = source.slice(start);
  const habit = habits.find(
    ({ before, from }) => from.test(rest) && (before === undefined || before.test(source.slice(0, start))),
  );
  const found = rest.slice(0, Math.max(1, end - start));
  if (code === 'reserved_identifier') return [`'${found}' is a reserved word`, 'use another name'];
  if (code.startsWith('unexpected') || code === 'expected_token')
    return [`unexpected '${found}'`, habit?.nextStep ?? null];
  return [lowerFirst(summary), null];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function explainCall(text: string): [string, string | null] {
  const [, name = '', given = ''] = /'(\w+)\((.*)\)'/.exec(text) ?? [];
  const overloads = addedFunctions.filter((added) => added.name === name);
  if (overloads.length === 0 && !functionNames.includes(name))
    return [`there is no function '${name}'`, didYouMean(name, functionNames)];
  const shown = overloads.slice(0, 2).map((added) => `${name}(${added.parameters.join(', ')})`);
  const next = overloads.length === 0 ? null : `write ${shown[0]}; int(x) and double(x) convert`;
  return [`${name} does not take (${given})`, next];
}

function explainTypes(
  fault: CelFault,
  source: string,
  variables: readonly string[],
): [string, string | null] {
  const { code, summary, start, end } = fault;
  if (code === 'unknown_variable') {
    const name = source.slice(start, end);
    return [`unknown name '${name}'`, didYouMean(name, variables)];
  }
  if (code === 'no_such_overload') {
    const operation = summary.replace(/^no such overload: /, '');
    const mixed = /\bint\b/.test(operation) && /\bdouble\b/.test(operation);
    return [`${operation} is not defined`, mixed ? 'convert one side with double(x) or int(x)' : null];
  }
  if (code === 'no_matching_overload') return explainCall(summary);
  if (code === 'costly_call') return [lowerFirst(summary), 'compare numbers and texts with operators'];
  return [lowerFirst(summary), null];
}

const syntaxCodes = /^(unexpected|expected|reserved|invalid_number|unterminated)/;

/** A library fault in the user's words, with what to do. */
export function explainFault(fault: CelFault, source: string, variables: readonly string[]): ExpressionFault {
  const [message, nextStep] = syntaxCodes.test(fault.code)
    ? explainSyntax(fault, source)
    : explainTypes(fault, source, variables);
  return { message, nextStep, offset: fault.start, length: Math.max(1, fault.end - fault.start) };
}

function conversion(type: string, expect: readonly ExpressionType[]): string | null {
  if (expect.includes('bool')) return "write a comparison, such as 'A <= B'";
  return type === 'double' && expect.includes('int') ? 'convert it with int(x)' : null;
}

/** The fault of an expression that is fine but of another type than its place needs. */
export function explainResult(
  type: string,
  expect: readonly ExpressionType[],
  source: string,
): ExpressionFault {
  const wanted = expect.map((one) => typeNames[one]).join(' or ');
  const given = Object.hasOwn(typeNames, type) ? typeNames[type as ExpressionType] : type;
  return {
    message: `gives ${given}, but ${wanted} is needed here`,
    nextStep: conversion(type, expect),
    offset: 0,
    length: Math.max(1, source.length),
  };
}
