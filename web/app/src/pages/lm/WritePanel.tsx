// SPDX-License-Identifier: Apache-2.0
// Text written by the model, on a prompt or in a conversation, as it comes; with the meter of its
// context and all controls of the sampler.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { isAbort } from "../../api/client.ts";
import { countTokens, writeText, type ChatMessage, type Ending } from "../../api/lm.ts";
import { significant } from "../../plot/numbers.ts";
import { Choice } from "../../ui/Choice.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { ContextMeter } from "./ContextMeter.tsx";
import type { PanelProps } from "./panel.ts";
import {
  chatCommand,
  generateCommand,
  samplingMembers,
  SAMPLING,
  type Sampling,
} from "./sampling.ts";

const MODES = [
  { value: "complete", title: "Complete" },
  { value: "chat", title: "Chat" },
] as const;
type Mode = (typeof MODES)[number]["value"];

const FIRST_PROMPT = "It was a dark evening, and the river";

/** How fast it was. */
function speedOf({ completionTokens, decodeSeconds, prefillSeconds }: Ending): string {
  const speed = completionTokens / Math.max(1e-9, decodeSeconds);
  const prompt = significant(prefillSeconds, 2);
  return `${significant(speed, 3)} tokens per second, the prompt in ${prompt} s`;
}

/** What the person said. */
function saidIn(turns: readonly ChatMessage[]): string[] {
  return turns.filter((turn) => turn.role === "user").map((turn) => turn.content);
}

