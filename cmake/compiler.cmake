# SPDX-License-Identifier: Apache-2.0
# Language level and flags that every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(YONDER_WERROR "Treat warnings as errors (CI sets it)" OFF)
add_compile_options(-Wall -Wextra -Wconversion)
# Results must not depend on whether the compiler fuses a*b+c: the same bytes on every machine.
add_compile_options(-ffp-contract=off)
if(YONDER_WERROR)
  add_compile_options(-Werror)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
