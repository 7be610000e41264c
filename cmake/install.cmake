# SPDX-License-Identifier: Apache-2.0
# cmake --install: the libraries, their public headers and the CMake package `yonder`, so that
# another project says find_package(yonder) and links yonder::tokenizer (yonderConfig.cmake.in says which
# components there are). examples/ does so in CI.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/yonder)
get_property(components GLOBAL PROPERTY YONDER_COMPONENTS)
get_property(torch_components GLOBAL PROPERTY YONDER_TORCH_COMPONENTS)
# Two sets of targets, since those over libtorch can only be defined where it is found.
foreach(set IN ITEMS components torch_components)
  string(REPLACE components targets targets_file yonder_${set})
  foreach(component IN LISTS ${set})
    install(TARGETS yonder_${component} EXPORT ${targets_file})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/yonder/${component} DESTINATION include/yonder
            FILES_MATCHING PATTERN "*.h" PATTERN "internal" EXCLUDE)
  endforeach()
  if(${set})
    install(EXPORT ${targets_file} NAMESPACE yonder:: DESTINATION ${package_folder})
  endif()
endforeach()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/yonderConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/yonderConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/yonderConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/yonderConfig.cmake ${PROJECT_BINARY_DIR}/yonderConfigVersion.cmake
        DESTINATION ${package_folder})
