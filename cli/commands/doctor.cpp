// SPDX-License-Identifier: Apache-2.0
// `yonder doctor`: what a bug report should say about the build and the machine.
#include "cli/quantity.h"
#include "cli/table.h"
#include "yonder/base/cpu.h"
#include "yonder/base/json.h"
#include "yonder/base/utf8.h"
#ifdef YONDER_HAS_LM
#include "yonder/nn/torch_build.h"
#endif

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <utf8proc.h>
#include <zlib.h>
#include <zstd.h>

namespace yonder::cli {
namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("gcc {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

struct Doctor : Command {
  bool json = false;

  void visit(OptionVisitor& v) override { v.flag("json", json, "print one JSON document"); }

  void run(Output& out, Progress& /*progress*/) override {
    const std::string build =
        std::string(YONDER_BUILD_TYPE) +
        (*YONDER_SANITIZERS != '\0' ? " with sanitizers " YONDER_SANITIZERS : "");
    std::vector<std::pair<std::string, std::string>> libraries = {
        {"fmt",
         fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
        {"zlib", zlibVersion()},
        {"zstd", ZSTD_versionString()},
        {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
        {"simdjson", fmt::format("{}.{}.{}", static_cast<int>(simdjson::SIMDJSON_VERSION_MAJOR),
                                 static_cast<int>(simdjson::SIMDJSON_VERSION_MINOR),
                                 static_cast<int>(simdjson::SIMDJSON_VERSION_REVISION))},
        {"utf8proc", utf8proc_version()},
    };
#ifdef YONDER_HAS_LM
    const nn::TorchBuild torch = nn::torch_build();
    libraries.emplace_back("libtorch", torch.version);
    libraries.emplace_back("torch threads", std::to_string(torch.threads));
    libraries.emplace_back("blas", torch.blas);
    libraries.emplace_back("oneDNN", torch.onednn ? "yes" : "no");
    libraries.emplace_back("cuda devices", std::to_string(torch.cuda_devices));
#else
    libraries.emplace_back("libtorch", "none: built without nn and lm");
#endif
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("version").value(YONDER_VERSION).key("compiler").value(compiler());
      w.key("build").value(build).key("cpu").value(cpu_name());
      w.key("threads").value(available_cores()).key("instruction_sets").value(instruction_sets());
      w.key("memory_bytes").value(available_memory()).key("unicode").value(unicode_version());
      w.key("libraries").begin_object();
      for (const auto& [name, version] : libraries) {
        w.key(name).value(version);
      }
      w.end_object().end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.print("{:<18}{}\n", "yonder", YONDER_VERSION);
    out.print("{:<18}{}, {}\n", "build", compiler(), build);
    out.print("{:<18}{}\n", "cpu", cpu_name());
    out.print("{:<18}{}\n", "threads", available_cores());
    out.print("{:<18}{}\n", "instruction sets", instruction_sets());
    out.print("{:<18}{}\n", "memory",
              human_quantity(static_cast<double>(available_memory()), "bytes"));
    out.print("{:<18}{}\n", "unicode", unicode_version());
    for (const auto& [name, version] : libraries) {
      out.print("{:<18}{}\n", name, version);
    }
  }
};

}  // namespace

std::vector<CommandRow> doctor_commands() {
  return {{.name = "",
           .summary = "versions, threads, instruction sets, memory",
           .details = "",
           .positional = "",
           .examples = {"yonder doctor", "yonder doctor --json"},
           .make = make_command<Doctor>}};
}

}  // namespace yonder::cli
