/** The library's syntax trees and types of WESL and WGSL. */
export type {
  AbstractElem,
  AttributeElem,
  DeclIdent,
  ExpressionElem,
  FnElem,
  ForElem,
  ForInit,
  FunctionCallExpression,
  GlobalVarElem,
  ImportStatement,
  LoopElem,
  OverrideElem,
  Statement,
  StructElem,
  Type,
  WhileElem,
} from 'wesl/core';
