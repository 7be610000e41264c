# SPDX-License-Identifier: Apache-2.0
"""Checks memory on real and made signals against expected.json; run.sh calls it.

CO2: what `yonder memory info` says is lost of the weekly Mauna Loa series, for several N. Audio: the
same for speech, honest about what N coefficients cannot hold, and the sliding window against a direct
projection. Cycles: how many coefficients a tone needs. Fourier: the post's window matrix and the
repaired one. Ten million samples: float32 and float64 against long double. Contest: equal bytes.
"""
import argparse
import csv
import datetime
import json
import os
import subprocess
import sys
import wave

import numpy as np
import scipy.integrate

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(ROOT, "build", "experiments", "memory_acceptance")
RELEASE = os.path.join(ROOT, "build", "experiments", "release")
YONDER = os.path.join(RELEASE, "yonder")
TEN_MILLION = os.path.join(RELEASE, "experiments", "memory_acceptance", "ten_million_samples")
SERIES = os.path.join(ROOT, "..", "shared", "data", "series")
SOUND = os.path.join(WORK, "alsa", "usr", "share", "sounds", "alsa", "Front_Center.wav")


def work(name):
    return os.path.join(WORK, name)


def yonder(*arguments):
    done = subprocess.run([YONDER, "memory", *map(str, arguments)], stdout=subprocess.PIPE,
                          text=True, env=dict(os.environ, YONDER_PROGRESS="off"))
    if done.returncode != 0:
        sys.exit("yonder memory %s ended with %d" % (" ".join(map(str, arguments)), done.returncode))
    return done.stdout


def raw(name, samples):
    path = work(name)
    np.asarray(samples, "<f8").tofile(path)
    return path


def remember(source, order, *options):
    """The snapshot of a raw or other signal."""
    out = work("snapshot.yms")
    form = ["--format", "f64"] if source.endswith(".f64") else []
    yonder("run", source, "-N", order, "-o", out, "--force", *form, *options)
    return out


def info(snapshot):
    return json.loads(yonder("info", snapshot, "--json"))


def coefficients(snapshot):
    out = work("coefficients.npy")
    yonder("convert", snapshot, "-o", out, "--force")
    with open(out + ".json", encoding="utf-8") as file:
        return np.load(out)[0], json.load(file)


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def relative_to_signal(report):
    channel = report["channels"][0]
    return channel["rms_residual"] / np.hypot(channel["mean"], channel["deviation"])


