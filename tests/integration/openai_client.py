#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`yonder serve` as the openai package sees it: models, completions, chats, streams, errors.

    openai_client.py --program build/release/yonder

Needs the package `openai` (ci/openai_client.sh brings it). Serves the shipped model and talks to it
over loopback as any client of that interface does, the token as its key.
"""
import argparse
import os
import signal
import subprocess
import tempfile
import time
import unittest

import openai

SCHEME = "rerope:w=64+logn:clip"


class OpenAiClient(unittest.TestCase):
    program = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.process = subprocess.Popen(
            [cls.program, "serve", "--port", "0", "--lm-scheme", SCHEME, "--lm-context", "4096",
             "--lm-together", "1", "--lm-queue", "1"],
            cwd=cls.folder.name, stdout=subprocess.PIPE, text=True,
            # Tests run beside each other; torch's threads would wait for each other at every barrier.
            env={"YONDER_THREADS": "1", **os.environ, "TMPDIR": cls.folder.name})
        address = cls.process.stdout.readline().strip()
        cls.url = address.split("/#")[0] + "/v1"
        cls.token = address.split("token=")[1]
        cls.client = cls.connect(cls.token)

    @classmethod
    def tearDownClass(cls):
        cls.process.send_signal(signal.SIGINT)
        status = cls.process.wait(timeout=30)
        cls.process.stdout.close()
        cls.folder.cleanup()
        assert status == 0, f"the server ended with {status}"

    @classmethod
    def connect(cls, key):
        return openai.OpenAI(base_url=cls.url, api_key=key, max_retries=0, timeout=120)

    def test_lists_its_models(self):
        models = self.client.models.list().data
        self.assertEqual([model.id for model in models], ["books-7m"])
        self.assertEqual(self.client.models.retrieve("books-7m").owned_by, "yonder")

    def test_refuses_a_wrong_key(self):
        with self.assertRaises(openai.AuthenticationError) as caught:
            self.connect("sk-wrong").models.list()
        self.assertEqual(caught.exception.code, "invalid_api_key")

    def test_completes_the_same_with_the_same_seed(self):
        def text(seed):
            return self.client.completions.create(
                model="books-7m", prompt="It was a dark evening", max_tokens=20, temperature=0.9, seed=seed)
        first = text(5)
        self.assertEqual(first.choices[0].text, text(5).choices[0].text)
        self.assertNotEqual(first.choices[0].text, text(6).choices[0].text)
        self.assertEqual(first.choices[0].finish_reason, "length")
        self.assertEqual(first.usage.completion_tokens, 20)
        self.assertEqual(first.usage.total_tokens, first.usage.prompt_tokens + 20)
        self.assertEqual(first.model_extra["yonder"]["scheme"], SCHEME)

    def test_streams_what_it_would_answer(self):
        request = {"model": "books-7m", "prompt": "The river", "max_tokens": 30, "temperature": 0}
        whole = self.client.completions.create(**request).choices[0].text
        pieces, usage = [], None
        for chunk in self.client.completions.create(**request, stream=True, stream_options={"include_usage": True}):
            pieces += [choice.text for choice in chunk.choices]
            usage = chunk.usage or usage
        self.assertEqual("".join(pieces), whole)
        self.assertGreater(len(pieces), 10)
        self.assertEqual(usage.completion_tokens, 30)

    def test_takes_a_scheme_with_each_request(self):
        long = "the ship sailed on and on. " * 60
        answers = {scheme: self.client.completions.create(
            model="books-7m", prompt=long, max_tokens=8, temperature=0, extra_body={"scheme": scheme})
            for scheme in ("rope", "rerope:w=64", "yarn:s=auto")}
        self.assertEqual(answers["rerope:w=64"].model_extra["yonder"]["declared_limit"], None)
        self.assertTrue(answers["rope"].model_extra["yonder"]["notices"])
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.completions.create(model="books-7m", prompt="x", extra_body={"scheme": "rerop:w=64"})
        self.assertIn("rerope", str(caught.exception))

    def test_answers_chats_whole_and_streamed(self):
        messages = [{"role": "system", "content": "You tell tales."}, {"role": "user", "content": "Begin."}]
        request = {"model": "books-7m", "messages": messages, "max_completion_tokens": 16, "temperature": 0}
        whole = self.client.chat.completions.create(**request)
        self.assertEqual(whole.choices[0].message.role, "assistant")
        stream = self.client.chat.completions.create(**request, stream=True)
        streamed = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
        self.assertEqual(streamed, whole.choices[0].message.content)

    def test_gives_several_texts_stops_and_log_probabilities(self):
        answer = self.client.completions.create(
            model="books-7m", prompt=["He said", "She said"], n=2, max_tokens=6, seed=1, logprobs=3)
        self.assertEqual([choice.index for choice in answer.choices], [0, 1, 2, 3])
        logprobs = answer.choices[0].logprobs
        self.assertEqual("".join(logprobs.tokens), answer.choices[0].text)
        self.assertTrue(all(value <= 0 for value in logprobs.token_logprobs))
        self.assertTrue(all(1 <= len(top) <= 3 for top in logprobs.top_logprobs))
        chat = self.client.chat.completions.create(
            model="books-7m", messages=[{"role": "user", "content": "Hi"}], max_tokens=4, logprobs=True, top_logprobs=2)
        self.assertEqual(len(chat.choices[0].logprobs.content[0].top_logprobs), 2)
        streamed = self.client.completions.create(
            model="books-7m", prompt="He said", max_tokens=6, seed=1, logprobs=3, stream=True)
        tokens = [token for chunk in streamed for choice in chunk.choices if choice.logprobs
                  for token in choice.logprobs.tokens]
        self.assertEqual(tokens, logprobs.tokens)
        stopped = self.client.completions.create(
            model="books-7m", prompt="a b c", max_tokens=200, temperature=1, stop=["e"])
        self.assertNotIn("e", stopped.choices[0].text)
        self.assertEqual(stopped.choices[0].finish_reason, "stop")

    def test_says_what_it_does_not_do(self):
        def wrong(**changes):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.client.completions.create(**{"model": "books-7m", "prompt": "x", **changes})
            return caught.exception
        self.assertEqual(wrong(suffix="y").param, "suffix")
        self.assertEqual(wrong(max_tokens=100000).code, "context_length_exceeded")
        with self.assertRaises(openai.NotFoundError) as caught:
            self.client.completions.create(model="gpt-4", prompt="x")
        self.assertEqual(caught.exception.code, "model_not_found")

    def test_frees_the_work_of_a_client_that_leaves(self):
        request = {"model": "books-7m", "prompt": "On", "max_tokens": 4000, "extra_body": {"ignore_eos": True}}
        # One place at work and one in the line: two streams, and a third finds none.
        first = self.client.completions.create(**request, stream=True)
        next(iter(first))
        second = self.client.completions.create(**request, stream=True)
        with self.assertRaises(openai.RateLimitError) as caught:
            self.client.completions.create(**request)
        self.assertIn("Retry-After".lower(), {name.lower() for name in caught.exception.response.headers})
        first.close()
        second.close()
        for _ in range(100):
            try:
                answer = self.client.completions.create(model="books-7m", prompt="On", max_tokens=2)
                self.assertEqual(answer.usage.completion_tokens, 2)
                return
            except openai.RateLimitError:
                time.sleep(0.1)
        self.fail("the places were not freed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    arguments, rest = parser.parse_known_args()
    OpenAiClient.program = os.path.abspath(arguments.program)
    unittest.main(argv=["openai_client.py", *rest], verbosity=2)