export function WritePanel({ model, context, scheme }: PanelProps): JSX.Element {
  const [mode, setMode] = useKept<Mode>("lm.mode", "complete");
  const [prompt, setPrompt] = useKept("lm.prompt", FIRST_PROMPT);
  const [turns, setTurns] = useKept<readonly ChatMessage[]>("lm.turns", []);
  const [said, setSaid] = useState("");
  const [q, setQ] = useKept<Sampling>("lm.sampling", SAMPLING);
  const [written, setWritten] = useState("");
  const [ending, setEnding] = useState<Ending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const [pieces, setPieces] = useState(0);
  const controller = useRef<AbortController | null>(null);
  const growing = useRef<HTMLElement | null>(null);
  useEffect(() => () => controller.current?.abort(), []);

  const chat = mode === "chat";
  const counted = useAnswer(
    model === null || !model.hasCodec
      ? null
      : JSON.stringify([model.id, chat ? turns : prompt, chat, scheme, q.tokens]),
    (signal) =>
      countTokens(
        {
          model: model?.id ?? "",
          text: chat ? "" : prompt,
          messages: chat ? turns : [],
          scheme,
          more: q.tokens,
        },
        signal,
      ),
  );
  // What comes last is in sight as it comes.
  useEffect(() => {
    const place = growing.current;
    if (place !== null) place.scrollTop = place.scrollHeight;
  }, [written, turns, mode]);
  const forget = (): void => {
    setWritten("");
    setEnding(null);
    setPieces(0);
  };

  const run = async (messages: readonly ChatMessage[] | null): Promise<void> => {
    if (model === null) return;
    controller.current?.abort();
    const own = new AbortController();
    controller.current = own;
    forget();
    setError(null);
    setRunning(true);
    let text = "";
    try {
      const members = {
        model: model.id,
        ...samplingMembers(q),
        ...(scheme === "" ? {} : { scheme }),
      };
      const done = await writeText(
        messages === null ? { ...members, prompt } : { ...members, messages },
        (more) => {
          text += more;
          setWritten(text);
          setPieces((before) => before + 1);
        },
        own.signal,
      );
      setEnding(done);
      if (messages !== null) setTurns([...messages, { role: "assistant", content: text }]);
    } catch (thrown) {
      if (!isAbort(thrown)) setError(thrown);
      else if (messages !== null && text !== "")
        setTurns([...messages, { role: "assistant", content: text }]);
    } finally {
      if (controller.current === own) setRunning(false);
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (running) {
      controller.current?.abort();
      return;
    }
    if (!chat) {
      void run(null);
      return;
    }
    if (said.trim() === "") return;
    const messages: ChatMessage[] = [...turns, { role: "user", content: said.trim() }];
    setTurns(messages);
    setSaid("");
    void run(messages);
  };
  const field = (
    label: string,
    name: Exclude<keyof Sampling, "stop">,
    min: number,
    max: number,
    whole: boolean,
  ): JSX.Element => (
    <NumberField
      label={label}
      value={q[name]}
      min={min}
      max={max}
      onChange={(x) => setQ({ ...q, [name]: whole ? Math.floor(x) : x })}
    />
  );
  const notices = [...new Set([...(counted.value?.notices ?? []), ...(ending?.notices ?? [])])];
  // While it runs, as many tokens as pieces came; then what the program counted.
  const tokensRead = ending?.promptTokens ?? counted.value?.tokens ?? 0;
  const tokensWritten = ending?.completionTokens ?? pieces;
  return (
    <>
      <h2 class="visually-hidden">Write</h2>
      <div class="panel-head">
        <p class="explain">
          {chat
            ? "A conversation in the form that the model's vocabulary has tokens for; " +
              "a base model gets a plain transcript."
            : "The model goes on where the prompt ends."}
        </p>
        <Choice
          legend="Kind of text"
          name="lm-mode"
          options={MODES}
          value={mode}
          onChange={(next) => {
            controller.current?.abort();
            forget();
            setMode(next);
          }}
        />
      </div>
      <form class="write" onSubmit={submit}>
        {chat ? (
          <>
            <ol
              class="turns"
              aria-label="Conversation"
              tabIndex={turns.length > 0 ? 0 : undefined}
              ref={(element) => {
                growing.current = element;
              }}
            >
              {turns.map((turn, i) => (
                <li key={i} class={`turn turn-${turn.role}`}>
                  <span class="turn-role">{turn.role}</span>
                  <p>{turn.content.trim()}</p>
                </li>
              ))}
              {running && (
                <li class="turn turn-assistant">
                  <span class="turn-role">assistant</span>
                  <p aria-live="off">{written === "" ? "\u2026" : written.trim()}</p>
                </li>
              )}
            </ol>
            <div class="option">
              <label for="lm-said">Message</label>
              <textarea
                id="lm-said"
                class="said"
                value={said}
                onInput={(e) => setSaid(e.currentTarget.value)}
                onKeyDown={(e) => {
                  if (e.key === "Enter" && !e.shiftKey) submit(e);
                }}
              />
            </div>
          </>
        ) : (
          <>
            <div class="option">
              <label for="lm-prompt">Prompt</label>
              <textarea
                id="lm-prompt"
                value={prompt}
                onInput={(e) => {
                  setPrompt(e.currentTarget.value);
                  forget();
                }}
              />
            </div>
            {written !== "" && (
              <section
                class="written"
                aria-label="Written text"
                aria-busy={running}
                tabIndex={0}
                ref={(element) => {
                  growing.current = element;
                }}
              >
                <span class="muted">{prompt.slice(-160)}</span>
                <mark>{written}</mark>
              </section>
            )}
          </>
        )}
        <div class="buttons">
          <button type="submit" class="primary" disabled={model === null}>
            {running ? "Stop" : chat ? "Send" : "Write"}
          </button>
          {!chat && written !== "" && !running && (
            <button
              type="button"
              onClick={() => {
                setPrompt(prompt + written);
                forget();
              }}
            >
              Take it into the prompt
            </button>
          )}
          {chat && turns.length > 0 && !running && (
            <button
              type="button"
              onClick={() => {
                setTurns([]);
                forget();
              }}
            >
              New conversation
            </button>
          )}
          <button type="button" class="quiet" onClick={() => setQ({ ...q, seed: q.seed + 1 })}>
            Other draws
          </button>
          <span class="facts" aria-live="polite">
            {ending !== null &&
              `${ending.finish === "stop" ? "ended by itself" : "ended at its length"}; ${speedOf(ending)}`}
          </span>
        </div>
      </form>
      <ErrorBanner error={error ?? counted.error} onClose={() => setError(null)} />
      {model !== null && (
        <ContextMeter
          read={tokensRead}
          written={tokensWritten}
          trainLength={model.trainLength}
          limit={counted.value?.declaredLimit ?? null}
          context={context}
        />
      )}
      {notices.length > 0 && (
        <ul class="warnings">
          {notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
        </ul>
      )}
      <details class="sampling" open>
        <summary>Sampling</summary>
        <div class="option-grid">
          {field("Tokens to write", "tokens", 1, Math.max(1, context), true)}
          {field("Temperature (0: most probable)", "temperature", 0, 100, false)}
          {field("Top p (1: all)", "topP", 0, 1, false)}
          {field("Top k (0: all)", "topK", 0, 1 << 24, true)}
          {field("Min p (0: all)", "minP", 0, 1, false)}
          {field("Repetition penalty (1: none)", "repeat", 0.01, 100, false)}
          {field("Seed", "seed", 0, Number.MAX_SAFE_INTEGER, true)}
          <div class="option">
            <label for="lm-stop">Stop before</label>
            <input
              id="lm-stop"
              type="text"
              autocomplete="off"
              value={q.stop}
              onInput={(e) => setQ({ ...q, stop: e.currentTarget.value })}
            />
          </div>
        </div>
      </details>
      <CommandBox
        command={
          model === null || (chat && turns.length === 0)
            ? null
            : chat
              ? chatCommand(model.path, saidIn(turns), scheme, q)
              : generateCommand(model.path, prompt, scheme, q)
        }
      />
    </>
  );
}
