// SPDX-License-Identifier: Apache-2.0
// Data parallelism: processes that train one model together, each on its own sequences, over
// torch's c10d: Gloo for tensors of the processor, NCCL for those of CUDA devices. Tensors are
// summed over all processes, or taken from process 0; every process must make the same calls in the
// same order.
//
// A process that ends or falls silent makes the calls of all others throw Error(file) within the
// time limit. Test: distributed_test.cpp.
#pragma once

#include "yonder/nn/process_place.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

namespace yonder::nn {

class Processes {
 public:
  /// Meets the others, `timeout` seconds at most; with place.size = 1 there is nobody to meet.
  /// device: where the tensors will be. Throws Error(file) where not all came, Error(bad_option)
  /// where this build of libtorch has no way to speak to others.
  Processes(const ProcessPlace& place, const at::Device& device, double timeout);
  ~Processes();
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  int64_t rank() const { return rank_; }
  int64_t size() const { return size_; }

  /// Overwrites a contiguous tensor with its sum over all processes.
  void sum(const at::Tensor& tensor);
  /// Overwrites a contiguous tensor with that of process 0.
  void broadcast(const at::Tensor& tensor);

 private:
  struct Impl;
  int64_t rank_, size_;
  std::unique_ptr<Impl> impl_;  // null: one process
};

}  // namespace yonder::nn
