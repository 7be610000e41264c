// SPDX-License-Identifier: Apache-2.0
// How an option travels: a plain struct lists its fields once, in visit(), and every reader of
// options (command line, JSON in and out, docs, web form) is one implementation of OptionVisitor.
//
//   struct TrainOptions {
//     int64_t order = 6;
//     void visit(OptionVisitor& v) { v.integer("order", order, 1, 7, "bytes of the longest
//     n-gram"); }
//   };
//
// Names are lower case with dashes. The field's value when visit() is called is its default.
// Ranges are inclusive and checked by every implementation with the same sentence. What involves
// two fields is checked by the struct's own validate(). Tests: options_test.cpp,
// options_json_test.cpp, options_form_test.cpp, options_arguments_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder {

class Json;

class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  /// A switch; on the command line `--name` sets it and `--no-name` clears it.
  virtual void flag(const char* name, bool& value, const char* help) = 0;
  /// A count. Text may end in k, M or G (powers of 1,000).
  virtual void integer(const char* name, int64_t& value, int64_t low, int64_t high,
                       const char* help) = 0;
  /// A size in memory or on disk. Text may end in k, M or G (powers of 1,024).
  virtual void bytes(const char* name, int64_t& value, int64_t low, int64_t high,
                     const char* help) = 0;
  /// Any 64-bit number that only selects random draws.
  virtual void seed(const char* name, uint64_t& value, const char* help) = 0;
  /// A finite number.
  virtual void real(const char* name, double& value, double low, double high, const char* help) = 0;
  virtual void text(const char* name, std::string& value, const char* help) = 0;
  /// A file or folder; programs complete it, forms open a dialog.
  virtual void path(const char* name, std::string& value, const char* help) = 0;
  /// One of `names`; an unknown one is an error that names the nearest.
  virtual void choice(const char* name, std::string& value, const std::vector<std::string>& names,
                      const char* help) = 0;
  /// Several texts; on the command line `--name a --name b`.
  virtual void list(const char* name, std::vector<std::string>& value, const char* help) = 0;
  /// Several counts; on the command line `--name 160k,80k`.
  virtual void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                        const char* help) = 0;
};

/// Parses "80k", "1.5M", "300", "-2"; unit is 1000 for counts and 1024 for bytes. Empty if
/// malformed, fractional or above 2^63-1.
std::optional<int64_t> parse_count(std::string_view text, int64_t unit);

/// The value of an option given as text, as the command line and JSON take it; Error(bad_option)
/// with the option's name for what is malformed or out of range. unit as in parse_count; a list is
/// "160k,80k".
int64_t parse_whole_option(const char* name, const std::string& text, int64_t unit, int64_t low,
                           int64_t high);
std::vector<int64_t> parse_whole_list_option(const char* name, const std::string& text, int64_t low,
                                             int64_t high);
uint64_t parse_seed_option(const char* name, const std::string& text);
double parse_real_option(const char* name, const std::string& text);

/// Throws Error(bad_option) "--order is 9; it must lie between 1 and 7" unless low <= value <=
/// high.
void check_range(const char* name, int64_t value, int64_t low, int64_t high);
/// The same for real numbers; not finite is an error too.
void check_range(const char* name, double value, double low, double high);
/// Throws Error(bad_option) naming the nearest allowed name unless `value` is one of `names`.
void check_choice(const char* name, const std::string& value,
                  const std::vector<std::string>& names);

/// The name of `names` with the least edit distance to `wrong` (case is free, a swap of
/// neighbours is one step); empty if all are far: more than a third of the letters differ.
std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names);

/// All options of a visit as a JSON object, in order: what is written beside every result.
std::string options_to_json(const std::function<void(OptionVisitor&)>& visit);

/// Sets the fields of a visit from a JSON object by their names; fields that it does not name keep
/// their values. Numbers may also be texts as on the command line ("80k", a seed beyond 2^53), and
/// a list of numbers one text ("160k,80k"). leave_out: names that the object must not have, because
/// its writer has no say in them (paths, in the web app). Throws Error(bad_option) for an unknown
/// name (naming the nearest), a value of another kind, a range or a choice, with the sentences of
/// the command line.
void options_from_json(const Json& object, const std::function<void(OptionVisitor&)>& visit,
                       std::span<const std::string_view> leave_out = {});

/// What a web form needs to know about the options of a visit, as a JSON array in order:
/// [{"name","kind","default","help"}, ...]. kind is the name of the visitor's function ("flag",
/// "integer", "bytes", "seed", ...); "min" and "max" stand where a number is bounded, "choices"
/// where there are some. A seed's default is a text, because JavaScript rounds numbers beyond 2^53.
std::string options_to_form(const std::function<void(OptionVisitor&)>& visit,
                            std::span<const std::string_view> leave_out = {});

/// The arguments of a command line that sets the options of `visit` where they differ from those of
/// `defaults` (the same struct, untouched): {"--alpha", "0.3", "--sample"}. Not quoted for a shell.
std::vector<std::string> options_to_arguments(const std::function<void(OptionVisitor&)>& visit,
                                              const std::function<void(OptionVisitor&)>& defaults);

/// Checks every range and choice of a visit, for callers from C++ who filled the struct by hand.
void validate_options(const std::function<void(OptionVisitor&)>& visit);

/// A Markdown table "| option | default | meaning |" of a visit, for docs/reference.
std::string options_to_markdown(const std::function<void(OptionVisitor&)>& visit);

}  // namespace yonder
