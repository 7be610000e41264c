// SPDX-License-Identifier: Apache-2.0
// USE_C10D_GLOO and USE_C10D_NCCL come from cmake/torch.cmake, where the headers that c10d's own
// headers ask for were found.
#include "yonder/nn/distributed.h"

#include "yonder/base/error.h"
#include "yonder/nn/torch_compat.h"

#include <ATen/ATen.h>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::nn {
namespace {

using Backend = c10::intrusive_ptr<CollectiveBackend>;
using Store = c10::intrusive_ptr<c10d::Store>;

/// The first line of what c10d and Gloo say, without where in their sources.
std::string first_line(const std::exception& error) {
  const auto* c10_error = dynamic_cast<const c10::Error*>(&error);
  const std::string text =
      c10_error != nullptr ? c10_error->what_without_backtrace() : error.what();
  return text.substr(0, text.find('\n'));
}

#ifdef USE_C10D_GLOO
Backend make_gloo(const Store& store, const ProcessPlace& place,
                  std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  const bool is_local = place.address == "127.0.0.1" || place.address == "localhost";
  options->devices.push_back(is_local ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                      : c10d::ProcessGroupGloo::createDefaultDevice());
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, static_cast<int>(place.rank),
                                                     static_cast<int>(place.size), options);
}
#else
Backend make_gloo(const Store&, const ProcessPlace&, std::chrono::milliseconds) {
  fail(ErrorKind::bad_option,
       "this build cannot train in several processes: it was made without Gloo's headers");
}
#endif

#ifdef USE_C10D_NCCL
Backend make_nccl(const Store& store, const ProcessPlace& place,
                  std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, static_cast<int>(place.rank),
                                                     static_cast<int>(place.size), options);
}
#else
Backend make_nccl(const Store&, const ProcessPlace&, std::chrono::milliseconds) {
  fail(ErrorKind::bad_option,
       "this build cannot train on several CUDA devices: it was made without NCCL's headers");
}
#endif

Store make_store(const ProcessPlace& place, std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(place.port);
  options.isServer = place.rank == 0;
  options.numWorkers = static_cast<size_t>(place.size);
  options.timeout = timeout;
  return c10::make_intrusive<c10d::TCPStore>(place.address, options);
}

}  // namespace

struct Processes::Impl {
  ProcessPlace place;
  Backend backend;

  /// Waits for a collective operation; whatever c10d throws means that somebody is missing.
  template <typename Start>
  void wait_for(const Start& start) const {
    try {
      start()->wait();
    } catch (const std::exception& error) {
      fail(ErrorKind::file,
           "process {} of {} lost another one, and the run ends here; --resume goes on from the "
           "last checkpoint ({})",
           place.rank, place.size, first_line(error));
    }
  }
};

Processes::Processes(const ProcessPlace& place, const at::Device& device, double timeout)
    : rank_(place.rank), size_(place.size) {
  if (size_ == 1) {
    return;
  }
  const std::chrono::milliseconds limit(static_cast<int64_t>(1000 * timeout));
  impl_ = std::make_unique<Impl>();
  impl_->place = place;
  try {
    const Store store = make_store(place, limit);
    impl_->backend =
        device.is_cuda() ? make_nccl(store, place, limit) : make_gloo(store, place, limit);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(ErrorKind::file,
         "process {} of {} did not meet the others at {}:{} within {} s; all must be started with "
         "the same address, port and number ({})",
         place.rank, place.size, place.address, place.port, timeout, first_line(error));
  }
}

Processes::~Processes() = default;

void Processes::sum(const at::Tensor& tensor) {
  if (impl_ != nullptr) {
    std::vector<at::Tensor> tensors = {tensor};
    impl_->wait_for([&] { return impl_->backend->allreduce(tensors); });
  }
}

void Processes::broadcast(const at::Tensor& tensor) {
  if (impl_ != nullptr) {
    std::vector<at::Tensor> tensors = {tensor};
    impl_->wait_for([&] { return impl_->backend->broadcast(tensors); });
  }
}

}  // namespace yonder::nn
