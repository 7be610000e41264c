#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the signals on which the commands of `yonder memory` are tested, into the current folder.

ecg.csv      6,000 values adc: beats on a wandering line; first.csv and more.csv are its parts
weather.csv  1,000 hours: time, temp, wind, where some cells are empty; rows have no gap in temp
call.wav     48,000 frames of two tones, 16 bits, mono
state.npy    a state of 8 coefficients of some layer
"""
import math
import os
import struct
import sys

SAMPLES = 6000
FIRST = 3500  # samples in first.csv


def beat(k):
    phase = k % 250 / 250
    spike = 600 * math.exp(-((phase - 0.4) / 0.02) ** 2)
    wave = 120 * math.exp(-((phase - 0.7) / 0.08) ** 2)
    return 1000 + 80 * math.sin(2 * math.pi * k / 2900) + spike + wave


def write_signals(folder):
    def path(name):
        return os.path.join(folder, name)

    values = [round(beat(k)) for k in range(SAMPLES)]
    for name, part in (("ecg", values), ("first", values[:FIRST]), ("more", values[FIRST:])):
        with open(path(name + ".csv"), "w", encoding="ascii") as file:
            file.write("adc\n" + "".join(f"{value}\n" for value in part))
    with open(path("weather.csv"), "w", encoding="ascii") as file:
        file.write("time,temp,wind\n")
        for k in range(1000):
            temp = 12 + 8 * math.sin(2 * math.pi * k / 24) + k / 200
            wind = "" if 300 <= k < 305 or k == 700 else f"{5 + 3 * math.sin(k / 17):.2f}"
            day, hour = divmod(k, 24)
            month = "01" if day < 31 else "02"
            file.write(f"2013-{month}-{day % 31 + 1:02d}T{hour:02d}:00:00Z,{temp:.2f},{wind}\n")
    frames = b"".join(struct.pack("<h", round(12000 * math.sin(2 * math.pi * 200 * k / 48000)
                                              + 3000 * math.sin(2 * math.pi * 331 * k / 48000)))
                      for k in range(48000))
    with open(path("call.wav"), "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + len(frames)) + b"WAVEfmt "
                   + struct.pack("<IHHIIHH", 16, 1, 1, 48000, 96000, 2, 16)
                   + b"data" + struct.pack("<I", len(frames)) + frames)
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (8,), }"
    header += " " * (117 - len(header)) + "\n"
    with open(path("state.npy"), "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
                   + struct.pack("<8d", *(1 / (n + 1) ** 2 for n in range(8))))


if __name__ == "__main__":
    write_signals(sys.argv[1] if len(sys.argv) > 1 else ".")
