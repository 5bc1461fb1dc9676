# Fits scikit-learn's HistGradientBoostingRegressor. Lines of JSON in, one job each; one line of JSON out per job.
import json
import sys
import time

import numpy
import sklearn
from sklearn.ensemble import HistGradientBoostingRegressor

print(json.dumps({"version": sklearn.__version__}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    train, test = numpy.array(job["train"]), numpy.array(job["test"])
    targets = numpy.array(job["targets"])
    fits, predictions = [], []
    for _ in range(job["repeats"]):
        model = HistGradientBoostingRegressor(early_stopping=False, random_state=1, **job["options"])
        started = time.perf_counter()
        model.fit(train, targets)
        fitted = time.perf_counter()
        answer = model.predict(test)
        predictions.append(1000 * (time.perf_counter() - fitted))
        fits.append(1000 * (fitted - started))
    print(
        json.dumps({"predictions": answer.tolist(), "fitMs": min(fits), "predictMs": min(predictions)}),
        flush=True,
    )
