# SPDX-License-Identifier: Apache-2.0
# libtorch: Debian's 1.13 on the CPU, or that of a pip torch 2.x (the preset `cuda` points
# CMAKE_PREFIX_PATH at it). Differences of their C++ sides: yonder/nn/torch_compat.h.
find_package(Torch REQUIRED)
if("${TORCH_CXX_FLAGS}" MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
  message(FATAL_ERROR "This libtorch (${TORCH_INSTALL_PREFIX}) was built with the old C++ string ABI, "
    "which Debian's C++ libraries do not have; take a pip torch of 2.7 or later, or libtorch-dev")
endif()
# Debian's libtorch calls whatever libblas.so.3 is; the reference BLAS is 15 times slower than OpenBLAS.
find_library(YONDER_OPENBLAS NAMES openblas libopenblas.so.0)
if(NOT YONDER_OPENBLAS AND NOT TORCH_CUDA_LIBRARIES)
  message(NOTICE "libopenblas is missing: matrix products will be slow (apt-get install libopenblas0-pthread)")
endif()
# oneDNN, by which Debian's libtorch multiplies bf16, serves float32 too (yonder/nn/linear.cpp). A pip
# torch has a copy of its own inside, which nobody else can call.
find_package(dnnl QUIET)

# c10d's headers ask for those of Gloo and NCCL, which torch does not bring along.
find_path(YONDER_GLOO_HEADERS gloo/context.h)
find_path(YONDER_NCCL_HEADERS nccl.h)
set(YONDER_COLLECTIVES "")
if(YONDER_GLOO_HEADERS)
  list(APPEND YONDER_COLLECTIVES USE_C10D_GLOO)
else()
  message(NOTICE "Gloo's headers are missing: no training in several processes (apt-get install libgloo-dev)")
endif()
if(YONDER_NCCL_HEADERS AND TORCH_CUDA_LIBRARIES)
  list(APPEND YONDER_COLLECTIVES USE_C10D_NCCL)
endif()

# The two precompiled headers, made once and reused by every torch target. `torch_tensor_header` holds
# ATen/ATen.h; `torch_module_header` holds torch/torch.h, for files named *_module.cpp, which define
# parameters or optimisers.
if(YONDER_PCH)
  foreach(kind tensor module)
    set(source ${PROJECT_BINARY_DIR}/torch_${kind}_header.cpp)
    file(GENERATE OUTPUT ${source} CONTENT "// Written by cmake/torch.cmake.\n")
    add_library(torch_${kind}_header OBJECT ${source})
    target_link_libraries(torch_${kind}_header PRIVATE torch)
  endforeach()
  target_precompile_headers(torch_tensor_header PRIVATE <ATen/ATen.h>)
  target_precompile_headers(torch_module_header PRIVATE <torch/torch.h>)
endif()

# yonder_torch_sources(TARGET SOURCES...): adds sources that show torch types, with the header that
# their names ask for.
function(yonder_torch_sources target)
  set(module_sources ${ARGN})
  list(FILTER module_sources INCLUDE REGEX "_module(_test|_slow_test|_bench|_reference)?\\.cpp$")
  set(tensor_sources ${ARGN})
  list(FILTER tensor_sources EXCLUDE REGEX "_module(_test|_slow_test|_bench|_reference)?\\.cpp$")
  target_sources(${target} PRIVATE ${tensor_sources})
  target_link_libraries(${target} PUBLIC torch)
  target_compile_options(${target} PRIVATE -fPIC)  # programs too, or they could not reuse the headers
  if(YONDER_PCH)
    target_precompile_headers(${target} REUSE_FROM torch_tensor_header)
  endif()
  if(NOT module_sources)
    return()
  endif()
  add_library(${target}_modules OBJECT ${module_sources})
  target_link_libraries(${target}_modules PUBLIC $<TARGET_PROPERTY:${target},LINK_LIBRARIES>)
  target_include_directories(${target}_modules PRIVATE $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
  target_compile_definitions(${target}_modules PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  target_compile_options(${target}_modules PRIVATE $<TARGET_PROPERTY:${target},COMPILE_OPTIONS>)
  if(YONDER_PCH)
    target_precompile_headers(${target}_modules REUSE_FROM torch_module_header)
  endif()
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_modules>)
endfunction()
