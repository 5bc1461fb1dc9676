import type { Accuracy, AccuracyResult } from './accuracy.ts';
import type { PowerResult } from './power.ts';
import type { TransferResult } from './transfer.ts';

type Cell = string | number;

function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Ours, scikit-learn with the same options, and as it comes, with the ratios that count. */
export function accuracyTable(results: readonly AccuracyResult[]): string {
  const cell = (accuracies: readonly (Accuracy | null)[], show: (accuracy: Accuracy) => string) =>
    accuracies.map((accuracy) => (accuracy === null ? '-' : show(accuracy))).join(' / ');
  const rows = results.map(({ dataSet, rows: count, ours, scikitLearn, scikitLearnDefaults }) => {
    const all = [ours, scikitLearn, scikitLearnDefaults];
    return [
      dataSet,
      count,
      cell(all, ({ medianErrorPercent }) => medianErrorPercent.toFixed(1)),
      cell(all, ({ rmse }) => rmse.toFixed(3)),
      cell(all, ({ rankCorrelation }) => rankCorrelation.toFixed(3)),
      cell(all, ({ fitMs }) => fitMs.toFixed(0)),
      scikitLearn === null ? '-' : (ours.fitMs / scikitLearn.fitMs).toFixed(2),
      cell(all, ({ predictMicrosecondsPerRow }) => predictMicrosecondsPerRow.toFixed(1)),
    ];
  });
  return table(
    ['ours / scikit-learn, same options / its defaults', 'rows', 'median error, %', 'RMSE of logs'].concat([
      'rank correlation',
      'fit, ms',
      'fit, ours to same options',
      'predict, us a row',
    ]),
    rows,
  );
}

/** The search's power model. */
export function powerTable(results: readonly PowerResult[]): string {
  return table(
    ['energies known', 'median error of predicted power, %'],
    results.map(({ rows, medianErrorPercent }) => [rows, medianErrorPercent.toFixed(2)]),
  );
}

/** Trials to 95 % of the optimum, and their ratios to a cold start. */
export function transferTable(results: readonly TransferResult[]): string {
  const sum = (pick: (result: TransferResult) => number) =>
    results.reduce((total, result) => total + pick(result), 0);
  const ratio = (value: number, cold: number) => (value / cold).toFixed(2);
  const cold = sum((result) => result.cold);
  return table(
    ['model trained on', 'features', 'cold', 'cached', 'of cold', 'inverted, of cold', 'shuffled, of cold'],
    [
      ...results.map((result) => [
        result.name,
        result.features,
        result.cold.toFixed(1),
        result.cached.toFixed(1),
        ratio(result.cached, result.cold),
        ratio(result.inverted, result.cold),
        ratio(result.shuffled, result.cold),
      ]),
      [
        '**all**',
        '',
        cold.toFixed(1),
        sum((result) => result.cached).toFixed(1),
        ratio(
          sum((result) => result.cached),
          cold,
        ),
        ratio(
          sum((result) => result.inverted),
          cold,
        ),
        ratio(
          sum((result) => result.shuffled),
          cold,
        ),
      ],
    ],
  );
}
