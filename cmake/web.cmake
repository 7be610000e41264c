# SPDX-License-Identifier: Apache-2.0
# The web app: the library yonder_web (web/server) with the built pages (web/dist) embedded. The
# bundle is committed, so this needs no Node; a changed file of web/dist is embedded again by the
# next build.
find_package(Boost 1.74 REQUIRED)  # headers only: Beast and Asio

set(web_dist ${PROJECT_SOURCE_DIR}/web/dist)
set(web_embedded ${PROJECT_BINARY_DIR}/embedded_files.cpp)
file(GLOB_RECURSE web_dist_files CONFIGURE_DEPENDS ${web_dist}/*)
add_custom_command(
  OUTPUT ${web_embedded}
  COMMAND ${CMAKE_COMMAND} -DFOLDER=${web_dist} -DOUT=${web_embedded}
          -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
  DEPENDS ${web_dist_files} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
  COMMENT "Embedding web/dist" VERBATIM)

if(YONDER_TORCH)
  yonder_component(web FOLDER web/server PROGRAM DEPENDS tokenizer density memory lm LIBRARIES Boost::headers)
  target_compile_definitions(yonder_web PUBLIC YONDER_HAS_LM)
else()
  yonder_component(web FOLDER web/server PROGRAM EXCLUDE /lm/ DEPENDS tokenizer density memory
                   LIBRARIES Boost::headers)
endif()
target_sources(yonder_web PRIVATE ${web_embedded})
target_compile_definitions(yonder_web PUBLIC YONDER_VERSION="${PROJECT_VERSION}")
if(YONDER_FUZZ)
  # clang 14 cannot assemble coroutines with these; what parses lies in other files.
  set_source_files_properties(${PROJECT_SOURCE_DIR}/web/server/http_server.cpp
                              PROPERTIES COMPILE_OPTIONS "-fno-sanitize=fuzzer-no-link,address,undefined")
endif()
