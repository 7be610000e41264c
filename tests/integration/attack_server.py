#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`yonder serve` under attack: what a hostile or broken client can send to it.

    attack_server.py --program build/release/yonder

Starts the server as users do and checks, for each attack, the status that comes back, and that the
server still answers afterwards. At the end: peak memory (VmHWM) within MOST_MEMORY of that of the
server at rest, exit status 0 on Ctrl-C, and nothing left in the temporary folder. About 15 s, most of
it waiting for one of the server's own time-outs, beside the other attacks.
"""
import argparse
import contextlib
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

MOST_MEMORY = 32 << 20  # bytes; 256 connections hold most of it
HEAD_SECONDS = 10       # HttpLimits::head_time
failures = []


def check(condition, sentence):
    if not condition:
        failures.append(sentence)
        print("FAILED:", sentence)


def is_whole(received):
    """Whether a response has come to its end, as far as it says where that is."""
    head, found, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"\r\nContent-Length: (\d+)", head)
    return bool(found and length) and len(body) >= int(length.group(1))


class Server:
    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, TMPDIR=folder), text=True)
        address = self.process.stdout.readline().strip()
        self.port = int(address.split("/")[2].split(":")[1])
        self.token = address.split("token=")[1]
        self.host = f"127.0.0.1:{self.port}"

    def connect(self, timeout=20):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def memory(self):
        """VmHWM in bytes."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM:"))

    def head(self, method="GET", path="/", *headers, host=None, token=True):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host if host is None else host}"]
        if token:
            lines.append(f"X-Yonder-Token: {self.token}")
        return ("\r\n".join(lines + list(headers)) + "\r\n\r\n").encode("latin-1")

    def exchange(self, parts, timeout=20):
        """Sends the parts as far as the server takes them; the first response, or what there was of it."""
        with self.connect(timeout) as connection:
            def send():
                # A server that has refused may close before it was sent everything.
                with contextlib.suppress(OSError):
                    for part in parts:
                        connection.sendall(part)
            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            received = b""
            with contextlib.suppress(OSError):
                while not is_whole(received) and (part := connection.recv(1 << 16)):
                    received += part
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # wakes the sender
            sender.join(timeout)
        return received

    def status(self, *parts, timeout=20):
        """The status of the first response to these bytes, 0 if there was none."""
        received = self.exchange(parts, timeout)
        return int(received.split(b" ")[1]) if received.startswith(b"HTTP/1.1 ") else 0

    def request(self, method, path, body=b"", *headers):
        """Status and body of a well-formed request."""
        head = self.head(method, path, f"Content-Length: {len(body)}", "Connection: close", *headers)
        head, _, content = self.exchange([head, body]).partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), content

    def check_alive(self, after):
        status, body = self.request("GET", "/")
        check(status == 200 and b"<html" in body, f"the server answers after {after}")


def slow_heads(server):
    """Twenty clients that send a byte of their head each second."""
    connections = [server.connect(HEAD_SECONDS + 10) for _ in range(20)]
    ends = {}
    began = time.monotonic()
    while len(ends) < len(connections) and time.monotonic() - began < HEAD_SECONDS + 5:
        for connection in connections:
            if connection in ends:
                continue
            try:
                connection.send(b"G" if time.monotonic() - began < 1 else b"E")
                connection.settimeout(0.01)
                ends[connection] = connection.recv(1 << 16)
            except TimeoutError:
                pass
            except OSError:
                ends[connection] = b""
        time.sleep(0.5)
    check(len(ends) == len(connections), "slow heads are ended within the time-out")
    check(all(end.startswith(b"HTTP/1.1 408 ") for end in ends.values()), "a slow head is answered with 408")
    for connection in connections:
        connection.close()


