# SPDX-License-Identifier: Apache-2.0
# The only place that creates library and test targets. A component is a folder of yonder/;
# a file's suffix says what it is, so a new file needs no list:
#   *_test.cpp       unit tests, one program per component, label "unit"
#   *_slow_test.cpp  the same, label "slow" (statistics, kill tests, real corpora)
#   *_bench.cpp      Google Benchmark programs, one per component
#   *_reference.cpp  slow, obvious versions, linked into the tests only
#   the rest         the library yonder_<name>
# HEADERS: libraries of headers only that no public header shows, so that an installed Yonder does not
# ask for them. FOLDER: where it lies, if not in yonder/<name>. PROGRAM: a part of the program, which
# is not installed for others to link. EXCLUDE: leaves out files whose path in the folder matches this
# regular expression. TORCH: its sources may show libtorch's types (cmake/torch.cmake).
function(yonder_component name)
  cmake_parse_arguments(ARG "PROGRAM;TORCH" "FOLDER;EXCLUDE" "DEPENDS;LIBRARIES;HEADERS" ${ARGN})
  set(folder ${PROJECT_SOURCE_DIR}/yonder/${name})
  if(ARG_FOLDER)
    set(folder ${PROJECT_SOURCE_DIR}/${ARG_FOLDER})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${folder}.*${ARG_EXCLUDE}")
  endif()
  set(kinds "_slow_test" "_test" "_bench" "_reference")
  foreach(kind IN LISTS kinds)
    set(files${kind} ${sources})
    list(FILTER files${kind} INCLUDE REGEX "${kind}\\.cpp$")
    list(FILTER sources EXCLUDE REGEX "${kind}\\.cpp$")
  endforeach()
  list(FILTER files_test EXCLUDE REGEX "_slow_test\\.cpp$")

  add_library(yonder_${name} STATIC)
  if(NOT ARG_PROGRAM)
    # An outside user gets the component as yonder::${name} (cmake/install.cmake).
    add_library(yonder::${name} ALIAS yonder_${name})
    set_target_properties(yonder_${name} PROPERTIES EXPORT_NAME ${name})
    if(ARG_TORCH)
      set_property(GLOBAL APPEND PROPERTY YONDER_TORCH_COMPONENTS ${name})
    else()
      set_property(GLOBAL APPEND PROPERTY YONDER_COMPONENTS ${name})
    endif()
  endif()
  target_compile_features(yonder_${name} PUBLIC cxx_std_20)
  target_include_directories(yonder_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                   $<INSTALL_INTERFACE:include>)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(yonder_${name} PUBLIC yonder_${dependency})
  endforeach()
  target_link_libraries(yonder_${name} PUBLIC ${ARG_LIBRARIES})
  foreach(header_library IN LISTS ARG_HEADERS)
    target_link_libraries(yonder_${name} PRIVATE $<BUILD_INTERFACE:${header_library}>)
  endforeach()
  if(ARG_TORCH)
    yonder_torch_sources(yonder_${name} ${sources})
  else()
    target_sources(yonder_${name} PRIVATE ${sources})
  endif()

  if(YONDER_TESTS)
    find_package(GTest REQUIRED)
    find_package(rapidcheck REQUIRED)
    yonder_test_program(${name} unit "${files_test}" "${files_reference}" "${ARG_HEADERS}" ${ARG_TORCH})
    yonder_test_program(${name} slow "${files_slow_test}" "${files_reference}" "${ARG_HEADERS}" ${ARG_TORCH})
  endif()
  if(YONDER_BENCHMARKS AND files_bench)
    find_package(benchmark REQUIRED)
    add_executable(yonder_${name}_bench ${files_bench})
    target_link_libraries(yonder_${name}_bench PRIVATE yonder_${name} benchmark::benchmark_main)
  endif()
endfunction()

function(yonder_test_program name label tests references headers torch)
  list(FILTER tests INCLUDE REGEX "${YONDER_TEST_FILES}")
  if(NOT tests)
    return()
  endif()
  set(target yonder_${name}_${label}_test)
  add_executable(${target})
  target_link_libraries(${target} PRIVATE yonder_${name} ${headers} rapidcheck GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    YONDER_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    YONDER_DATA_DIR="${PROJECT_SOURCE_DIR}/../shared/data")
  if(torch)
    yonder_torch_sources(${target} ${tests} ${references})
  else()
    target_sources(${target} PRIVATE ${tests} ${references})
  endif()
  add_dependencies(${label}_tests ${target})
  if(label STREQUAL slow)  # built by `make test-all` only
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  if("undefined" IN_LIST YONDER_SANITIZE)
    # UBSan triples the compile time of a test and watches the test's own code only.
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
  # Discovered when ctest runs, not when the program is built, so a build never runs a test.
  include(GoogleTest)
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${label} TIMEOUT 1200)
endfunction()
