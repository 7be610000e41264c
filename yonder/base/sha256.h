// SPDX-License-Identifier: Apache-2.0
// SHA-256, naming a model or a text by its content. Test: sha256_test.cpp (FIPS 180-4 vectors).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace yonder {

/// A digest in the making, for input that comes in parts.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  /// 64 lower-case hex digits; the object is then spent.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// The digest of `bytes` as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace yonder
