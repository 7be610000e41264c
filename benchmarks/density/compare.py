# SPDX-License-Identifier: Apache-2.0
"""Compares density with its peers and writes RESULTS.md; run.sh calls it.

Equality first, then time: the densities and likelihoods of every pair that computes the same thing
are compared before their times are. Programs stay loaded and take turns on one core, one run each
per round; a ratio is the median over rounds of (time of the peer / time of Yonder in the same
round), so that a slow moment of the machine hits both. Times are CPU seconds of one thread, the
median of the rounds, unless a row says otherwise.
"""
import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[library + "_NUM_THREADS"] = "1"  # before numpy is loaded

import argparse
import datetime
import json
import math
import platform
import statistics
import subprocess
import sys
import time
import warnings

import numpy
import scipy
import scipy.optimize
import scipy.stats
import sklearn
import sklearn.exceptions
import sklearn.mixture

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "build", "benchmarks")
PROGRAM = os.path.join(BUILD, "release", "benchmarks", "density", "density_speed")
WORK = os.path.join(BUILD, "work_density")
DOMAIN = "interval:-1:1"
# What plain Horner's rule cost per point on the machine of the specification, ns, by order.
ANCHOR = {14: 4.3, 50: 14.6, 75: 19.8, 256: 75}


def say(text):
    print(text, file=sys.stderr, flush=True)


def peaks(count, n, seed):
    """The five-peaked target T5 or the 25-peaked T25 of the acceptance experiments."""
    rng = numpy.random.default_rng(seed)
    if count == 5:
        means, weights, deviation = numpy.linspace(-0.7, 0.7, 5), [1, 2, 3, 2, 1], 0.05
    else:
        means = -0.84 + 0.07 * numpy.arange(25)
        weights, deviation = 1 + numpy.arange(25) % 3, 0.012
    chosen = rng.choice(count, n, p=numpy.array(weights) / numpy.sum(weights))
    return means[chosen] + deviation * rng.standard_normal(n)


class Worker:
    """density_speed, loaded; ask() sends a command and returns its answer."""

    def __init__(self):
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("density_speed ended early")
        return json.loads(line)

    def ask(self, *command):
        self.process.stdin.write(" ".join(str(word) for word in command) + "\n")
        self.process.stdin.flush()
        return self.read()

    def data(self, name, values, domain=DOMAIN):
        path = os.path.join(WORK, name + ".f64")
        numpy.asarray(values, dtype="<f8").tofile(path)
        self.ask("data", path, domain)


def timed(function):
    """(CPU seconds, result)."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def rounds(count, runs):
    """Calls every run once per round; per name the list of its CPU seconds."""
    times = {name: [] for name in runs}
    for _ in range(count):
        for name, run in runs.items():
            times[name].append(run())
    return times


def ratio(times, peer, ours):
    return statistics.median(a / b for a, b in zip(times[peer], times[ours]))


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def verdict(value, target, at_most=False):
    """The target and whether the value meets it."""
    met = value <= target if at_most else value >= target
    missed = "" if met else " by %.0f %%" % (100 * abs(value - target) / target)
    return "%s %g, %s%s" % ("<=" if at_most else ">=", target, "met" if met else "missed", missed)


def powers(x, order):
    return numpy.exp(1j * numpy.pi * numpy.outer(numpy.arange(order + 1), x))


class NumpyDensity:
    """The same likelihood by numpy and scipy's L-BFGS: what a user would write."""

    def __init__(self, x, order):
        self.z = powers(x, order)

    def value_and_gradient(self, numbers):
        b = numbers[::2] + 1j * numbers[1::2]
        a = b @ self.z
        square = numpy.sum(numpy.abs(b) ** 2)
        value = math.log(2 * square) - numpy.mean(numpy.log(numpy.abs(a) ** 2))
        gradient = 2 * (b / square - (self.z.conj() @ (1 / a.conj())) / a.size)
        return value, numpy.stack([gradient.real, gradient.imag], 1).ravel()

    def fit(self):
        order = self.z.shape[0] - 1
        start = 0.01 * numpy.random.default_rng(0).standard_normal(2 * order + 2)
        start[0] += 1
        options = {"maxiter": 3000, "maxcor": 20, "ftol": 1e-15, "gtol": 1e-9}
        return scipy.optimize.minimize(self.value_and_gradient, start, jac=True,
                                       method="L-BFGS-B", options=options)


def mixture(components):
    return sklearn.mixture.GaussianMixture(components, random_state=0, max_iter=1000, tol=1e-6)