def large_heads(server):
    part = b"a" * (1 << 20)
    check(server.status(b"GET /", *[part] * 64) == 414, "64 MiB of request line is 414")
    check(server.status(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n") == 414, "9,000 bytes of target is 414")
    start = server.head()[:-2]
    status = server.status(start, b"X-Long: ", *[part] * 64)
    check(status == 431, f"64 MiB of one header is 431, not {status}")
    many = b"".join(b"a%d: b\r\n" % i for i in range(200_000))
    check(server.status(start, many, b"\r\n") == 431, "200,000 headers are 431")
    few = b"".join(b"a%d: b\r\n" % i for i in range(101))
    check(server.status(start, few, b"\r\n") == 431, "more than 100 headers are 431")
    check(server.status(start, b"X: " + b" " * 40_000 + b"\r\n\r\n") == 431, "40,000 spaces are 431")


def endless_bodies(server):
    part = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    chunked = server.head("POST", "/api/tokenizer/encode", "Transfer-Encoding: chunked")
    check(server.status(chunked, *[part] * 4096) == 413, "16 MiB of chunks for JSON is 413")
    tiny = b"1\r\nx\r\n" * 100_000
    check(server.status(chunked, *[tiny] * 30) == 413, "three million chunks of a byte are 413")
    declared = server.head("POST", "/api/tokenizer/encode", "Content-Length: 999999999999")
    check(server.status(declared, *[part] * 256) == 413, "a declared terabyte is 413")
    text = server.head("POST", "/api/texts", "Content-Length: 99999999999", "X-File-Name: a")
    check(server.status(text, *[part] * 256) == 413, "a declared text of 100 GB is 413")
    stranger = server.head("POST", "/api/texts", "Transfer-Encoding: chunked", token=False)
    check(server.status(stranger, *[part] * 4096) == 403, "the body of a stranger is not read")
    check(server.status(server.head("GET", "/", "Content-Length: 5"), b"hello") == 413, "a body for GET is 413")


def bad_framing(server):
    def post(*headers):
        return server.head("POST", "/api/tokenizer/encode", *headers)

    chunked = post("Transfer-Encoding: chunked")
    for body in (b"ZZ\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"5\r\nhelloXX0\r\n\r\n",
                 b"FFFFFFFFFFFFFFFFF\r\nx", b"\r\n\r\n", b"5 5\r\nhello\r\n0\r\n\r\n",
                 b"5;" + b"x" * 200_000 + b"\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n"):
        check(server.status(chunked, body) == 400, f"bad chunking {body[:20]} is 400")
    for headers in (("Content-Length: 5", "Transfer-Encoding: chunked"), ("Transfer-Encoding: chunked", "Content-Length: 5"),
                    ("Content-Length: 5", "Content-Length: 6"), ("Content-Length: -1",), ("Content-Length: 5x",),
                    ("Content-Length: 99999999999999999999999",), ("Content-Length:",), ("Content-Length : 5",),
                    ("Bad Header: x",), (": x",), ("X: a\0b",), ("Transfer-Encoding: chunked, chunked",)):
        check(server.status(post(*headers), b"hello") in (400, 501), f"{headers} is refused")
    for coding in ("gzip", "gzip, chunked", "chunked, gzip", "identity"):
        check(server.status(post(f"Transfer-Encoding: {coding}"), b"0\r\n\r\n") in (400, 501), f"{coding} is refused")
    check(server.status(post("Expect: 42", "Content-Length: 2"), b"{}") == 417, "an unknown expectation is 417")
    for start, status in ((b"GET / HTTP/3.7\r\n\r\n", 505), (b"GET /\r\n\r\n", 400), (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
                          (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), (b"\0\0\0\0\r\n\r\n", 400), (b"GET  / HTTP/1.1\r\n\r\n", 400),
                          (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/1.1\nHost: x\n\n", 400)):
        found = server.status(start) if not start.endswith(b"\n\n") else None
        check(found in (None, status), f"{start[:20]} is {status}, not {found}")


def strangers(server):
    for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1", f"[::1]:{server.port}", "", f"127.0.0.1:{server.port}@evil"):
        check(server.status(server.head(host=host)) == 403, f"host '{host}' is 403")
    two = server.head("GET", "/", f"Host: {server.host}")
    check(server.status(two) == 400, "two hosts are 400")
    for origin in ("http://evil.example", "null", f"https://{server.host}", f"http://{server.host}.evil.example"):
        check(server.status(server.head("GET", "/api/status", f"Origin: {origin}")) == 403, f"origin {origin} is 403")
    check(server.status(server.head("GET", "/api/status", token=False)) == 403, "no token is 403")
    wrong = server.head("GET", "/api/status", "X-Yonder-Token: " + "0" * 32, token=False)
    check(server.status(wrong) == 403, "a wrong token is 403")
    for path in ("/%61pi/status", "/api%2fstatus", "/API/status/../status"):
        check(server.status(server.head("GET", path, token=False)) in (400, 403, 404), f"{path} is no way in")


def path_tricks(server):
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../index.html", "/assets/%2e%2e%2findex.html",
                 "//etc/passwd", "/assets//app.js", "/assets/..%5c..%5cetc", "/a%00.html", "/%c0%ae%c0%ae/etc/passwd",
                 "/assets/\\..\\x", "/%", "/%zz", "/a%0d%0aX-Evil:%201", "/etc/passwd", "/assets/", "/.git/config",
                 "http://evil.example/", "*", "evil.example:443", "/index.html#x", "/" + "a/" * 3000):
        received = server.exchange([server.head("GET", path, "Connection: close")])
        status = int(received.split(b" ")[1])
        check(status in (400, 404), f"path {path[:40]} is 400 or 404, not {status}")
        check(b"root:" not in received and b"X-Evil" not in received.split(b"\r\n\r\n")[0], f"path {path[:40]} gives nothing away")


def crowds(server):
    """More connections than the server holds, all of them silent or in the middle of a head."""
    crowd = []
    for i in range(300):
        connection = server.connect()
        if i % 3:
            connection.send(b"GET / HTTP/1.1\r\nHost: ")
        crowd.append(connection)
    server.check_alive("300 connections, while they stand")
    for connection in crowd:
        connection.close()


def many_requests(server):
    for _ in range(3):
        connection = server.connect()
        count = 200
        connection.sendall(server.head() * (count - 1) + server.head("GET", "/", "Connection: close"))
        received = b""
        while part := connection.recv(1 << 16):
            received += part
        check(received.count(b"HTTP/1.1 200 OK") == count, f"{count} requests sent at once get {count} answers")
    half = server.connect()
    half.sendall(server.head("GET", "/api/status"))
    half.shutdown(socket.SHUT_WR)
    check(half.recv(1 << 16).startswith(b"HTTP/1.1 200"), "a client that has finished sending gets its answer")
    cut = server.connect()
    cut.sendall(server.head()[:30])
    cut.shutdown(socket.SHUT_WR)
    check(cut.recv(1 << 16).startswith(b"HTTP/1.1 400"), "half a head is 400")
    for _ in range(200):  # resets in the middle of everything
        connection = server.connect()
        connection.send(server.head("POST", "/api/texts", "Content-Length: 1000000", "X-File-Name: a") + b"x" * 5000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def torn_streams(server):
    """Listeners to a job that leave at once, by a reset, or never read."""
    words = ("the cat sat on the mat and the dog lay on the log while rain fell on the hills and the plain " * 11).encode()
    text = b"".join(b"%d %s\n" % (i, words) for i in range(8000))
    status, body = server.request("POST", "/api/texts", text, "X-File-Name: long%20text.txt")
    check(status == 201, "a text is taken")
    request = {"kind": "tokenizer.train", "name": "torn.model", "texts": [json.loads(body)["id"]],
               "options": {"vocab-size": [1000]}}
    status, body = server.request("POST", "/api/jobs", json.dumps(request).encode())
    check(status == 202, "a job is taken")
    job = json.loads(body)["id"]
    silent = []
    for i in range(60):
        connection = server.connect()
        connection.sendall(server.head("GET", f"/api/jobs/{job}/events"))
        if i % 3 == 0:
            check(connection.recv(100).startswith(b"HTTP/1.1 200"), "events are streamed")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        elif i % 3 == 1:
            connection.close()
        else:
            silent.append(connection)
    state = ""
    deadline = time.monotonic() + 60
    while state not in ("done", "failed", "cancelled") and time.monotonic() < deadline:
        state = json.loads(server.request("GET", f"/api/jobs/{job}")[1])["state"]
        time.sleep(0.1)
    check(state == "done", f"the job ends although its listeners left (it is {state})")
    for connection in silent:
        received = b""
        while part := connection.recv(1 << 16):
            received += part
        check(b'"state":"done"' in received, "who stayed is told the end")
        connection.close()
    check(server.request("DELETE", "/api/texts/t1")[0] == 200, "the text is given back")


def noise(server):
    """Requests with some bytes changed, dropped or doubled; a response or a closed connection each."""
    generator = random.Random(7)
    good = server.head("POST", "/api/tokenizer/encode", "Transfer-Encoding: chunked", "Expect: 100-continue") + b"5\r\nhello\r\n0\r\n\r\n"
    for _ in range(300):
        bad = bytearray(good)
        for _ in range(generator.randint(1, 8)):
            at = generator.randrange(len(bad))
            change = generator.randrange(3)
            if change == 0:
                bad[at] = generator.randrange(256)
            elif change == 1:
                del bad[at:at + generator.randint(1, 20)]
            else:
                bad[at:at] = bad[at:at + 20]
        with server.connect() as connection:
            connection.sendall(bytes(bad))
            connection.shutdown(socket.SHUT_WR)
            received = connection.recv(1 << 16)
        check(not received or received.startswith(b"HTTP/1.1 "), "noise is answered in HTTP or not at all")
        check(b" 500 " not in received[:20], f"{bytes(bad)} is no internal error")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = os.path.abspath(parser.parse_args().program)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder)
        server.check_alive("its start")
        at_rest = server.memory()
        slow = threading.Thread(target=slow_heads, args=(server,))
        slow.start()
        attacks = [large_heads, endless_bodies, bad_framing, strangers, path_tricks, many_requests, noise]
        for attack in attacks:
            attack(server)
            server.check_alive(attack.__name__)
        slow.join()
        crowds(server)  # closes those who wait, the slow ones among them
        server.check_alive("crowds")
        peak = server.memory()
        print(f"at rest {at_rest >> 20} MiB, peak under attack {peak >> 20} MiB")
        check(peak - at_rest < MOST_MEMORY, "all of that is held in bounded memory")
        torn_streams(server)  # last: training takes memory of its own
        server.check_alive("torn streams")
        server.process.send_signal(signal.SIGINT)
        _, errors = server.process.communicate(timeout=20)
        check(server.process.returncode == 0, f"Ctrl-C ends with 0, not {server.process.returncode}")
        check(errors == "", f"nothing is said on stderr: {errors[:500]}")
        check(os.listdir(folder) == [], f"nothing stays in the temporary folder: {os.listdir(folder)}")
    print(f"attack_server: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
