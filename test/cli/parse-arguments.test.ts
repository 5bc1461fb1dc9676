import { describe, expect, it } from 'vitest';
import { type CommandSpec, parseArguments } from '../../src/cli/index.ts';

const command: CommandSpec = {
  name: 'try',
  summary: '',
  positionals: ['FILE', 'OTHER?'],
  description: '',
  examples: [],
  options: {
    json: { type: 'boolean', help: '' },
    trials: { type: 'integer', help: '', min: 1, max: 10 },
    device: { type: 'string', help: '', choices: ['auto', 'gpu'] },
  },
  run: () => Promise.reject(new Error('not run here')),
};

function message(...argv: string[]): string {
  try {
    parseArguments(command, argv);
  } catch (error) {
    return `${(error as Error).message} ${(error as { nextStep: string }).nextStep}`;
  }
  throw new Error('no error');
}

describe('parseArguments', () => {
  it('reads options before and after positionals, with and without =', () => {
    const args = parseArguments(command, ['--trials=3', 'a.json', '--json', '--device', 'gpu']);
    expect(args.positionals).toEqual(['a.json']);
    expect(args.number('trials')).toBe(3);
    expect(args.flag('json')).toBe(true);
    expect(args.text('device')).toBe('gpu');
    expect(args.text('trials-left-out')).toBeUndefined();
  });

  it('names an unknown option and the nearest known one', () => {
    expect(message('f', '--trails', '3')).toContain('--trails is not an option of `joulegate try`.');
    expect(message('f', '--trails', '3')).toContain('Did you mean --trials?');
    expect(message('f', '--__proto__', '3')).toContain('is not an option');
  });

  it.each([
    [['f', '--trials', 'many'], '--trials is "many", but must be a whole number.'],
    [['f', '--trials', '2.5'], '--trials is "2.5", but must be a whole number.'],
    [['f', '--trials', '11'], '--trials is 11, but must be from 1 to 10.'],
    [['f', '--trials', ''], '--trials is "", but must be a whole number.'],
    [['f', '--trials'], '--trials needs a value'],
    [['f', '--device', '--json'], '--device needs a value'],
    [['f', '--device', 'tpu'], '--device is "tpu", but may be auto, gpu.'],
    [['f', '--json=yes'], '--json takes no value.'],
    [['--json'], 'needs FILE'],
    [['f', 'g', 'h'], '"h" is one argument too many.'],
  ])('refuses %j', (argv, expected) => {
    expect(message(...argv)).toContain(expected);
  });
});