class Comparison:
    def __init__(self, quick):
        self.count = 3 if quick else 7
        self.quick = quick
        self.worker = Worker()

    def evaluation(self):
        """Log densities."""
        worker = self.worker
        train = peaks(25, 20_000, 1)
        points = numpy.random.default_rng(2).uniform(-1, 1, 100_000 if self.quick else 1_000_000)
        gmm = mixture(25).fit(train[:, None])
        kde = scipy.stats.gaussian_kde(train)
        rows = []
        for order in (14, 37, 50, 75, 256, 1000):
            say("log density, N = %d" % order)
            worker.data("train", train)
            worker.ask("fit", order, 1, 1e-6 if order <= 256 else 1e-2)
            pairs = numpy.array(worker.ask("coefficients")["b"])
            b = pairs[::2] + 1j * pairs[1::2]
            worker.data("few", points[:2000])
            path = os.path.join(WORK, "logpdf.f64")
            worker.ask("logpdf", path)
            expected = 2 * numpy.log(numpy.abs(b @ powers(points[:2000], order))) - math.log(2)
            difference = numpy.max(numpy.abs(numpy.fromfile(path, "<f8") - expected))
            worker.data("points", points)
            per_point = 1e9 / points.size
            runs = {"ours": lambda: worker.ask("logpdf")["cpu"] * per_point,
                    "pdf": lambda: worker.ask("pdf")["cpu"] * per_point}
            if order == 37:
                runs["gmm"] = lambda: timed(
                    lambda: gmm.score_samples(points[:, None]))[0] * per_point
                runs["kde"] = lambda: timed(
                    lambda: kde.logpdf(points[:200]))[0] * 1e9 / 200
            times = rounds(self.count, runs)
            ours = statistics.median(times["ours"])
            target = verdict(ours, ANCHOR[order] + 6, at_most=True) if order in ANCHOR else ""
            rows.append(["Yonder, N = %d" % order, "%.1f" % ours,
                         "%.1f" % statistics.median(times["pdf"]), "%.1e" % difference, "",
                         target])
            if order == 37:
                factor = ratio(times, "gmm", "ours")
                rows.append(["scikit-learn GaussianMixture, K = 25",
                             "%.0f" % statistics.median(times["gmm"]), "", "",
                             "%.0f" % factor, verdict(factor, 150)])
                rows.append(["scipy gaussian_kde, n = 20,000",
                             "%.0f" % statistics.median(times["kde"]), "", "",
                             "%.0f" % ratio(times, "kde", "ours"), ""])
        note = ("%d uniform random points on the whole interval (200 for the kernel density). "
                "\"pdf\" is the density without the logarithm in the same round; above N = 192 "
                "the public function may take the non-uniform FFT instead. The difference is to "
                "numpy with the same coefficients; both round most where the density is least.\n\n" % points.size)
        return note + table(["log density", "ns per point", "pdf, ns", "largest difference, nats",
                             "time / Yonder's at N = 37", "target"], rows)

    def fitting(self):
        """Fits of 20,000 values."""
        worker = self.worker
        train, test = peaks(25, 20_000, 1), peaks(25, 20_000, 11)
        rows = []

        def ours(order, gap=1e-6):
            worker.data("train", train)
            return worker.ask("fit", order, 1, gap)

        def test_nll(order):
            ours(order)
            worker.data("test", test)
            path = os.path.join(WORK, "test.f64")
            worker.ask("logpdf", path)
            return -numpy.mean(numpy.fromfile(path, "<f8"))

        reference = NumpyDensity(train, 75)
        limits = {14: 0.01, 75: 0.15}
        for order in (14, 37, 75, 150):
            say("fit, N = %d" % order)
            answer = ours(order)
            runs = {"ours": lambda: ours(order)["cpu"]}
            if order == 75:
                runs["numpy"] = lambda: timed(reference.fit)[0]
                same = reference.fit()
            times = rounds(self.count, runs)
            seconds = statistics.median(times["ours"])
            rows.append(["Yonder, N = %d" % order, 2 * order, "%.4f" % seconds, "",
                         "%.9f" % answer["nll"], "%.5f" % test_nll(order), "%.1e" % answer["gap"],
                         verdict(seconds, limits[order], at_most=True) if order in limits else ""])
            if order == 75:
                rows.append(["the same by numpy, scipy L-BFGS-B", 2 * order,
                             "%.3f" % statistics.median(times["numpy"]),
                             "%.0f" % ratio(times, "numpy", "ours"), "%.9f" % same.fun, "",
                             "none", ""])
        our_time = statistics.median([ours(75)["cpu"] for _ in range(self.count)])
        for components in (10, 25):
            say("fit, GMM, K = %d" % components)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)
                seconds, model = timed(lambda k=components: mixture(k).fit(train[:, None]))
            rows.append(["scikit-learn GaussianMixture, K = %d, k-means start" % components,
                         3 * components - 1, "%.3f" % seconds, "%.0f" % (seconds / our_time),
                         "%.5f" % -model.score(train[:, None]),
                         "%.5f" % -model.score(test[:, None]), "none", ""])
        note = ("Target T25 (25 narrow peaks), one thread. The test NLL is of 20,000 other values; "
                "data of truly Gaussian peaks favour the mixture, which is one run of the "
                "library here.\n\n")
        return note + table(["fit", "parameters", "CPU seconds", "time / Yonder's at N = 75",
                             "NLL, nats", "test NLL", "gap", "target"], rows)

    def large(self):
        """Large samples and high orders."""
        worker = self.worker
        rows = []
        cases = [(100_000 if self.quick else 10_000_000, 64, 12, "fit"),
                 (100_000 if self.quick else 10_000_000, 64, None, "stream"),
                 (20_000, 256, None, "fit"), (200_000, 1000, None, "fit")]
        for n, order, limit, how in cases:
            say("%s of %d values, N = %d" % (how, n, order))
            worker.data("large", peaks(25, n, 3))
            answers = [worker.ask("fit", order, 0, 1e-6) if how == "fit" else
                       worker.ask("stream", order, 1_000_000, 1e-6)
                       for _ in range(1 if self.quick else 3)]
            wall = statistics.median(answer["wall"] for answer in answers)
            answer = answers[0]
            rows.append([how, "%d" % n, order, "%.2f" % wall, answer["lbfgs"], answer["newton"],
                         "%.9f" % answer["nll"], "%.1e" % answer["gap"],
                         verdict(wall, limit, at_most=True) if limit else ""])
        note = ("Wall seconds on all cores, from the numbers in memory to the model. \"stream\" is "
                "StreamFitter with chunks of a million.\n\n")
        return note + table(["how", "values", "N", "seconds", "L-BFGS steps", "Newton steps",
                             "NLL, nats", "gap", "target"], rows)

    def sampling(self):
        """Draws."""
        worker = self.worker
        count = 200_000 if self.quick else 2_000_000
        rows = []
        for order, target in ((14, 15), (75, 4)):
            say("sampling, N = %d" % order)
            worker.data("train", peaks(25, 20_000, 1))
            worker.ask("fit", order, 1, 1e-6)
            seconds = statistics.median(worker.ask("sample", count)["cpu"]
                                        for _ in range(self.count))
            rate = count / seconds / 1e6
            rows.append([order, "%.1f" % rate, verdict(rate, target)])
        return table(["N", "million draws per second, one thread", "target"], rows)

    def coding(self):
        """Entropy coding."""
        worker = self.worker
        rows = []
        for step in (0.1, 0.02):
            say("coding, step %g" % step)
            worker.data("train", 3 * peaks(5, 20_000, 1) + 1, "line")
            worker.ask("fit", 28, 1, 1e-6)
            worker.data("symbols", 3 * peaks(5, 100_000 if self.quick else 2_000_000, 4) + 1,
                        "line")
            encoded = [worker.ask("encode", step) for _ in range(self.count)]
            decoded = [worker.ask("decode") for _ in range(self.count)]
            if not all(answer["equal"] for answer in decoded):
                sys.exit("decoding gave other numbers")
            for name, answers in (("encode", encoded), ("decode", decoded)):
                seconds = statistics.median(answer["cpu"] for answer in answers)
                rate = 2 * answers[0]["count"] / seconds / 1e6
                bits, entropy = encoded[0]["bits"], encoded[0]["entropy"]
                rows.append([name, step, "%.0f" % rate, "%.5f" % bits, "%.5f" % entropy,
                             "%.3f %%" % (100 * (bits / entropy - 1)), verdict(rate, 300)])
        note = ("MB of 16-bit symbols per second of one thread, from float64 values to the bytes of "
                "a stream and back; decoded values are compared with the originals.\n\n")
        return note + table(["direction", "step", "MB/s", "bits per sample", "cross-entropy",
                             "excess", "target"], rows)


