import { randomUUID } from 'node:crypto';
import * as core from '@actions/core';

/** Where an annotation stands. */
export interface Place {
  /** Headline of the annotation. */
  readonly title?: string;
  /** Path relative to the workspace. */
  readonly file?: string;
  /** 1-based. */
  readonly startLine?: number;
}

/** What an action can tell the runner. */
export interface Commands {
  /** An input, trimmed; empty if it is not given. */
  getInput(name: string): string;
  /** From now on the runner blots this text out of the log. */
  setSecret(secret: string): void;
  setOutput(name: string, value: string): void;
  info(message: string): void;
  notice(message: string, place?: Place): void;
  warning(message: string, place?: Place): void;
  error(message: string, place?: Place): void;
  /** Prints foreign text to the log, none of which the runner takes for a command. */
  print(text: string): void;
}

/** One line that is not a command in either of the runner's notations, `::name::` at its start and `##[name]` anywhere. */
function withoutCommands(message: string): string {
  return message
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/^\s*(?=::)/, '\u200b')
    .replaceAll('##[', '##\u200b[');
}

/** The runner's commands by way of the toolkit, which escapes what it is given. */
export function createCommands(): Commands {
  return {
    getInput: (name) => core.getInput(name),
    setSecret: (secret) => core.setSecret(secret),
    setOutput: (name, value) => core.setOutput(name, value),
    info: (message) => core.info(withoutCommands(message)),
    notice: (message, place = {}) => core.notice(message, place),
    warning: (message, place = {}) => core.warning(message, place),
    error: (message, place = {}) => core.error(message, place),
    print: (text) => {
      const token = randomUUID();
      core.info(`::stop-commands::${token}`);
      core.info(text);
      core.info(`::${token}::`);
    },
  };
}
