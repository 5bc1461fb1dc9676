"""The part of a `command` kernel that talks to Joulegate (docs/command-kernels.md). Python 3.8 or later, this file alone.

    import joulegate_program as joulegate

    with joulegate.Program() as program:          # arguments: NAME=VALUE, e.g. N={N} and {*}
        n = program.N                             # workload parameters: inputs, buffers
        def configure():                          # tunables: called for each configuration
            ...
        program.serve(joulegate.wall(launch), {"y": lambda: y}, configure=configure)

Standard output is Joulegate's: what anything else prints there goes to standard error.
"""
import os
import sys
import time


class Refused(Exception):
    """This configuration cannot run; raise it with the reason. It costs that configuration only."""


class Program:
    """One process that runs one configuration after the other, as it is told."""

    def __init__(self, arguments=None):
        sys.stdout.flush()
        self._answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        self.values = {}
        try:
            self._take(sys.argv[1:] if arguments is None else arguments)
        except Refused as error:
            self._end(error)

    def __getattr__(self, name):
        """A tunable or workload parameter by its name."""
        values = self.__dict__.get("values", {})
        if name in values:
            return values[name]
        if name.startswith("__"):
            raise AttributeError(name)
        raise Refused(f"the argument {name}=VALUE is missing")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        """What is raised while it is set up refuses the configuration."""
        if isinstance(error, Exception):
            self._end(error)

    def defines(self):
        """All of them for a compiler: ['-DN=256', '-DTILE=16']; true and false are 1 and 0."""
        return [f"-D{name}={int(value) if isinstance(value, bool) else value}" for name, value in self.values.items()]

    def device(self, name, sensor=None):
        """Says what it runs on, and which sensor is that's: a PCI address, a UUID, or 'cpu'."""
        self._answer(f"device {name}")
        if sensor is not None:
            self._answer(f"sensor {sensor}")

    def serve(self, run, outputs, configure=None, restore=None):
        """Answers until there is nothing more to read.

        run(launches): launches so often, waits for the end, and returns the milliseconds of all of them together.
        outputs: for each name a function that returns what the last launch left, as an array or bytes.
        configure(): makes it ready for the present values; called at the start, and for each configuration after the first.
        restore(): puts back what launches change, before what is timed and what is written.
        """

        def launch(launches):
            if restore is not None:
                restore()
            return run(launches)

        with self:
            if configure is not None:
                configure()
            launch(1)  # What cannot be launched is told before anything is measured.
            self._answer("ready" if configure is None else "ready configure")
            for line in sys.stdin:
                word, _, rest = line.rstrip("\r\n").partition(" ")
                if word == "run":
                    self._answer(f"time {launch(int(rest)):.6f}")
                elif word == "write":
                    launch(1)
                    for name, download in outputs.items():
                        _write(os.path.join(rest, f"{name}.bin"), download())
                    self._answer("written")
                elif word == "configure" and configure is not None:
                    try:
                        self._take(rest.split())
                        configure()
                        launch(1)
                        self._answer("ready")
                    except Exception as error:
                        self._answer(_reason(error))

    def _take(self, arguments):
        for argument in arguments:
            name, equals, value = argument.partition("=")
            if not equals:
                raise Refused(f"the argument {argument} is not NAME=VALUE")
            self.values[name] = _value(value)

    def _answer(self, words):
        self._answers.write(f"joulegate: {words}\n")
        self._answers.flush()

    def _end(self, error):
        self._answer(_reason(error))
        sys.exit(1)


def _reason(error):
    kind = "" if isinstance(error, Refused) else f"{type(error).__name__}: "
    return "error " + " ".join(f"{kind}{error}".split())[:3000]


def _value(text):
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _write(path, content):
    with open(path, "wb") as file:
        file.write(content.tobytes() if hasattr(content, "tobytes") else bytes(content))


def wall(launch, wait=None):
    """Timed by the wall clock; wait() returns when all launches have ended, those that block need none."""

    def run(launches):
        start = time.perf_counter()
        for _ in range(launches):
            launch()
        if wait is not None:
            wait()
        return (time.perf_counter() - start) * 1e3

    return run


def opencl(queue, launch):
    """pyopencl: from the start of the first launch to the end of the last. launch() returns an event; queue has profiling."""

    def run(launches):
        first = last = launch()
        for _ in range(launches - 1):
            last = launch()
        queue.finish()
        return (last.profile.end - first.profile.start) * 1e-6

    return run


def torch(launch):
    """PyTorch, Triton: between two events around all launches on the current stream."""
    import torch as library

    def run(launches):
        start, stop = (library.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(launches):
            launch()
        stop.record()
        stop.synchronize()
        return start.elapsed_time(stop)

    return run


def cupy(launch):
    """CuPy: between two events around all launches on the current stream."""
    import cupy as library

    def run(launches):
        start, stop = library.cuda.Event(), library.cuda.Event()
        start.record()
        for _ in range(launches):
            launch()
        stop.record()
        stop.synchronize()
        return library.cuda.get_elapsed_time(start, stop)

    return run