SECTIONS = ["evaluation", "fitting", "large", "sampling", "coding"]


def first_line(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          cwd=ROOT)
    return done.stdout.splitlines()[0] if done.stdout else "unknown"


def machine():
    name = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return "%s, %d cores, %s" % (name, os.cpu_count(), first_line(["c++", "--version"]))


def header(load):
    commit = first_line(["git", "rev-parse", "--short=12", "HEAD"])
    if first_line(["git", "status", "--porcelain", "--untracked-files=no"]) != "unknown":
        commit += ", with uncommitted changes"
    rows = [["date", datetime.date.today().isoformat()], ["machine", machine()],
            ["load average at the start", "%.2f" % load], ["commit", commit],
            ["peers", "numpy %s, scipy %s, scikit-learn %s" % (
                numpy.__version__, scipy.__version__, sklearn.__version__)]]
    return ("# Density: comparison with peers\n\nWritten by `benchmarks/density/run.sh`. "
            + " ".join(__doc__.split("\n\n")[1].split()) + "\n\n" + table(["", ""], rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="small data and 3 rounds, to try the script; prints, writes nothing")
    parser.add_argument("--only", metavar="SECTION", action="append", choices=SECTIONS,
                        help="one of %s; prints, writes nothing" % ", ".join(SECTIONS))
    options = parser.parse_args()
    os.makedirs(WORK, exist_ok=True)
    parts = [header(os.getloadavg()[0])]
    comparison = Comparison(options.quick)
    for section in options.only or SECTIONS:
        method = getattr(comparison, section)
        parts.append("## %s\n\n`benchmarks/density/run.sh --only %s`\n\n%s" % (
            method.__doc__.rstrip("."), section, method()))
    report = "\n".join(parts)
    if options.quick or options.only:
        print(report)
    else:
        with open(os.path.join(HERE, "RESULTS.md"), "w", encoding="utf-8") as file:
            file.write(report)


if __name__ == "__main__":
    main()
