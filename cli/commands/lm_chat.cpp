// SPDX-License-Identifier: Apache-2.0
// `yonder lm chat`: a conversation, line by line.
#include "cli/commands/lm.h"
#include "yonder/lm/chat_form.h"
#include "yonder/lm/generator.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace yonder::cli {
namespace {

/// Lines of standard input. Who waits for one is woken by Ctrl-C, which std::getline is not.
class InputLines {
 public:
  explicit InputLines(Progress* progress) : progress_(progress) {}

  /// The next line without its end; nothing after the last. Throws Error(cancelled).
  std::optional<std::string> next() {
    constexpr int kLookPeriodMs = 100;
    while (true) {
      const size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      if (ended_) {
        return buffer_.empty() ? std::nullopt : std::optional(std::exchange(buffer_, {}));
      }
      progress_.stop_if_cancelled("what was said is above");
      pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
      if (::poll(&input, 1, kLookPeriodMs) > 0) {
        read_more();
      }
    }
  }

 private:
  void read_more() {
    char block[4096];
    const ssize_t count = ::read(STDIN_FILENO, block, sizeof block);
    require(count >= 0 || errno == EINTR, ErrorKind::file, "standard input: {}",
            std::strerror(errno));
    if (count > 0) {
      buffer_.append(block, static_cast<size_t>(count));
    }
    ended_ = count == 0;
  }

  ProgressRef progress_;
  std::string buffer_;
  bool ended_ = false;
};

struct Chat : Command {
  LanguageModelArgument model;
  std::string system;
  std::string scheme;
  std::string rescheme = "recompute";
  lm::GenerateOptions options;
  lm::SessionOptions session_options;
  bool unsafe = false;

  Chat() { options.max_tokens = 400; }

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.text("system", system, "what the model is told before the conversation");
    v.text("scheme", scheme, "position scheme; without it the model's own");
    v.choice("rescheme", rescheme, {"recompute", "keep"},
             "what /scheme does with the conversation so far: read it again, or keep its keys");
    options.visit(v);
    session_options.visit(v);
    v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
  }

  void validate() const override {
    model.require_given();
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    const lm::Model opened = model.open(progress);
    progress.begin("talking", 0, "tokens");
    Conversation conversation(*this, opened, progress);
    InputLines lines(&progress);
    while (const std::optional<std::string> line = ask(out, lines)) {
      const std::string word = line->substr(0, line->find(' '));
      if (word == "/exit") {
        break;
      }
      if (word == "/reset") {
        conversation.reset();
      } else if (word == "/scheme") {
        conversation.change_scheme(line->substr(std::min(line->size(), word.size() + 1)), out);
      } else if (word.starts_with('/')) {
        progress.warn("there is no command " + word + "; /scheme TEXT, /reset and /exit are");
      } else if (!line->empty()) {
        require_utf8(*line, "the message", false);
        conversation.say(*line, out);
      }
    }
  }

 private:
  static std::optional<std::string> ask(Output& out, InputLines& lines) {
    if (Output::is_terminal()) {
      out.write("> ");
    }
    out.flush();
    return lines.next();
  }

  /// The messages so far, and a session that has read them as far as they are unchanged.
  class Conversation {
   public:
    Conversation(const Chat& chat, const lm::Model& opened, Progress& progress)
        : chat_(chat), model_(opened), progress_(progress), scheme_(parse(chat.scheme, 0)) {
      tell_notices();
      reset();
    }

    void reset() {
      messages_.clear();
      if (!chat_.system.empty()) {
        messages_.push_back({"system", chat_.system});
      }
      restart();
    }

    /// A text that is no scheme is a warning, and the one before stays.
    void change_scheme(const std::string& text, Output& out) {
      try {
        scheme_ = parse(text, static_cast<int64_t>(read_.size()));
      } catch (const Error& error) {
        progress_.warn(error.what());
        return;
      }
      tell_notices();
      out.print("[{}]\n", scheme_.canonical());
      take_scheme();
    }

    void say(const std::string& text, Output& out) {
      messages_.push_back({"user", text});
      const lm::ChatPrompt prompt = lm::chat_prompt(model_.codec(), messages_);
      // s=auto and dyn:turn stretch to the end of this turn.
      scheme_ = scheme_.with_target(target(static_cast<int64_t>(prompt.ids.size())));
      take_scheme();
      // What the session has read of this already stays; at least one token is read anew.
      size_t same =
          static_cast<size_t>(std::ranges::mismatch(read_, prompt.ids).in1 - read_.begin());
      same = std::min(same, prompt.ids.size() - 1);
      if (same < read_.size()) {
        try {
          session_->truncate(static_cast<int64_t>(same));
        } catch (const Error&) {  // a window has dropped what it would see from there
          restart();
          same = 0;
        }
      }
      lm::GenerateOptions options = chat_.options;
      options.stop.insert(options.stop.end(), prompt.stop.begin(), prompt.stop.end());
      options.end_ids = prompt.end;
      const auto sink = [&out](std::string_view piece) {
        out.write(piece);
        out.flush();
        return true;
      };
      const lm::Generated reply =
          lm::generate(*session_, model_.codec(), std::span(prompt.ids).subspan(same), options, 0,
                       sink, &progress_);
      out.write("\n");
      out.flush();
      read_ = prompt.ids;
      read_.insert(read_.end(), reply.ids.begin(), reply.ids.end());
      // The last token drawn has not been read.
      read_.resize(std::min(read_.size(), static_cast<size_t>(session_->length())));
      messages_.push_back({"assistant", reply.text});
      ProgressRef(&progress_).stop_if_cancelled("what was said is above");
    }

   private:
    /// Where a turn may end whose prompt has so many tokens.
    int64_t target(int64_t prompt) const {
      return std::max(model_.config().train_length, prompt + chat_.options.max_tokens);
    }
    lm::SchemeSet parse(const std::string& text, int64_t prompt) const {
      return model_.scheme(text, target(prompt), chat_.unsafe);
    }
    void tell_notices() {
      for (const std::string& notice : scheme_.notices()) {
        progress_.warn(notice);
      }
    }
    /// The session goes on under scheme_, as --rescheme says.
    void take_scheme() {
      if (chat_.rescheme == "recompute" && scheme_.canonical() != session_->scheme().canonical()) {
        restart();
      } else {
        session_->set_scheme(scheme_);
      }
    }
    void restart() {
      session_.emplace(model_, scheme_, chat_.session_options);
      read_.clear();
    }

    const Chat& chat_;
    const lm::Model& model_;
    Progress& progress_;
    lm::SchemeSet scheme_;
    std::vector<lm::ChatMessage> messages_;
    std::optional<lm::Session> session_;
    std::vector<uint32_t> read_;  // tokens in the session's cache
  };
};

}  // namespace

CommandRow lm_chat_command() {
  return {
      .name = "chat",
      .summary = "talk with a model, a line at a time",
      .details =
          "Messages come from standard input; replies go to standard output. The form of the "
          "conversation is told by the special tokens of the vocabulary; a model without any gets "
          "a plain transcript.\n"
          "/scheme TEXT changes the position scheme in the middle of the conversation: with "
          "--rescheme recompute what was said is read again, with keep its keys are used as they "
          "are, which is faster and not quite the same. s=auto stretches to the end of each turn, "
          "which is such a change. /reset forgets the conversation; /exit and the end of the input "
          "end it, and so does Ctrl-C.",
      .positional = "model",
      .examples = {"printf 'Hello.\\n/scheme rerope:w=16\\nAnd now?\\n' | yonder lm chat "
                   "story-model -n 20"},
      .make = make_command<Chat>};
}

}  // namespace yonder::cli
