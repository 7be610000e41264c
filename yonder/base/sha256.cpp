// SPDX-License-Identifier: Apache-2.0
// OpenSSL's digest behind our own type, so that its headers stay in this file.
#include "yonder/base/sha256.h"

#include "yonder/base/error.h"

#include <openssl/evp.h>

#include <array>

namespace yonder {

struct Sha256::Context {
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  Context() = default;
  ~Context() { EVP_MD_CTX_free(digest); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  require(context_->digest != nullptr &&
              EVP_DigestInit_ex(context_->digest, EVP_sha256(), nullptr) == 1,
          ErrorKind::internal, "OpenSSL offers no SHA-256 on this machine");
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  YONDER_CHECK(context_ != nullptr);
  YONDER_CHECK(EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  YONDER_CHECK(context_ != nullptr);
  std::array<unsigned char, 32> digest{};
  YONDER_CHECK(EVP_DigestFinal_ex(context_->digest, digest.data(), nullptr) == 1);
  context_.reset();
  std::string text;
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.hex();
}

}  // namespace yonder
