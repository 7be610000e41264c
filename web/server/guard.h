// SPDX-License-Identifier: Apache-2.0
// Who may talk to the server: the page that it served itself, and programs that were given the
// token.
//
// A web page from anywhere can make a browser send requests to 127.0.0.1. Three checks keep it out:
// Host must be our own address (else a foreign name was made to point here, DNS rebinding); Origin,
// where the browser sends it, must be our own; and everything under /api and /v1 needs a token that
// only the address printed at the start holds. Test: guard_test.cpp.
#pragma once

#include "web/server/http_message.h"

#include <cstdint>
#include <optional>
#include <string>

namespace yonder::web {

/// 128 random bits from the system as 32 hex digits.
std::string new_token();

class Guard {
 public:
  Guard(uint16_t port, std::string token) : port_(port), token_(std::move(token)) {}

  /// The 403 (for a missing Host 400) that a request deserves, or nothing if it may pass.
  /// needs_token: whether it must have the token.
  std::optional<HttpResponse> refuse(const HttpRequest& request, bool needs_token) const;
  /// Whether X-Yonder-Token holds the token, or Authorization does as clients of OpenAI's interface
  /// send their key ("Bearer TOKEN"). It is compared in a time that does not depend on where it
  /// differs. Neither header can be set by a page of another origin without being asked first.
  bool has_token(const HttpRequest& request) const;

 private:
  bool is_own(std::string_view host) const;
  uint16_t port_;
  std::string token_;
};

}  // namespace yonder::web
