import { byAttention } from '../manifest/index.ts';
import type { BlockSample } from '../measure/index.ts';
import { attribute } from './attribution.ts';
import { confirmations } from './confirmation.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { judgeMetric } from './metric-verdict.ts';
import { gatherNetworkEvidence, networkSubject } from './networks.ts';
import { type JudgeOptions, withDefaults } from './options.ts';
import { poolAttempts, samplesBySubject } from './pairs.ts';
import { judgeSentinel, movedSentinels, movementOf } from './sentinel.ts';
import type { MetricJudgement, Subject, SubjectJudgement } from './types.ts';

/**
 * Judges every subject on everything measured, all at once: the adjustment for many tests spans all kernels, workloads
 * and metrics, so samples of all shards belong into one call. One judgement per subject, in the order given, then one per
 * network.
 */
export function judge(
  subjects: readonly Subject[],
  samples: readonly BlockSample[],
  options: JudgeOptions = {},
): SubjectJudgement[] {
  const settings = withDefaults(options);
  const samplesOf = samplesBySubject(poolAttempts(samples, settings.earlier));
  const moved = movedSentinels(subjects, samplesOf, settings);
  const movement = movementOf(moved, settings);
  const evidence = [
    ...subjects.map((subject) => gatherEvidence(subject, samplesOf(subject), settings)),
    ...settings.networks.map((network) => gatherNetworkEvidence(network, samplesOf, settings)),
  ];
  const confirmP = confirmations(evidence.flat());
  return [...subjects, ...settings.networks.map(networkSubject)].map((subject, i) => {
    const judged = (evidence[i] as readonly Evidence[]).map((one) =>
      judgeMetric({
        evidence: one,
        confirmP: confirmP.get(one) ?? null,
        movement,
        options: settings,
      }),
    );
    if (subject.sentinel) return judgeSentinel(subject, judged, moved);
    const deciding = decidingMetric(judged);
    const { kernel, workload } = subject;
    const changed = deciding.verdict === 'regressed' || deciding.verdict === 'improved';
    return {
      kernel,
      workload,
      sentinel: false,
      verdict: deciding.verdict,
      metrics: judged,
      attribution: changed
        ? attribute({ samples: samplesOf(subject), metric: deciding.metric, alpha: settings.alpha })
        : null,
      reason: `${deciding.metric}: ${deciding.reason}`,
    };
  });
}

/** The gating metric that decides the verdict, the worst: improved only counts if nothing is left open. Latency if nothing was measured that gates. */
function decidingMetric(judged: readonly MetricJudgement[]): MetricJudgement {
  const gating = judged.filter(({ gates }) => gates);
  const candidates = gating.length > 0 ? gating : judged.filter(({ metric }) => metric === 'latency');
  const worst = [...candidates].sort((a, b) => byAttention(a.verdict, b.verdict))[0];
  if (worst === undefined) throw new Error('a subject was judged on no metric');
  return worst;
}
