// SPDX-License-Identifier: Apache-2.0
#include "web/server/guard.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace yonder::web {
namespace {

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

HttpResponse forbidden(std::string_view message) {
  return error_response(403, ErrorKind::bad_option, message);
}

}  // namespace

std::string new_token() {
  std::array<unsigned char, 16> bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    fail_errno("getentropy", "the system gave no random bytes", errno);
  }
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::optional<HttpResponse> Guard::refuse(const HttpRequest& request, bool needs_token) const {
  const auto hosts = std::count_if(request.headers.begin(), request.headers.end(),
                                   [](const auto& header) { return header.first == "host"; });
  if (hosts != 1) {
    return error_response(400, ErrorKind::bad_data,
                          fmt::format("the request has {} Host headers; one was expected", hosts));
  }
  if (!is_own(*request.header("host"))) {
    return forbidden(
        fmt::format("this server answers only to the host 127.0.0.1:{0} or localhost:{0}", port_));
  }
  constexpr std::string_view kScheme = "http://";
  for (const auto& [name, value] : request.headers) {
    if (name == "origin" &&
        !(value.starts_with(kScheme) && is_own(std::string_view(value).substr(kScheme.size())))) {
      return forbidden("pages of other origins may not use this server");
    }
  }
  if (needs_token && !has_token(request)) {
    return forbidden(
        "the header X-Yonder-Token does not hold this server's token; open the address that "
        "`yonder serve` printed");
  }
  return std::nullopt;
}

bool Guard::has_token(const HttpRequest& request) const {
  constexpr std::string_view kBearer = "bearer ";
  const std::string* token = request.header("x-yonder-token");
  if (token != nullptr && same_secret(*token, token_)) {
    return true;
  }
  const std::string* authorization = request.header("authorization");
  return authorization != nullptr &&
         lower_case(std::string_view(*authorization).substr(0, kBearer.size())) == kBearer &&
         same_secret(std::string_view(*authorization).substr(kBearer.size()), token_);
}

bool Guard::is_own(std::string_view host) const {
  const std::string lower = lower_case(host);
  for (const std::string_view name : {"127.0.0.1", "localhost"}) {
    // A browser leaves out the port 80.
    if (lower == fmt::format("{}:{}", name, port_) || (port_ == 80 && lower == name)) {
      return true;
    }
  }
  return false;
}

}  // namespace yonder::web