class Acceptance:
    def __init__(self, options):
        self.quick = options.quick
        self.failures = 0
        self.tables = []
        with open(os.path.join(HERE, "expected.json"), encoding="utf-8") as file:
            self.expected = json.load(file)

    def report(self, passed, what):
        self.failures += not passed
        print("%s  %s" % ("pass" if passed else "FAIL", what), flush=True)

    def near(self, found, known, tolerance, what):
        self.report(abs(found - known) <= tolerance * abs(known),
                    "%s: %.4g, expected %.4g within %g %%" % (what, found, known, 100 * tolerance))

    def table(self, title, head, rows, note=""):
        self.tables.append((title, head, [[str(cell) for cell in row] for row in rows], note))

    def co2(self):
        import statsmodels.api as statsmodels
        weeks = statsmodels.datasets.co2.load_pandas().data["co2"]
        with open(work("co2.csv"), "w", encoding="ascii") as file:
            file.write("week,co2\n")
            for day, value in weeks.items():
                file.write("%s,%s\n" % (day.date(), "" if np.isnan(value) else repr(float(value))))
        filled = weeks.interpolate().to_numpy()
        expected = self.expected["co2"]
        rows = []
        for order, known in expected["rms_residual_ppm"].items():
            snapshot = remember(work("co2.csv"), order, "--column", "co2", "--gap", "linear")
            found = info(snapshot)["channels"][0]["rms_residual"]
            self.near(found, known, expected["tolerance"],
                      "CO2, N = %s: `info` says ppm are lost" % order)
            # The reconstruction itself, at the weeks, against the series.
            grid = json.loads(yonder("read", snapshot, "--grid", len(filled), "--from", 0.5, "--to",
                                     len(filled) - 0.5, "--json"))
            seen = rms(np.array(grid["channels"][0]["values"]) - filled)
            self.near(seen, found, expected["tolerance_of_weeks"],
                      "CO2, N = %s: rebuilt weeks are off by ppm" % order)
            rows.append([order, "%.3f" % found, known])
        self.table("CO2: 2,284 weeks, rms residual in ppm", ["N", "found", "expected"], rows,
                   "The yearly cycle, 43.8 cycles, comes in at N = 44 pi = 138.")
        return filled

    def audio(self):
        if not os.path.exists(SOUND):
            print("skip  audio: %s is not there" % SOUND)
            return None
        with wave.open(SOUND) as file:
            frames = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768.0
        expected = self.expected["audio"]
        first, last = expected["window"]
        part = frames[first:last]
        rows = []
        for order, known in expected["exact"].items():
            found = relative_to_signal(info(remember(raw("part.f64", part), order)))
            self.near(found, known, expected["tolerance"], "audio, N = %s, projection" % order)
            row = [order, "%.4f" % found, known, "", ""]
            if order in expected["legt"]:
                snapshot = remember(raw("until.f64", frames[:last]), order, "--measure",
                                    "legt:%d" % len(part))
                grid = json.loads(yonder("read", snapshot, "--grid", len(part), "--from",
                                         first + 0.5, "--to", last - 0.5, "--json"))
                error = rms(np.array(grid["channels"][0]["values"]) - part) / rms(part)
                self.near(error, expected["legt"][order], expected["tolerance"],
                          "audio, N = %s, legt" % order)
                row[3:] = ["%.4f" % error, expected["legt"][order]]
            rows.append(row)
        self.table("Speech: relative rms error over 4,096 samples",
                   ["N", "projection", "expected", "legt", "expected"], rows,
                   "Speech has energy far above what so few coefficients resolve: this is what is "
                   "lost, and more samples per coefficient would lose more.")
        found = relative_to_signal(info(remember(SOUND, 512)))
        self.near(found, expected["whole_file_512"], expected["tolerance"],
                  "audio, whole file, N = 512")
        order = 128
        window, _ = coefficients(remember(raw("until.f64", frames[:last]), order, "--measure",
                                          "window:%d" % len(part), "--block", 32))
        direct, _ = coefficients(remember(raw("part.f64", part), order))
        error = float(np.linalg.norm(window - direct) / np.linalg.norm(direct))
        self.report(error <= expected["sliding_window_error_at_most"],
                    "audio, sliding window of 128 blocks against direct projection: %.2g" % error)
        return frames

    def cycles(self):
        expected = self.expected["cycles"]
        count = expected["cells"]
        s = (np.arange(count) + 0.5) / count
        rows = []
        for tone, known in expected["needed"].items():
            f = float(tone)
            path = raw("tone.f64", np.sin(2 * np.pi * f * s + 0.3))
            c, meaning = coefficients(remember(path, int(np.pi * f) + 60))
            energy = meaning["energy"][0] / (meaning["end"] - meaning["begin"])
            left = np.sqrt(np.maximum(energy - np.cumsum(c * c), 0) / energy)
            needed = {}
            for name, limit in (("10 %", 0.1), ("1 %", 0.01)):
                reached = np.nonzero(left <= limit)[0]
                needed[name] = int(reached[0]) + 1 if len(reached) else None
                self.report(needed[name] == known[name],
                            "a tone of %s cycles needs N = %s for %s, expected %s" % (
                                tone, needed[name], name, known[name]))
            rows.append([tone, "%.1f" % (np.pi * f), needed["10 %"], needed["1 %"] or "-"])
        self.table("A tone of f cycles over the window: N for a relative rms error of",
                   ["f", "pi f", "10 %", "1 %"], rows)

    def fourier(self):
        """The instance of erratum 1: c' = A c + B u from 0, with the post's coupling and twice it."""
        expected = self.expected["fourier"]
        w, modes, end = 2.0, 40, 6.0
        found = json.loads(yonder("matrix", "fout:%g" % w, "-N", 2 * modes + 2, "--json"))
        a, b = np.array(found["A"]), np.array(found["B"])
        turn = a + (w / 2) * np.outer(b, b)  # what is left of A without its coupling
        systems = {"post": (turn - (w / 4) * np.outer(b, b), b / 2), "doubled": (a, b)}

        def u(t):
            return np.sin(1.3 * t) + 0.4 * np.cos(3.1 * t + 0.2) + 0.1 * t

        def basis(age):
            """The 2 M + 2 functions at ages (in windows): 1, 0, sqrt 2 cos, sqrt 2 sin of 1 - age."""
            n = np.arange(1, modes + 1)[:, None] * 2 * np.pi * (1 - age[None, :])
            pairs = np.stack([np.sqrt(2) * np.cos(n), np.sqrt(2) * np.sin(n)], axis=1)
            return np.concatenate([np.ones((1, len(age))), np.zeros((1, len(age))),
                                   pairs.reshape(2 * modes, len(age))])

        def project(t):
            points = 40000
            age = (np.arange(points) + 0.5) / points
            return basis(age) @ u(t - w * age) / points

        truth = project(end)
        # At age 0 the series gives the midpoint of the jump.
        values = {"sum of c_k": float(basis(np.zeros(1))[:, 0] @ truth),
                  "midpoint": (u(end) + u(end - w)) / 2, "u(T - w)": u(end - w)}
        for name, value in values.items():
            self.near(value, expected["values"][name], expected["tolerance"],
                      "Fourier window, " + name)
        step = 1e-4
        slope = (project(end + step) - project(end - step)) / (2 * step)
        age = np.linspace(0.1, 0.9, 4001)
        rows = []
        for name, (matrix, weight) in systems.items():
            # The ODE's residual per complex mode: cosine and sine are sqrt 2 times its parts.
            pairs = (slope - matrix @ truth - weight * u(end)).reshape(modes + 1, 2)
            residual = np.hypot(pairs[:, 0], pairs[:, 1])
            residual[1:] /= np.sqrt(2)

            def flow(t, c, matrix=matrix, weight=weight):
                return matrix @ c + weight * u(t)

            def decay(_, c, matrix=matrix):
                return matrix @ c

            kwargs = {"method": "DOP853", "rtol": 1e-10, "atol": 1e-12}
            c = scipy.integrate.solve_ivp(flow, (0, end), np.zeros(len(b)), **kwargs).y[:, -1]
            after = scipy.integrate.solve_ivp(decay, (0, w), c, **kwargs).y[:, -1]
            answer = {
                "ODE residual": float(residual.max()),
                "coefficients off": float(np.linalg.norm(c - truth) / np.linalg.norm(truth)),
                "rebuilt off": rms(basis(age).T @ c - u(end - w * age)),
                "energy left": float((after @ after) / (c @ c)),
            }
            for what, value in answer.items():
                self.near(value, expected[name][what], expected["tolerance"],
                          "Fourier window, %s, %s" % (name, what))
            rows.append([name] + ["%.4g" % value for value in answer.values()])
        direct = rms(basis(age).T @ truth - u(end - w * age))
        self.near(direct, expected["direct projection off"], expected["tolerance"],
                  "Fourier window, direct projection, rebuilt off")
        self.table("Fourier window: the post's coupling and the doubled one",
                   ["matrix", "ODE residual", "coefficients off", "rebuilt off", "energy left"],
                   rows)

    def ten_million(self):
        expected = self.expected["ten_million"]
        count = 1000000 if self.quick else 10000000
        rows = []
        for order in (64,) if self.quick else (64, 256):
            found = json.loads(subprocess.run([TEN_MILLION, str(count), str(order)], check=True,
                                              stdout=subprocess.PIPE, text=True).stdout)
            for name, limit in expected["at_most"].items():
                self.report(found[name] <= limit, "%d samples, N = %d, %s: error %.3g, at most %g" % (
                    count, order, name, found[name], limit))
            if not self.quick:
                limit = expected["peer_f32_at_least"]
                self.report(found["peer_f32"] >= limit,
                            "%d samples, N = %d, the authors' loop in float32: error %.3g, at least "
                            "%g" % (count, order, found["peer_f32"], limit))
            rows.append([order] + ["%.3g" % found[name] for name in
                                   ("exact_f32", "exact_f64", "peer_f32", "peer_f64")])
        self.table("%d samples: relative error of the coefficients" % count,
                   ["N", "legs f32", "legs f64", "authors' loop f32", "authors' loop f64"], rows)

    def contest(self, signals):
        expected = self.expected["contest"]
        rows = []
        for name, samples in signals.items():
            found = json.loads(yonder("compare", raw("contest.f64", samples), "--format", "f64",
                                      "--bytes", expected["bytes"], "--json"))
            relative = {row["name"]: row["relative"]
                        for row in found["channels"][0]["summaries"]}
            best = min(relative, key=relative.get)
            known = expected["best"].get(name)
            self.report(best == known, "contest, %s: best is %s, expected %s; %s" % (
                name, best, known,
                ", ".join("%s %.3g" % item for item in relative.items())))
            rows.append([name, len(samples)] + [
                ("**%.3g**" if who == best else "%.3g") % value for who, value in relative.items()])
        self.table("%d bytes: rms error over the whole history / standard deviation"
                   % expected["bytes"], ["signal", "samples", *relative], rows,
                   "1 is what the mean alone would do; best in bold. ema and rdft are told the "
                   "stream's length beforehand, legs and pyramid are not. Where legs loses: to the "
                   "pyramid where levels change at the edges of its bins, and where what matters is "
                   "faster than N / pi cycles but not than the bins (taylor: 84 days); to rdft by a "
                   "little wherever the spectrum is broad, since N / 2 harmonics reach further than "
                   "N / pi cycles. On noise nobody keeps anything, and a ring buffer keeps that "
                   "exactly.")

    def contest_signals(self, co2, audio):
        count = 20000
        rng = np.random.default_rng(1)
        levels = np.repeat(rng.normal(size=40), count // 40)
        signals = {"CO2": co2}
        if audio is not None:
            signals["speech"] = audio
        signals["counter"] = np.arange(count, dtype=float)
        signals["one step"] = (np.arange(count) >= 0.37 * count).astype(float)
        signals["40 levels"] = levels
        signals["16 levels at bins' edges"] = np.repeat(rng.normal(size=16), 1024)
        signals["noise"] = rng.normal(size=count)
        for name, column in (("ecg", "adc"), ("sunspot.month", "value"),
                             ("weather-jfk-hourly", "temp_f"), ("taylor", "x"),
                             ("treering", "value")):
            path = os.path.join(SERIES, name + ".csv")
            if not os.path.exists(path):
                print("skip  contest, %s: %s is not there" % (name, path))
                continue
            with open(path, encoding="utf-8", newline="") as file:
                cells = [row[column] for row in csv.DictReader(file)]
            values = np.array([float("nan") if cell in ("", "NA") else float(cell) for cell in cells])
            known = np.nonzero(~np.isnan(values))[0]
            signals[name] = np.interp(np.arange(len(values)), known, values[known])
        return signals

    def run(self):
        co2 = self.co2()
        audio = self.audio()
        self.cycles()
        self.fourier()
        self.contest(self.contest_signals(co2, audio))
        self.ten_million()
        return self.failures

    def write_results(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("# Memory: acceptance experiments\n\nWritten by `experiments/memory_acceptance"
                       "/run.sh --results experiments/memory_acceptance/RESULTS.md` on %s.\n"
                       % datetime.date.today())
            for title, head, rows, note in self.tables:
                file.write("\n## %s\n\n|%s|\n|%s\n" % (title, "|".join(head), "---|" * len(head)))
                for row in rows:
                    file.write("|%s|\n" % "|".join(row))
                if note:
                    file.write("\n%s\n" % note)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a million samples instead of ten")
    parser.add_argument("--results", help="write the tables to this Markdown file")
    options = parser.parse_args()
    acceptance = Acceptance(options)
    failures = acceptance.run()
    if options.results:
        acceptance.write_results(options.results)
    print("%d differ from expected.json" % failures if failures else "all as expected")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
